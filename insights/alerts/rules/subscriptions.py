"""Subscriptions: who is told of a service or a theme, by which transport, how often, and with which filters."""

import datetime as dt
import re
import uuid
from collections.abc import Sequence
from typing import Literal

import msgspec
from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from feedback.i18n import _
from feedback.i18n.catalogues import ENGLISH, languages
from feedback.record import access
from feedback.record.access import Principal, Role
from feedback.record.audit import note
from feedback.record.encryption import KeyRing
from feedback.record.errors import Conflict, Forbidden, Malformed, NotFound
from feedback.record.idempotency import once
from feedback.record.limits import require_planned
from feedback.record.models import Alert, Service, Subscription, Theme, new_id
from feedback.record.models.properties import Line
from feedback.record.states import AlertState, AlertType, DigestRhythm, SubscriptionKind, WorkStage
from insights.alerts import queries
from insights.alerts.delivery import chat
from insights.alerts.delivery.credentials import Credentials, SigningKey, new_secret, seal, unseal
from insights.alerts.rota import Rota
from insights.alerts.rules import escalation, timing
from insights.alerts.rules.escalation import Escalation
from insights.alerts.rules.filters import AlertFilters
from insights.alerts.rules.timing import QuietHours
from insights.egress.addresses import AllowList, Target, check
from insights.issues.queries import themes

EMAIL_ADDRESS = re.compile(r"[^\s@<>\",;:\\()\[\]]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
STORED_AS_JSON = ("filters", "quiet_hours", "escalation", "rota")
PLACES = ("url", "address")
MOST_SUBSCRIPTIONS = 200
"""So many can stand in one service, or about one theme: each is asked whether it wants each alert."""
MAX_EMAIL_LENGTH = 254  # RFC 5321, as its errata have it


def require_language(code: str) -> None:
    """Raises `ValueError` for a language that messages to staff are not written in."""
    spoken = languages("staff")
    if code not in spoken:
        raise ValueError(f"this is none of {', '.join(spoken)} - at `$.language`")


class SubscriptionRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The subscription that somebody asks for."""

    kind: SubscriptionKind
    service: str | None = None
    theme: uuid.UUID | None = None
    url: str | None = None
    address: str | None = None
    filters: AlertFilters = AlertFilters()
    digest: DigestRhythm = DigestRhythm.AT_ONCE
    language: str = ENGLISH
    name: Line = ""
    contact: str | None = None
    quiet_hours: QuietHours | None = None
    escalation: Escalation | None = None
    rota: Rota | None = None

    def __post_init__(self) -> None:
        self.filters.require_bounds()
        require_language(self.language)


class SubscriptionChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to change about a subscription; `url` and `address` say where it goes from now on, as its kind has it.

    Until `quiet_until` only urgent alerts are sent to it; null ends that snooze.
    """

    url: str | msgspec.UnsetType = msgspec.UNSET
    address: str | msgspec.UnsetType = msgspec.UNSET
    filters: AlertFilters | msgspec.UnsetType = msgspec.UNSET
    digest: DigestRhythm | msgspec.UnsetType = msgspec.UNSET
    language: str | msgspec.UnsetType = msgspec.UNSET
    name: Line | msgspec.UnsetType = msgspec.UNSET
    contact: str | msgspec.UnsetType | None = msgspec.UNSET
    state: Literal["active", "muted"] | msgspec.UnsetType = msgspec.UNSET
    quiet_until: dt.datetime | msgspec.UnsetType | None = msgspec.UNSET
    quiet_hours: QuietHours | msgspec.UnsetType | None = msgspec.UNSET
    escalation: Escalation | msgspec.UnsetType | None = msgspec.UNSET
    rota: Rota | msgspec.UnsetType | None = msgspec.UNSET

    def __post_init__(self) -> None:
        require_planned(self.quiet_until, "quiet_until")
        if isinstance(self.filters, AlertFilters):
            self.filters.require_bounds()
        if isinstance(self.language, str):
            require_language(self.language)


def make(
    session: Session,
    keys: KeyRing,
    allowed: AllowList,
    who: Principal,
    wanted: SubscriptionRequest,
    request_key: str | None = None,
) -> tuple[Subscription, str | None]:
    """Makes a subscription, once for each `request_key`. Returns it with the secret that signs its webhooks.

    Raises `Malformed` for an address that nothing may be sent to, `Forbidden` unless the asker is an editor,
    `KeyReused` for the key of another request, `Conflict` where there are too many already.
    """

    def make_now() -> uuid.UUID:
        return _make(session, keys, allowed, who, wanted).id

    identity = uuid.UUID(once(session, who, "subscriptions", request_key, wanted, make_now))
    made = find(session, who, identity)
    return made, _secret(unseal(keys, made))


def _make(
    session: Session, keys: KeyRing, allowed: AllowList, who: Principal, wanted: SubscriptionRequest
) -> Subscription:
    service_id, theme_id = _about(session, who, wanted)
    _require_room(session, service_id, theme_id)
    address, shown = _receiver(wanted.kind, wanted.url or wanted.address or "", allowed)
    signing = [SigningKey(new_secret())] if wanted.kind == SubscriptionKind.WEBHOOK else []
    credentials = Credentials(address, signing)
    if wanted.contact is not None:
        _require_email(wanted.contact, "contact")
    made = Subscription(
        id=new_id(),
        stage=WorkStage.OPEN,
        service_id=service_id,
        theme_id=theme_id,
        kind=wanted.kind,
        name=wanted.name,
        shown=shown,
        filters=msgspec.to_builtins(wanted.filters),
        digest=wanted.digest,
        language=wanted.language,
        contact=wanted.contact,
        quiet_hours=msgspec.to_builtins(wanted.quiet_hours),
        escalation=msgspec.to_builtins(wanted.escalation),
        rota=msgspec.to_builtins(wanted.rota),
    )
    escalation.require_known(session, made, wanted.escalation)
    made.sealed = seal(keys, made.id, credentials)
    session.add(made)
    session.flush()
    audit(session, who, made, "subscribe")
    return made


def _require_room(session: Session, service_id: int | None, theme_id: uuid.UUID | None) -> None:
    place = Subscription.theme_id == theme_id if theme_id else Subscription.service_id == service_id
    if (session.scalar(select(func.count()).where(place)) or 0) >= MOST_SUBSCRIPTIONS:
        raise Conflict(f"there are {MOST_SUBSCRIPTIONS} subscriptions already; delete one first")


def _secret(credentials: Credentials) -> str | None:
    return credentials.keys[0].secret if credentials.keys else None


def _about(session: Session, who: Principal, wanted: SubscriptionRequest) -> tuple[int | None, uuid.UUID | None]:
    """The ids of its service and its theme. A theme's alerts are about the services that the asker may see."""
    if (wanted.service is None) == (wanted.theme is None):
        raise Malformed("service: name a service or a theme, and not both")
    if wanted.service is not None:
        return access.service_for(session, who, wanted.service, Role.editor).id, None
    theme = themes.shown(session, who, uuid.UUID(str(wanted.theme)))
    editing = who.with_role(Role.editor)
    if not editing:
        raise Forbidden(f"this takes the role {Role.editor.name}")
    if len(editing) > 1 and None not in editing:
        raise Malformed("you answer for several services; subscribe to what each of them hears", field="theme")
    return None if None in editing else editing[0], theme.id


def _receiver(kind: str, given: str, allowed: AllowList) -> tuple[str, str]:
    """Where it is sent, and as much of that as may be shown: a query may hold what only its owner knows."""
    if kind == SubscriptionKind.EMAIL:
        _require_email(given, "address")
        return given, given
    if kind == SubscriptionKind.CHAT:
        return given, chat.check(given, allowed)
    return given, _without_query(check(given, allowed))


def _without_query(target: Target) -> str:
    return f"{target.scheme}://{target.authority}{target.path.partition('?')[0]}"


def _require_email(text: str, field: str) -> None:
    if len(text) > MAX_EMAIL_LENGTH or not EMAIL_ADDRESS.fullmatch(text):
        raise Malformed("this is no e-mail address", field=field)


def move(keys: KeyRing, allowed: AllowList, subscription: Subscription, wanted: SubscriptionChange) -> None:
    """Sends it elsewhere from now on, if that is wanted; what signs its webhooks stays.

    Raises `Malformed` for an address that nothing may be sent to.
    """
    given, other, place = wanted.url, wanted.address, "url"
    if subscription.kind == SubscriptionKind.EMAIL:
        given, other, place = wanted.address, wanted.url, "address"
    if other is not msgspec.UNSET:
        raise Malformed(f"a subscription of this kind has its {place}", field=place)
    if isinstance(given, str):
        address, subscription.shown = _receiver(subscription.kind, given, allowed)
        signing = unseal(keys, subscription).keys
        subscription.sealed = seal(keys, subscription.id, Credentials(address, signing))


def change(session: Session, subscription: Subscription, wanted: SubscriptionChange) -> None:
    """Changes a subscription, but for where it goes, which `move` does.

    Alerts that already wait follow the change; an active one again starts afresh.

    Raises `Malformed` for a contact that is no e-mail address, for a time without its zone, or for an escalation
    that leads nowhere.
    """
    if isinstance(wanted.contact, str):
        _require_email(wanted.contact, "contact")
    if isinstance(wanted.quiet_until, dt.datetime) and wanted.quiet_until.tzinfo is None:
        raise Malformed("quiet_until: a time needs its zone")
    if isinstance(wanted.escalation, Escalation):
        escalation.require_known(session, subscription, wanted.escalation)
    for field in set(wanted.__struct_fields__) - set(PLACES):
        if (value := getattr(wanted, field)) is not msgspec.UNSET:
            setattr(subscription, field, msgspec.to_builtins(value) if field in STORED_AS_JSON else value)
    if wanted.state == "active":
        subscription.failing_since, subscription.stage, subscription.attempts = None, WorkStage.OPEN, 0
    session.flush()
    _reschedule(session, subscription, muted=wanted.state == "muted")


def _reschedule(session: Session, subscription: Subscription, *, muted: bool) -> None:
    """Alerts that are urgent, or were tried before, stay as they are."""
    untried = update(Alert).where(
        Alert.subscription_id == subscription.id,
        Alert.state == AlertState.WAITING,
        Alert.tried == 0,
        Alert.type != AlertType.URGENT,
    )
    if muted:
        session.execute(untried.values(state=AlertState.DROPPED))
    elif subscription.digest == DigestRhythm.AT_ONCE:
        now, service = session.scalars(select(func.now())).one(), queries.service_of(session, subscription)
        at = max(now, subscription.quiet_until or now)
        zone = service.properties.time_zone if service else "UTC"
        session.execute(untried.values(due_at=timing.after_quiet_hours(at, subscription.quiet_hours, zone)))


def visible(who: Principal) -> Sequence[ColumnElement[bool]]:
    """Selects the subscriptions that the asker may know of."""
    return () if who.services is None else (Subscription.service_id.in_(who.services),)


def find(session: Session, who: Principal, identity: uuid.UUID, needs: Role = Role.reader) -> Subscription:
    """Finds a subscription, locked for who `needs` to change it: others wait, and it cannot be deleted meanwhile.

    Raises `NotFound` if the asker may not see it, `Forbidden` if their role is too low.
    """
    query = select(Subscription).where(Subscription.id == identity, *visible(who))
    found = session.scalar(query.with_for_update(key_share=True) if needs > Role.reader else query)
    if found is None:
        raise NotFound("there is no such subscription")
    if not who.may(needs, found.service_id):
        raise Forbidden(f"this takes the role {needs.name}")
    return found


def about(session: Session, subscription: Subscription) -> str:
    """Names what a subscription is about: its service or its theme."""
    theme = session.get(Theme, subscription.theme_id) if subscription.theme_id else None
    if subscription.service_id is not None:
        return session.get_one(Service, subscription.service_id).display_name
    return theme.title if theme else _("a theme that has ended")


def audit(session: Session, who: Principal, subscription: Subscription, act: str) -> None:
    """Writes into the audit that somebody made, changed or ended a subscription."""
    note(session, who.caller, act, f"subscription:{subscription.id}", subscription.service_id)
