"""What is praised more is told on the service's stream and feed, and to who asks for it: never as a problem."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.record.models import Issue, Service, Signal, Subscription
from feedback.record.states import AlertType, SignalTier
from insights.alerts import payload
from insights.alerts.rules import fan_out
from insights.alerts.rules.filters import filters_of, matches_good_news
from insights.issues.queries.signals import shown
from insights.issues.silences import Reported


def raise_alerts(session: Session, service_id: int) -> None:
    """Raises an alert for each recipient about the good news of a service; called again, it finds nothing to do."""
    news = session.execute(
        select(Signal, Issue)
        .join(Issue, Issue.id == Signal.issue_id)
        .where(Signal.service_id == service_id, *shown(SignalTier.GOOD_NEWS))
        .order_by(Signal.detected_at, Signal.id)
    ).all()
    if not news:
        return
    service, recipients = session.get_one(Service, service_id), fan_out.recipients(session, service_id)
    rows = []
    for signal, issue in news:
        raised_on = Reported(signal.observed, signal.last_report_at, signal.channels)
        frozen, cause = payload.for_signal(service, issue, signal, raised_on), f"good_news:{signal.id}"
        told = [one for one in recipients if one is None or _wants(one, signal)]
        rows += [fan_out.alert_row(service, one, AlertType.GOOD_NEWS, frozen, cause, signal) for one in told]
    fan_out.insert_alerts(session, service, rows)


def _wants(subscription: Subscription, signal: Signal) -> bool:
    return subscription.theme_id is None and matches_good_news(filters_of(subscription), signal.channels)
