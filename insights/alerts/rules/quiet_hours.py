"""The hours in which a subscription is not disturbed: what is not urgent waits until they are over."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from feedback.record.errors import Malformed
from insights.alerts.rota import Clock

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


def after(at: dt.datetime, stored: dict[str, Any] | None, zone: str) -> dt.datetime:
    """Returns `at`, or where it lies within the quiet hours that are stored with a subscription, when they are over."""
    if stored is None:
        return at
    hours, local = msgspec.convert(stored, QuietHours), at.astimezone(ZoneInfo(zone))
    while hours.is_quiet(local):
        local = hours.next_end(local)
    return local if local > at else at
