"""Who wants to know what, where it is sent, and the secrets that sign it."""

import datetime as dt
import re
import uuid
from collections.abc import Sequence
from typing import Literal

import msgspec
from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from feedback.record import access
from feedback.record.access import Principal, Role
from feedback.record.encryption import KeyRing
from feedback.record.errors import Forbidden, Malformed, NotFound
from feedback.record.models import Alert, AuditEntry, Issue, Service, Subscription, Theme, ThemeIssue, new_id
from feedback.record.states import WorkStage
from insights.alerts.delivery import chat
from insights.alerts.delivery.credentials import Sealed, SigningKey, new_secret, seal, unseal
from insights.alerts.payload import URGENT
from insights.egress.addresses import Allowed, Target, check
from insights.issues.queries import themes
from insights.presentation.schemas import ChannelName, Status, Trend

Kind = Literal["webhook", "email", "chat"]
Digest = Literal["at_once", "daily", "weekly"]

MAILBOX = re.compile(r"[^\s@<>\",;:\\()\[\]]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


class Filters(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a subscription wants to hear; an empty field leaves nothing out. `least`: reports of a signal."""

    kinds: tuple[Literal["new", "surge", "regression", "urgent"], ...] = ()
    channels: tuple[ChannelName, ...] = ()
    trends: tuple[Trend, ...] = ()
    statuses: tuple[Status, ...] = ()
    least: int = 0
    urgent_only: bool = False


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A subscription as it is asked for."""

    kind: Kind
    service: str | None = None
    theme: uuid.UUID | None = None
    url: str | None = None
    address: str | None = None
    filters: Filters = Filters()
    digest: Digest = "at_once"
    name: str = ""
    contact: str | None = None


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to change about a subscription. `quiet_until`: snoozed, except for what is urgent; null: no longer."""

    filters: Filters | msgspec.UnsetType = msgspec.UNSET
    digest: Digest | msgspec.UnsetType = msgspec.UNSET
    name: str | msgspec.UnsetType = msgspec.UNSET
    contact: str | msgspec.UnsetType | None = msgspec.UNSET
    state: Literal["active", "muted"] | msgspec.UnsetType = msgspec.UNSET
    quiet_until: dt.datetime | msgspec.UnsetType | None = msgspec.UNSET


def make(
    session: Session, keys: KeyRing, allowed: Allowed, who: Principal, wanted: Wanted, request_key: str | None = None
) -> tuple[Subscription, str | None]:
    """The subscription, and the secret that signs what it gets. The same request again makes no second one."""
    if made := _made_before(session, who, request_key):
        sealed = unseal(keys, made)
        return made, sealed.keys[0].secret if sealed.keys else None
    service_id, theme_id = _about(session, who, wanted)
    address, shown = _receiver(wanted, allowed)
    sealed = Sealed(address, [SigningKey(new_secret())] if wanted.kind == "webhook" else [])
    if wanted.contact is not None:
        _require_mailbox(wanted.contact, "contact")
    made = Subscription(
        id=new_id(),
        stage=WorkStage.OPEN,
        service_id=service_id,
        theme_id=theme_id,
        kind=wanted.kind,
        name=wanted.name[:200],
        shown=shown,
        filters=msgspec.to_builtins(wanted.filters),
        digest=wanted.digest,
        contact=wanted.contact,
        created_by=who.caller,
        request_key=request_key,
    )
    made.sealed = seal(keys, made.id, sealed)
    session.add(made)
    session.flush()
    audit(session, who, made, "subscribe")
    return made, sealed.keys[0].secret if sealed.keys else None


def _made_before(session: Session, who: Principal, request_key: str | None) -> Subscription | None:
    if request_key is None:
        return None
    same = select(Subscription).where(Subscription.created_by == who.caller, Subscription.request_key == request_key)
    return session.scalar(same)


def _about(session: Session, who: Principal, wanted: Wanted) -> tuple[int | None, uuid.UUID | None]:
    """The ids of its service and its theme. Of a theme somebody hears what concerns the services that they may see."""
    if (wanted.service is None) == (wanted.theme is None):
        raise Malformed("service: name a service or a theme, and not both")
    if wanted.service is not None:
        return access.service_for(session, who, wanted.service, Role.editor).id, None
    theme = themes.shown(session, who, uuid.UUID(str(wanted.theme)))
    if who.role < Role.editor:
        raise Forbidden(f"this takes the role {Role.editor.name}")
    return who.service_id, theme.id


def _receiver(wanted: Wanted, allowed: Allowed) -> tuple[str, str]:
    """Where it is sent, and as much of that as may be seen: a path or a query may hold what only its owner knows."""
    given = wanted.url or wanted.address or ""
    if wanted.kind == "email":
        _require_mailbox(given, "address")
        return given, given
    if wanted.kind == "chat":
        return given, chat.check(given, allowed)
    target = check(given, allowed)
    return given, shown(target)


def shown(target: Target) -> str:
    return f"{target.scheme}://{target.authority}{target.path.partition('?')[0]}"


def _require_mailbox(text: str, field: str) -> None:
    if len(text) > 254 or not MAILBOX.fullmatch(text):
        raise Malformed(f"{field}: this is no e-mail address")


def change(session: Session, subscription: Subscription, wanted: Change) -> None:
    """What already waits comes by the new wish; who is made active again starts afresh."""
    if wanted.contact:
        _require_mailbox(wanted.contact, "contact")
    if isinstance(wanted.quiet_until, dt.datetime) and wanted.quiet_until.tzinfo is None:
        raise Malformed("quiet_until: a time needs its zone")
    for field in wanted.__struct_fields__:
        if (value := getattr(wanted, field)) is not msgspec.UNSET:
            setattr(subscription, field, msgspec.to_builtins(value) if field == "filters" else value)
    if wanted.state == "active":
        subscription.failing_since, subscription.stage, subscription.attempts = None, WorkStage.OPEN, 0
    session.flush()
    waits = update(Alert).where(
        Alert.subscription_id == subscription.id, Alert.state == "waiting", Alert.tried == 0, Alert.type != URGENT
    )
    if wanted.state == "muted":
        session.execute(waits.values(state="dropped"))
    elif subscription.digest == "at_once":
        session.execute(waits.values(due_at=func.coalesce(subscription.quiet_until, func.now())))


def visible(who: Principal) -> Sequence[ColumnElement[bool]]:
    """Which subscriptions the asker may know of."""
    return () if who.service_id is None else (Subscription.service_id == who.service_id,)


def find(session: Session, who: Principal, identity: uuid.UUID, needs: Role = Role.reader) -> Subscription:
    found = session.scalar(select(Subscription).where(Subscription.id == identity, *visible(who)))
    if found is None:
        raise NotFound("there is no such subscription")
    if who.role < needs:
        raise Forbidden(f"this takes the role {needs.name}")
    return found


def service_of(session: Session, subscription: Subscription) -> Service | None:
    """That of the subscription; or one that its theme has an issue of, if there is any."""
    if subscription.service_id is not None:
        return session.get_one(Service, subscription.service_id)
    of_theme = (
        select(Issue.service_id)
        .join(ThemeIssue, ThemeIssue.issue_id == Issue.id)
        .where(ThemeIssue.theme_id == subscription.theme_id)
    )
    return session.scalar(select(Service).where(Service.id.in_(of_theme)).order_by(Service.id).limit(1))


def about(session: Session, subscription: Subscription) -> str:
    """What it is about, for people."""
    theme = session.get(Theme, subscription.theme_id) if subscription.theme_id else None
    if subscription.service_id is not None:
        return session.get_one(Service, subscription.service_id).name
    return theme.title if theme else "a theme that has ended"


def audit(session: Session, who: Principal, subscription: Subscription, act: str) -> None:
    entry = AuditEntry(
        service_id=subscription.service_id, by=who.caller, act=act, subject=f"subscription:{subscription.id}"
    )
    session.add(entry)
