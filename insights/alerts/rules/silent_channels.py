"""A channel that falls silent and is not usually silent is told, once a silence, to whoever asks for it."""

import datetime as dt

from sqlalchemy.orm import Session

from feedback.record.models import Service, Subscription
from feedback.record.states import AlertType
from insights.alerts import payload
from insights.alerts.rules import fan_out
from insights.alerts.rules.filters import filters_of, hears, wants
from insights.channels.watch import silences


def raise_silences(session: Session, service: Service, now: dt.datetime) -> None:
    """Raises an alert for each silent channel and each subscription that asks; done again, it finds nothing to do."""
    hear = [one for one in fan_out.recipients(session, service.id) if one and wants(one, "silent")]
    if not hear:
        return
    rows = [
        fan_out.alert_row(
            service, one, AlertType.SILENT, payload.for_silence(service, found), f"silent:{found.channel}:{found.since}"
        )
        for found in silences(session, service, now)
        if found.is_unusual
        for one in hear
        if _is_theirs(one, found.channel)
    ]
    fan_out.insert_alerts(session, service, rows)


def _is_theirs(subscription: Subscription, channel: str) -> bool:
    return subscription.theme_id is None and hears(filters_of(subscription), [channel])
