"""API keys as owners and admins look after them: which there are, making, replacing and revoking one."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from feedback.record import access
from feedback.record.access import Principal, Role
from feedback.record.audit import note
from feedback.record.errors import Malformed, NotFound
from feedback.record.models import Credential, Service
from feedback.record.states import CredentialKind

MAX_NAME_LENGTH = 100
MAX_DAYS = 3_650

OLD_KEY_WORKS_FOR = dt.timedelta(days=1)
"""How long a key that was replaced works beside the new one."""

GONE_KEYS_SHOWN_FOR = dt.timedelta(days=30)
"""How long a key is still listed once it is revoked or has expired."""


@dataclass(frozen=True, slots=True)
class ListedKey:
    """A key with its service, none for an admin's; `is_valid` tells whether it opens anything now."""

    key: Credential
    service: Service | None
    is_valid: bool


def listed(session: Session, who: Principal) -> Sequence[ListedKey]:
    """Lists the keys of the services that somebody owns, all of them for an admin; the latest made first."""
    ended = func.least(Credential.revoked_at, Credential.expires_at)
    rows = (
        select(Credential, Service, Credential.id.in_(select(Credential.id).where(*access.valid())))
        .outerjoin(Service, Service.id == Credential.service_id)
        .where(*_owned(who), or_(ended.is_(None), ended > func.now() - GONE_KEYS_SHOWN_FOR))
        .order_by(Credential.id.desc())
    )
    return [ListedKey(*row) for row in session.execute(rows)]


def make(
    session: Session, who: Principal, name: str, role: Role, service: Service | None, days: int | None = None
) -> str:
    """Makes a key that works for some days, or until it is revoked (None); returns its secret, which is nowhere else.

    Raises `Forbidden` where the asker is no owner of the service (no admin, for all), `Malformed` for what cannot be.
    """
    access.require(who, Role.owner if service else Role.admin, service.id if service else None)
    if not name or len(name) > MAX_NAME_LENGTH or not name.isprintable():
        raise Malformed(f"a name has 1 to {MAX_NAME_LENGTH} characters", field="name")
    if days is not None and not 0 < days <= MAX_DAYS:
        raise Malformed(f"a key works for 1 to {MAX_DAYS} days", field="days")
    lifetime = None if days is None else dt.timedelta(days=days)
    secret = access.create(session, CredentialKind.KEY, role, service, name=name, lifetime=lifetime)
    _note(session, who, "key made", _by_secret(session, secret))
    return secret


def rotate(session: Session, who: Principal, key_id: int) -> str:
    """Replaces a key by a new one of the same name, role and lifetime; returns the secret of the new one.

    The old one works on for `OLD_KEY_WORKS_FOR`; the sessions and feed addresses that came from it go on with the new
    one. Raises `NotFound` for a key that the asker does not look after, or that opens nothing any more.
    """
    old = _find(session, who, key_id)
    lifetime = old.expires_at - old.created_at if old.expires_at else None
    columns = {"name": old.name, "role": old.role, "service_id": old.service_id}
    secret = access.store(session, CredentialKind.KEY, lifetime, **columns)
    made = _by_secret(session, secret)
    session.execute(update(Credential).where(Credential.parent_id == old.id).values(parent_id=made.id))
    ends = dt.datetime.now(dt.UTC) + OLD_KEY_WORKS_FOR
    old.expires_at = min(old.expires_at or ends, ends)
    _note(session, who, "key rotated", made, replaces=old.id)
    return secret


def revoke(session: Session, who: Principal, key_id: int) -> None:
    """Ends a key, and at once all that came from it. Raises as `rotate` does."""
    found = _find(session, who, key_id)
    access.revoke(session, found.id)
    _note(session, who, "key revoked", found)


def _find(session: Session, who: Principal, key_id: int) -> Credential:
    theirs = select(Credential).where(Credential.id == key_id, *_owned(who), *access.valid())
    found = session.scalar(theirs.with_for_update())
    if found is None:
        raise NotFound("there is no such key")
    return found


def _owned(who: Principal) -> tuple[ColumnElement[bool], ...]:
    owned, is_key = who.with_role(Role.owner), Credential.kind == CredentialKind.KEY
    return (is_key,) if None in owned else (is_key, Credential.service_id.in_(owned))


def _by_secret(session: Session, secret: str) -> Credential:
    return session.scalars(select(Credential).where(Credential.digest == access.digest(secret))).one()


def _note(session: Session, who: Principal, act: str, key: Credential, **details: int) -> None:
    note(session, who.caller, act, f"key:{key.id}", key.service_id, role=key.role, name=key.name, **details)
