"""One message: the alerts in it, to whom it goes, and what it says to programs and to people."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import structlog
from sqlalchemy.orm import Session

from feedback.record.encryption import KeyRing
from feedback.record.models import Alert, Service, Subscription
from feedback.record.settings import Settings
from insights.alerts import payload
from insights.alerts.delivery import attempts, credentials, mail, message
from insights.alerts.delivery.credentials import SigningKey

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Parcel:
    """`bodies` and `notes`: what each of `alert_ids` says, to programs and to people. `headers`: of a mail, more."""

    kind: str
    to: str
    keys: Sequence[SigningKey]
    alert_ids: Sequence[uuid.UUID]
    bodies: Sequence[dict[str, Any]]
    notes: Sequence[message.Note]
    headers: Mapping[str, str] = field(default_factory=dict)
    unsubscribe: str | None = None


def pack(session: Session, keys: KeyRing, settings: Settings, subscription: Subscription) -> Parcel | None:
    """What is due; none where it has been dropped meanwhile."""
    said = [
        (alert, *words) for alert in attempts.due(session, subscription) if (words := _say(session, settings, alert))
    ]
    if not said:
        return None
    alerts, bodies, notes = zip(*said, strict=True)
    ids = [alert.id for alert in alerts]
    if alerts[0].type == payload.ENDED:
        return Parcel("email", subscription.contact or "", (), ids, bodies, notes)
    to = credentials.unseal(keys, subscription)
    if subscription.kind != "email":
        return Parcel(subscription.kind, to.address, to.keys, ids, bodies, notes)
    leave = credentials.unsubscribe_url(keys, settings, subscription)
    headers = _headers(settings, bodies[0], alerts, leave)
    return Parcel("email", to.address, (), ids, bodies, notes, headers, leave)


def _say(session: Session, settings: Settings, alert: Alert) -> tuple[dict[str, Any], message.Note] | None:
    """What cannot be put into words fails by itself, and holds up nothing else."""
    try:
        body = payload.body(session, alert, settings.url)
        return body, message.note(body, session.get_one(Service, alert.service_id), dt.datetime.now(dt.UTC))
    except (LookupError, TypeError, ValueError, msgspec.MsgspecError) as error:
        log.error("alert cannot be told", alert=str(alert.id), error=type(error).__name__)
        alert.state = "failed"
        return None


def _headers(settings: Settings, body: Mapping[str, Any], alerts: Sequence[Alert], leave: str) -> dict[str, str]:
    """RFC 8058: a mail program may unsubscribe with one click, by POST. RFC 2919: its filters know the list."""
    headers = {
        "List-Unsubscribe": f"<{leave}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Id": f"<{body['data']['service']}.alerts.{mail.domain(settings)}>",
    }
    if alerts[0].type == payload.URGENT:
        headers |= {"Importance": "high", "X-Priority": "1"}
    if len(alerts) == 1 and alerts[0].issue_id:
        headers["References"] = f"<{alerts[0].issue_id}@{mail.domain(settings)}>"  # one thread for one issue
    return headers
