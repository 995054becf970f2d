"""When an alert goes out: at once, with a digest, or gathered with what else a noisy day brings."""

import datetime as dt
import uuid
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback.record.models import Alert, Service, Subscription
from insights.alerts.payload import URGENT

LOUD = 5
"""Messages of one day, to people, after which what follows is gathered into one."""

GATHERED = (8, 17)
"""The hours, in the service's time zone, at which gathered alerts go out; a digest goes at the first of them."""


def loud(session: Session, service: Service, now: dt.datetime) -> set[uuid.UUID]:
    """Who has had enough messages today; what was raised at once was one."""
    midnight = now.astimezone(ZoneInfo(service.properties.time_zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = session.execute(
        select(Alert.subscription_id)
        .where(Alert.subscription_id.is_not(None), Alert.raised_at >= midnight, Alert.type != URGENT)
        .group_by(Alert.subscription_id)
        .having(func.count(Alert.raised_at.distinct()) >= LOUD)
    )
    return {row.subscription_id for row in rows}


def due(
    listener: Subscription, service: Service, now: dt.datetime, urgent: bool, had_enough: set[uuid.UUID]
) -> dt.datetime:
    """What is urgent waits for nothing; people get digests, and what is too much for one day, gathered."""
    if urgent:
        return now
    zone, to_people = ZoneInfo(service.properties.time_zone), listener.kind != "webhook"
    at = now
    if listener.digest != "at_once":
        at = next_hour(now, zone, GATHERED[:1], monday=listener.digest == "weekly")
    elif to_people and listener.id in had_enough:
        at = next_hour(now, zone, GATHERED)
    return max(at, listener.quiet_until or at)


def next_hour(now: dt.datetime, zone: ZoneInfo, hours: Sequence[int], *, monday: bool = False) -> dt.datetime:
    """The next time that one of these hours strikes in that zone; on a Monday, if it must be one."""
    local = now.astimezone(zone)
    for ahead in range(9):
        day = local.date() + dt.timedelta(days=ahead)
        for hour in hours:
            at = dt.datetime.combine(day, dt.time(hour), zone)
            if at > local and (not monday or day.weekday() == 0):
                return at
    raise AssertionError("a week has a Monday")
