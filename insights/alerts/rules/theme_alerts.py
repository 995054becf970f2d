"""Alerts about a theme: several services report it together, though none alone has enough reports to stand out."""

import uuid
from collections import Counter

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from feedback.record.models import Alert, Change, Feedback, Service, Subscription, ThemeSignal
from feedback.record.states import AlertType, ChangeKind, IssueStatus, SignalKind, SubscriptionState, Trend
from insights.alerts import payload
from insights.alerts.rules import fan_out
from insights.alerts.rules.filters import filters_of, matches
from insights.detection.cross_service import FEWEST_SERVICES, effective_number


def raise_alerts(session: Session, signal: ThemeSignal) -> None:
    """Raises one alert for each subscription to the theme that covers every service; called again, no second one.

    A subscription of one service is left out: nobody else may know of the other services' reports. Nothing is sent
    while announced work explains so much that what is left is no matter of several services.
    """
    cause = f"theme:{signal.id}"
    subscribed = (
        Subscription.theme_id == signal.theme_id,
        Subscription.service_id.is_(None),
        Subscription.state == SubscriptionState.ACTIVE,
        ~exists().where(Alert.subscription_id == Subscription.id, Alert.cause == cause),
    )
    subscriptions = session.scalars(select(Subscription).where(*subscribed).order_by(Subscription.id)).all()
    if not subscriptions or _is_explained(session, signal):
        return
    counts = {int(number): len(ids) for number, ids in signal.reports.items()}
    services = sorted(session.scalars(select(Service).where(Service.id.in_(counts))), key=lambda it: -counts[it.id])
    channels = _channels(session, signal)
    frozen = payload.for_theme(signal.theme_id, {it.slug: counts[it.id] for it in services}, signal, channels)
    surge = (SignalKind.SURGE, channels, Trend.EMERGING, IssueStatus.OPEN, signal.observed)
    rows = [
        fan_out.alert_row(services[0], one, AlertType.SURGE, frozen, cause)
        for one in subscriptions
        if matches(filters_of(one), *surge)
    ]
    fan_out.insert_alerts(session, services[0], rows)


def _channels(session: Session, signal: ThemeSignal) -> dict[str, int]:
    return Counter(session.scalars(select(Feedback.channel).where(Feedback.id.in_(_ids(signal)))))


def _is_explained(session: Session, signal: ThemeSignal) -> bool:
    """Whether too few services are left without what each heard while its own planned work lasted."""
    during = exists().where(
        Change.service_id == Feedback.service_id,
        Change.kind == ChangeKind.PLANNED,
        Feedback.said_at.between(Change.at, Change.until),
    )
    rows = session.execute(select(Feedback.service_id, during).where(Feedback.id.in_(_ids(signal)))).all()
    left = Counter(service for service, is_explained in rows if not is_explained)
    return left.total() < len(rows) and bool(effective_number(list(left.values())) < FEWEST_SERVICES)


def _ids(signal: ThemeSignal) -> list[uuid.UUID]:
    return [uuid.UUID(identity) for mine in signal.reports.values() for identity in mine]
