"""One message: the alerts in it, to whom it goes, and what it says to programs and to people."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
import structlog
from sqlalchemy.orm import Session

from feedback.i18n import speaking
from feedback.i18n.catalogues import ENGLISH
from feedback.record.encryption import KeyRing
from feedback.record.errors import Unavailable
from feedback.record.models import Alert, Service, Subscription
from feedback.record.settings import Settings
from feedback.record.states import AlertState, AlertType, SubscriptionKind
from insights.alerts import payload, queries, rota
from insights.alerts.delivery import attempts, credentials, mail, message
from insights.alerts.delivery.credentials import SigningKey

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message to one receiver, and all that a transport needs to send it; without `to` no key of ours opens where.

    `events` and `texts` say what each of `alert_ids` is about, to programs and to people; what goes to a program alone
    has no texts. `headers` are further ones of a mail, `unsubscribe` the address with which its reader ends the
    subscription, if they may; `language` is that of people.
    """

    kind: SubscriptionKind
    to: str
    keys: Sequence[SigningKey]
    alert_ids: Sequence[uuid.UUID]
    events: Sequence[dict[str, Any]]
    texts: Sequence[message.AlertText]
    headers: Mapping[str, str] = field(default_factory=dict)
    unsubscribe: str | None = None
    language: str = ENGLISH


def pack(session: Session, keys: KeyRing, settings: Settings, subscription: Subscription) -> Envelope | None:
    """Packs the alerts that are due into the next message; none where they have been dropped meanwhile."""
    with speaking(subscription.language):
        packed = _pack(session, keys, settings, subscription)
    return replace(packed, language=subscription.language) if packed else None


def _pack(session: Session, keys: KeyRing, settings: Settings, subscription: Subscription) -> Envelope | None:
    due = attempts.due(session, subscription)
    on_duty = _on_duty(session, subscription) if subscription.rota else None
    to_owner = any(alert.type == AlertType.SUBSCRIPTION_ENDED for alert in due)
    kind = SubscriptionKind.EMAIL if to_owner else SubscriptionKind(subscription.kind)
    rendered = [(alert, *content) for alert in due if (content := _render(session, settings, alert, kind, on_duty))]
    if not rendered:
        return None
    alerts, events, words = zip(*rendered, strict=True)
    ids, texts = [alert.id for alert in alerts], [text for text in words if text]
    if to_owner:
        return Envelope(kind, subscription.contact or "", (), ids, events, texts)
    try:
        to = credentials.unseal(keys, subscription)
    except Unavailable:
        return Envelope(kind, "", (), ids, events, texts)
    if kind != SubscriptionKind.EMAIL:
        return Envelope(kind, to.address, to.keys, ids, events, texts)
    unsubscribe = None if on_duty else credentials.unsubscribe_url(keys, settings, subscription)
    headers = _headers(settings, events[0], alerts, unsubscribe)
    return Envelope(kind, on_duty or to.address, (), ids, events, texts, headers, unsubscribe)


def _on_duty(session: Session, subscription: Subscription) -> str | None:
    """Who is on duty ends the subscription of all the others by no click."""
    service = queries.service_of(session, subscription)
    zone = service.properties.time_zone if service else "UTC"
    return rota.on_duty(subscription.rota, dt.datetime.now(dt.UTC), zone)


def _render(
    session: Session, settings: Settings, alert: Alert, kind: SubscriptionKind, on_duty: str | None
) -> tuple[dict[str, Any], message.AlertText | None] | None:
    """An alert that cannot be told fails by itself, and holds up nothing else. Nobody reads the words of a webhook."""
    try:
        event = payload.event(session, alert, settings.url)
        if on_duty and alert.type != AlertType.SUBSCRIPTION_ENDED:
            event["data"]["on_duty"] = on_duty
        if kind == SubscriptionKind.WEBHOOK:
            return event, None
        return event, message.write(event, session.get_one(Service, alert.service_id), dt.datetime.now(dt.UTC))
    except (LookupError, TypeError, ValueError, msgspec.MsgspecError) as error:
        log.error("alert cannot be told", alert=str(alert.id), error=type(error).__name__)
        alert.state = AlertState.FAILED
        return None


def _headers(
    settings: Settings, event: Mapping[str, Any], alerts: Sequence[Alert], unsubscribe: str | None
) -> dict[str, str]:
    """RFC 8058: a mail program may unsubscribe with one click, by POST. RFC 2919: its filters know the list."""
    headers = {"List-Id": f"<{event['data']['service']}.alerts.{mail.domain(settings)}>"}
    if unsubscribe:
        headers |= {
            "List-Unsubscribe": f"<{unsubscribe}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    if alerts[0].type == AlertType.URGENT:
        headers |= {"Importance": "high", "X-Priority": "1"}
    if len(alerts) == 1 and alerts[0].issue_id:
        headers["References"] = f"<{alerts[0].issue_id}@{mail.domain(settings)}>"  # one thread for one issue
    return headers
