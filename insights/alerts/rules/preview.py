"""What a subscription would have been sent in the last 90 days."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback.record.models import Alert, Service
from feedback.record.states import AlertType
from insights.alerts import queries
from insights.alerts.rules import backtest_signals
from insights.alerts.rules.backtest_signals import PREVIEW_SPAN
from insights.alerts.rules.filters import AlertFilters, matches, matches_good_news, matches_urgent


def preview(session: Session, service: Service, filters: AlertFilters) -> list[Alert]:
    """Lists the alerts that a subscription with these filters would have been sent, the latest first."""
    recent = select(Alert).where(*queries.service_wide(service), Alert.raised_at > func.now() - PREVIEW_SPAN)
    alerts = [*session.scalars(recent.order_by(Alert.number.desc())), *backtest_signals.alerts(session, service)]
    return [alert for alert in alerts if _would_be_sent(filters, alert)]


def _would_be_sent(filters: AlertFilters, alert: Alert) -> bool:
    data = alert.facts
    if alert.type == AlertType.URGENT:
        return matches_urgent(filters, data["urgent"]["channel"])
    signal, issue = data["signal"], data["issue"]
    if alert.type == AlertType.GOOD_NEWS:
        return matches_good_news(filters, signal["by_channel"])
    return matches(filters, signal["kind"], signal["by_channel"], issue["trend"], issue["status"], signal["reports"])
