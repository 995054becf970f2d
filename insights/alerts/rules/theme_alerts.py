"""Alerts about a theme: several services report it together, though none alone has enough reports to stand out."""

import uuid
from collections import Counter

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.record.models import Feedback, Service, Subscription, ThemeSignal
from feedback.record.states import AlertType, IssueStatus, SignalKind, SubscriptionState, Trend
from insights.alerts import payload
from insights.alerts.rules import fan_out
from insights.alerts.rules.filters import filters_of, matches


def raise_alerts(session: Session, signal: ThemeSignal) -> None:
    """Raises one alert for each subscription to the theme that covers every service.

    A subscription of one service is left out: nobody else may know of the other services' reports.
    """
    subscribed = (
        Subscription.theme_id == signal.theme_id,
        Subscription.service_id.is_(None),
        Subscription.state == SubscriptionState.ACTIVE,
    )
    subscriptions = session.scalars(select(Subscription).where(*subscribed).order_by(Subscription.id)).all()
    if not subscriptions:
        return
    counts = {int(number): len(ids) for number, ids in signal.reports.items()}
    services = sorted(session.scalars(select(Service).where(Service.id.in_(counts))), key=lambda it: -counts[it.id])
    channels = _channels(session, signal)
    frozen = payload.for_theme(signal.theme_id, {it.slug: counts[it.id] for it in services}, signal, channels)
    surge = (SignalKind.SURGE, channels, Trend.EMERGING, IssueStatus.OPEN, signal.observed)
    rows = [
        fan_out.alert_row(services[0], one, AlertType.SURGE, frozen, f"theme:{signal.id}")
        for one in subscriptions
        if matches(filters_of(one), *surge)
    ]
    fan_out.insert_alerts(session, services[0], rows)


def _channels(session: Session, signal: ThemeSignal) -> dict[str, int]:
    ids = [uuid.UUID(identity) for mine in signal.reports.values() for identity in mine]
    return Counter(session.scalars(select(Feedback.channel).where(Feedback.id.in_(ids))))
