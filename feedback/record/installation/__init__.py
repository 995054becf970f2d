"""What admins set of the installation in the browser or over the API: sealed, and beneath what its operator sets.

A setting has the text here that it would have in the environment, is read by the same reader, and counts only where
the operator has set nothing. Every process soon takes up what was set (`live.py`).
"""

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec
import structlog
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from feedback.record.audit import note
from feedback.record.encryption import KeyRing
from feedback.record.errors import Conflict, FeedbackError, Malformed, NotFound
from feedback.record.limits import UNSTORABLE
from feedback.record.models import StoredSettings
from feedback.record.settings import Settings

log = structlog.get_logger()

LONGEST_TEXT = 2_000

SETTINGS_BY_GROUP: Mapping[str, tuple[str, ...]] = {
    "address": ("public_url", "security_contact"),
    "mail": (
        *("smtp_url", "smtp_user", "smtp_password", "mail_from"),
        *("oauth_token_url", "oauth_client_id", "oauth_client_secret", "oauth_scope"),
    ),
    "directory": (
        *("oidc_issuer", "oidc_client_id", "oidc_client_secret", "oidc_name"),
        *("oidc_scope", "oidc_claim", "oidc_roles", "oidc_trust_email"),
    ),
    "providers": (
        *("twilio_auth_token", "twilio_account_sid", "twilio_from", "twilio_url"),
        *("notify_token", "notify_api_key", "notify_template", "notify_url"),
        *("vonage_secret", "vonage_method"),
    ),
    "mailboxes": ("imap_url", "imap_user", "imap_password", "imap_move_to"),
    "egress": ("egress_proxy", "webhook_allow"),
    "titles": ("titles_url", "titles_key", "titles_model"),
}
"""The settings that admins may set, by the group that they are tried, saved and undone with."""

SENT_TO: Mapping[str, tuple[str, ...]] = {
    "smtp_url": ("smtp_password", "oauth_client_secret"),
    "imap_url": ("imap_password", "oauth_client_secret"),
    "oauth_token_url": ("oauth_client_secret",),
    "oidc_issuer": ("oidc_client_secret",),
    "notify_url": ("notify_api_key",),
    "twilio_url": ("twilio_auth_token",),
    "titles_url": ("titles_key",),
    "egress_proxy": ("notify_api_key", "twilio_auth_token", "titles_key"),
}
"""The secrets that go to an address, or buy what goes there: whoever moves it would be told what is never shown.

The way out is told those alone that go to an address without TLS.
"""

FIELDS = {one.name: one for one in dataclasses.fields(Settings)}


class KeptSetting(msgspec.Struct, frozen=True):
    """What is kept of a setting: its text, and who set it when, as the audit names them."""

    text: str
    by: str
    at: dt.datetime


KeptSettings = dict[str, KeptSetting]
"""What is kept of settings, by their fields."""


def pinned(operators: Settings) -> frozenset[str]:
    """Returns the fields that the operator has set: what is stored of them does not count, and cannot be changed."""
    if not operators.settings_in_browser:
        return frozenset(FIELDS)
    sources = Settings.sources()
    return frozenset(
        name for name, one in FIELDS.items() if sources[name] != "default" or getattr(operators, name) != one.default
    )


def together(operators: Settings, kept: Mapping[str, KeptSetting]) -> Settings:
    """Returns the settings that count; what is kept and cannot be read is left out, and the log says which."""
    fixed, found = pinned(operators), {}
    for name, one in kept.items():
        if name in FIELDS and name not in fixed:
            try:
                found[name] = FIELDS[name].metadata["read"](one.text)
            except ValueError:
                log.warning("a stored setting that cannot be read does not count", setting=name)
    return dataclasses.replace(operators, **found)


def kept(session: Session, keys: KeyRing) -> KeptSettings:
    """Returns all that admins have set."""
    return opened(keys, [(row.name, row.sealed) for row in session.scalars(select(StoredSettings))])


def changed(kept: Mapping[str, KeptSetting], changes: Mapping[str, str | None], by: str) -> KeptSettings:
    """Returns what is kept after these changes; a text of none brings the setting back to how it comes.

    Raises `Malformed`, which names the field, for what cannot be read.
    """
    now = dt.datetime.now(dt.UTC)
    set_now = {name: KeptSetting(_read(name, text), by, now) for name, text in changes.items() if text}
    return {name: one for name, one in {**kept, **set_now}.items() if changes.get(name, one.text)}


def _read(name: str, text: str) -> str:
    if len(text) > LONGEST_TEXT or not text.isprintable() or UNSTORABLE.search(text):
        raise Malformed(f"it must be one line of at most {LONGEST_TEXT} characters", field=name)
    try:
        FIELDS[name].metadata["read"](text)
    except ValueError as error:
        raise Malformed(str(error), field=name) from None
    return text


def require_secrets(operators: Settings, kept: Mapping[str, KeptSetting], changes: Mapping[str, str | None]) -> None:
    """Raises `Malformed`, which names the address, where one moves to another server and a secret that is set would
    go there, unless it is entered again or forgotten with it.
    """
    now = together(operators, kept)
    for address, going in SENT_TO.items():
        moves = changes.get(address) and _server_of(changes[address]) != _server_of(getattr(now, address))
        told = [secret for secret in going if address != "egress_proxy" or _goes_in_clear(now, secret)]
        if moves and any(getattr(now, secret) and secret not in changes for secret in told):
            raise Malformed("a secret that is set would go there: send it again with the address", field=address)


def _goes_in_clear(now: Settings, secret: str) -> bool:
    at = next(address for address, going in SENT_TO.items() if secret in going)
    return str(getattr(now, at)).startswith("http:")


def _server_of(address: str | None) -> tuple[str, str, int | None]:
    parts = urlsplit(address or "")
    return parts.scheme, parts.hostname or "", parts.port


def save(session: Session, keys: KeyRing, operators: Settings, changes: Mapping[str, str | None], by: str) -> None:
    """Keeps changes of any groups, and what stood there before.

    Raises `Malformed` for what nobody sets here or what cannot be read, and as `require_secrets`; `Conflict` for what
    the operator has set.
    """
    settable = {name for fields in SETTINGS_BY_GROUP.values() for name in fields}
    for name in sorted(changes.keys() - settable):
        raise Malformed("this is not set here", field=name[:100])
    for name in sorted(changes.keys() & pinned(operators)):
        raise Conflict("this is set by whoever runs the installation", field=name)
    changed({}, changes, by)
    _lock(session)
    require_secrets(operators, kept(session, keys), changes)
    _keep_forgotten(session, changes)
    for group, fields in SETTINGS_BY_GROUP.items():
        if mine := {name: text for name, text in changes.items() if name in fields}:
            _save(session, keys, group, mine, by)


def _lock(session: Session) -> None:
    """Nothing is saved or undone between a look at what is kept and what comes of it."""
    session.execute(select(StoredSettings.name).order_by(StoredSettings.name).with_for_update())


def _keep_forgotten(session: Session, changes: Mapping[str, str | None]) -> None:
    """An address that is set would be told what an undo of another group brought back: there it is too late for one."""
    going = {secret for address in SENT_TO.keys() & changes.keys() for secret in SENT_TO[address]}
    others = [group for group, fields in SETTINGS_BY_GROUP.items() if going.intersection(fields)]
    session.execute(update(StoredSettings).where(StoredSettings.name.in_(others)).values(before=None))


def _save(session: Session, keys: KeyRing, group: str, changes: Mapping[str, str | None], by: str) -> None:
    empty = keys.wrap(b"{}", StoredSettings.sealed_for(group))
    session.execute(insert(StoredSettings).values(name=group, sealed=empty).on_conflict_do_nothing())
    row = session.scalars(select(StoredSettings).where(StoredSettings.name == group).with_for_update()).one()
    after = changed(opened(keys, [(group, row.sealed)]), changes, by)
    row.before, row.sealed = row.sealed, keys.wrap(msgspec.json.encode(after), StoredSettings.sealed_for(group))
    variables = sorted(FIELDS[name].metadata["variable"] for name in changes)
    note(session, by, "installation set", f"installation:{group}", None, settings=variables)


def undo(session: Session, keys: KeyRing, operators: Settings, group: str, by: str) -> None:
    """Brings back what stood in a group before its last save.

    Raises `NotFound` for no group, `Conflict` for nothing to undo, and as `require_secrets`.
    """
    if group not in SETTINGS_BY_GROUP:
        raise NotFound("there is no such group of settings")
    _lock(session)
    row = session.get(StoredSettings, group)
    if row is None or row.before is None:
        raise Conflict("there is nothing to undo")
    before = opened(keys, [(group, row.before)])
    changes = {name: before[name].text if name in before else None for name in SETTINGS_BY_GROUP[group]}
    require_secrets(operators, kept(session, keys), changes)
    row.sealed, row.before = row.before, None
    note(session, by, "installation set back", f"installation:{group}", None)


def rewrap(session: Session, keys: KeyRing) -> None:
    """Seals all of it anew under the current key of keys, so that a former one opens nothing any more."""
    for row in session.scalars(select(StoredSettings).with_for_update(skip_locked=True)):
        context = StoredSettings.sealed_for(row.name)
        row.sealed = keys.rewrap(row.sealed, context)
        row.before = keys.rewrap(row.before, context) if row.before else None


def opened(keys: KeyRing, rows: Sequence[Any]) -> KeptSettings:
    """Returns what rows of `StoredSettings` hold, as (name, sealed); what no key of ours opens is left out, and the log
    says which.
    """
    found: KeptSettings = {}
    for name, sealed in rows:
        try:
            found |= msgspec.json.decode(keys.unwrap(sealed, StoredSettings.sealed_for(name)), type=KeptSettings)
        except (FeedbackError, msgspec.DecodeError):
            log.warning("stored settings cannot be opened, and do not count", group=name)
    return found
