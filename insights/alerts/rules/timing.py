"""When an alert goes out: at once, with a digest, with the rest of a noisy day, or when quiet hours are over."""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback.record.errors import Malformed
from feedback.record.models import Alert, Service, Subscription
from feedback.record.states import AlertType, DigestRhythm, SubscriptionKind
from insights.alerts.rota import Clock

MAX_MESSAGES_PER_DAY = 5
"""So many messages a day go to people by themselves; what follows is gathered into one."""

DIGEST_HOURS = (8, 17)
"""The hours, in the service's time zone, at which gathered alerts go out; a digest goes at the first of them."""

SATURDAY = 5


class QuietHours(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From `start` until `end`, of the next day where that is earlier; with `weekends`, all of Saturday and Sunday too.

    By the clock of the service. Raises `Malformed` where both are the same time: nothing would ever be sent.
    """

    start: Clock
    end: Clock
    weekends: bool = False

    def __post_init__(self) -> None:
        if self.start == self.end:
            raise Malformed("quiet hours begin and end at different times", field="quiet_hours")

    def is_quiet(self, at: dt.datetime) -> bool:
        """Tells whether a local time lies within them."""
        now = f"{at:%H:%M}"
        over_midnight = self.end < self.start
        within = (now >= self.start or now < self.end) if over_midnight else self.start <= now < self.end
        return within or (self.weekends and at.weekday() >= SATURDAY)

    def next_end(self, at: dt.datetime) -> dt.datetime:
        """Finds the next time, after a quiet local time, at which a quiet span ends: their end, or a midnight."""
        zone = at.tzinfo
        ends = [dt.time.fromisoformat(self.end), dt.time()]
        days = (at.date() + dt.timedelta(days=ahead) for ahead in range(2))
        return min(end for day in days for time in ends if (end := dt.datetime.combine(day, time, zone)) > at)


def over_daily_limit(session: Session, service: Service, now: dt.datetime) -> set[uuid.UUID]:
    """Finds the subscriptions that had enough messages today; alerts that were raised at once make one message."""
    midnight = now.astimezone(ZoneInfo(service.properties.time_zone)).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = session.execute(
        select(Alert.subscription_id)
        .where(Alert.subscription_id.is_not(None), Alert.raised_at >= midnight, Alert.type != AlertType.URGENT)
        .group_by(Alert.subscription_id)
        .having(func.count(Alert.raised_at.distinct()) >= MAX_MESSAGES_PER_DAY)
    )
    return {row.subscription_id for row in rows}


def send_at(
    subscription: Subscription, service: Service, now: dt.datetime, urgent: bool, over_limit: Collection[uuid.UUID]
) -> dt.datetime:
    """Tells when an alert is due: at once if urgent, else by digest, daily limit of people, snooze and quiet hours."""
    if urgent:
        return now
    zone, to_people = ZoneInfo(service.properties.time_zone), subscription.kind != SubscriptionKind.WEBHOOK
    at = now
    if subscription.digest != DigestRhythm.AT_ONCE:
        at = next_hour(now, zone, DIGEST_HOURS[:1], monday=subscription.digest == DigestRhythm.WEEKLY)
    elif to_people and subscription.id in over_limit:
        at = next_hour(now, zone, DIGEST_HOURS)
    return after_quiet_hours(max(at, subscription.quiet_until or at), subscription.quiet_hours, zone.key)


def next_hour(now: dt.datetime, zone: ZoneInfo, hours: Sequence[int], *, monday: bool = False) -> dt.datetime:
    """Finds the next time that one of these hours strikes in that zone; with `monday`, on a Monday."""
    local = now.astimezone(zone)
    for ahead in range(9):
        day = local.date() + dt.timedelta(days=ahead)
        for hour in hours:
            at = dt.datetime.combine(day, dt.time(hour), zone)
            if at > local and (not monday or day.weekday() == 0):
                return at
    raise AssertionError("a week has a Monday")


def after_quiet_hours(at: dt.datetime, stored: dict[str, Any] | None, zone: str) -> dt.datetime:
    """Returns `at`, or where it lies within the quiet hours that are stored with a subscription, when they are over."""
    if stored is None:
        return at
    hours, local = msgspec.convert(stored, QuietHours), at.astimezone(ZoneInfo(zone))
    while hours.is_quiet(local):
        local = hours.next_end(local)
    return local if local > at else at
