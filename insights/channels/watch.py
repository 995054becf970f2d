"""Which channels of a service have fallen silent that are not usually silent."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback.record.calendar import bank_holidays
from feedback.record.models import Feedback, Service
from feedback.record.states import ChannelName
from insights.detection.statistics import silence
from insights.detection.statistics.silence import Slots, UsualSilence

LEARNT_FROM = dt.timedelta(weeks=8)
"""The weeks until its last piece from which it is learnt how long a channel is usually silent."""

FORGOTTEN_AFTER = dt.timedelta(weeks=8)
"""A channel that has been silent for longer is not in use any more."""

HOUR = dt.timedelta(hours=1)
FREE_DAY = 24
"""What is added to the hour of the day on weekends and bank holidays."""


@dataclass(frozen=True, slots=True)
class ChannelSilence:
    """How a channel is silent now: since when, and the pieces that were `missed` so far.

    `limit` is how many may be missed by chance; none where it cannot be told yet.
    """

    channel: str
    since: dt.datetime
    hours: float
    missed: float
    limit: float | None

    @property
    def is_unusual(self) -> bool:
        """Tells whether chance hardly brings such a silence."""
        return self.limit is not None and self.missed > self.limit


def silences(session: Session, service: Service, now: dt.datetime) -> list[ChannelSilence]:
    """Tells of each channel that has been used of late how it is silent; what came from files does not count.

    The tolerance of the service is that of all its channels together.
    """
    began = now.replace(minute=0, second=0, microsecond=0)
    by_channel = _hours(session, service, began - LEARNT_FROM - FORGOTTEN_AFTER)
    tolerance = service.properties.tolerance / max(len(by_channel), 1)
    return [_silence(service, channel, hours, began, tolerance) for channel, hours in sorted(by_channel.items())]


Hours = Sequence[tuple[dt.datetime, int, dt.datetime]]
"""Each hour in which something came: its beginning, how many pieces, and when the last of them came."""


def _hours(session: Session, service: Service, since: dt.datetime) -> dict[str, Hours]:
    hour = func.date_trunc("hour", Feedback.received_at, "UTC")
    live = (Feedback.service_id == service.id, Feedback.received_at > since, Feedback.history.is_(False))
    rows = session.execute(
        select(Feedback.channel, hour.label("hour"), func.count(), func.max(Feedback.received_at))
        .where(*live, Feedback.channel != ChannelName.IMPORT)
        .group_by(Feedback.channel, hour)
        .order_by(hour)
    )
    found: dict[str, list[tuple[dt.datetime, int, dt.datetime]]] = {}
    for channel, begun, count, last in rows:
        found.setdefault(str(channel), []).append((begun, count, last))
    return {channel: hours for channel, hours in found.items() if hours[-1][0] > since + LEARNT_FROM}


def _silence(service: Service, channel: str, hours: Hours, now: dt.datetime, tolerance: float) -> ChannelSilence:
    """Only whole hours count."""
    last_hour, _, since = hours[-1]
    usual = _usual(service, hours, tolerance)
    empty = max(round((now - last_hour) / HOUR) - 1, 0)
    missed = usual.missing(_slots(service, last_hour + HOUR, empty)) if usual else 0.0
    return ChannelSilence(channel, since, empty, missed, usual.limit if usual else None)


def _usual(service: Service, hours: Hours, tolerance: float) -> UsualSilence | None:
    last = hours[-1][0]
    known = [hour for hour in hours if hour[0] > last - LEARNT_FROM]
    first = known[0][0]
    counts = np.zeros(round((last - first) / HOUR) + 1, np.int64)
    for begun, count, _ in known:
        counts[round((begun - first) / HOUR)] = count
    return silence.learn(counts, _slots(service, first, len(counts)), tolerance)


def _slots(service: Service, first: dt.datetime, number: int) -> Slots:
    """The hour of the day, in the time zone of the service; those of free days are others."""
    zone = ZoneInfo(service.properties.time_zone)
    local = [(first + HOUR * place).astimezone(zone) for place in range(number)]
    free = bank_holidays(service.properties.nation, {at.year for at in local})
    slots = [at.hour + FREE_DAY * (at.weekday() >= 5 or at.date() in free) for at in local]
    return np.array(slots, np.int64)
