"""What a service told, what a subscription would have heard, and what it wants to hear no more."""

import datetime as dt
import uuid

from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from feedback.record.access import Principal, Role
from feedback.record.errors import NotFound
from feedback.record.models import Alert, Issue, Quiet, Service, Subscription
from insights.alerts.payload import URGENT
from insights.alerts.rules import hindsight, subscriptions
from insights.alerts.rules.fan_out import matches, matches_urgent
from insights.alerts.rules.hindsight import LOOKED_BACK
from insights.alerts.rules.subscriptions import Filters


def told(service: Service) -> tuple[ColumnElement[bool], ...]:
    """What went to the service's own stream and feed: each alert once, however many subscribed."""
    return (Alert.service_id == service.id, Alert.subscription_id.is_(None))


def preview(session: Session, service: Service, filters: Filters) -> list[Alert]:
    """What a subscription with these filters would have been sent in the last 90 days, the latest first."""
    recent = select(Alert).where(*told(service), Alert.raised_at > func.now() - LOOKED_BACK)
    alerts = [*session.scalars(recent.order_by(Alert.number.desc())), *hindsight.alerts(session, service)]
    return [alert for alert in alerts if _would_hear(filters, alert)]


def _would_hear(filters: Filters, alert: Alert) -> bool:
    data = alert.facts
    if alert.type == URGENT:
        return matches_urgent(filters, data["urgent"]["channel"])
    signal, issue = data["signal"], data["issue"]
    return matches(filters, signal["kind"], signal["by_channel"], issue["trend"], issue["status"], signal["reports"])


def acknowledge(session: Session, who: Principal, alert_id: uuid.UUID) -> Alert:
    """Somebody has seen it: this subscription hears no more of this signal, however it grows."""
    found = session.get(Alert, alert_id)
    if found is None or found.subscription_id is None:
        raise NotFound("there is no such alert")
    subscriptions.find(session, who, found.subscription_id, Role.editor)
    found.acknowledged_at = found.acknowledged_at or func.now()
    found.acknowledged_by = found.acknowledged_by or who.caller
    session.flush()
    return found


def quieten(session: Session, subscription: Subscription, issue: Issue, until: dt.datetime | None) -> None:
    """Snoozes an issue for one subscription, or mutes it (`until` none). What is urgent is told all the same."""
    fresh = insert(Quiet).values(subscription_id=subscription.id, issue_id=issue.id, until=until)
    keys = ["subscription_id", "issue_id"]
    session.execute(fresh.on_conflict_do_update(index_elements=keys, set_={"until": until}))


def listen_again(session: Session, subscription: Subscription, issue_id: uuid.UUID) -> None:
    session.execute(delete(Quiet).where(Quiet.subscription_id == subscription.id, Quiet.issue_id == issue_id))
