"""Which channels of a service have fallen silent that are not usually silent."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy.orm import Session

from feedback.record.calendar import bank_holidays
from feedback.record.models import Service
from insights.channels import hours
from insights.channels.hours import HOUR
from insights.detection.statistics import silence
from insights.detection.statistics.silence import Slots, UsualSilence

LEARNT_FROM = dt.timedelta(weeks=8)
"""The weeks until its last piece from which it is learnt how long a channel is usually silent."""

FORGOTTEN_AFTER = dt.timedelta(weeks=8)
"""A channel that has been silent for longer is not in use any more."""

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
    return silences_within(service, hours.of_service(session, service.id), now)


def silences_within(service: Service, heard: Sequence[Any], now: dt.datetime) -> list[ChannelSilence]:
    """Tells the same of the hours of a service that were read already."""
    began = now.replace(minute=0, second=0, microsecond=0)
    by_channel = _live_hours(heard, began - LEARNT_FROM - FORGOTTEN_AFTER)
    tolerance = service.properties.tolerance / max(len(by_channel), 1)
    return [_silence(service, channel, theirs, began, tolerance) for channel, theirs in sorted(by_channel.items())]


Hours = Sequence[tuple[dt.datetime, int, dt.datetime]]
"""Each hour in which something came: its beginning, how many pieces, and when the last of them came."""


def _live_hours(heard: Sequence[Any], since: dt.datetime) -> dict[str, Hours]:
    found: dict[str, list[tuple[dt.datetime, int, dt.datetime]]] = {}
    for row in heard:
        if row.live and row.last_live_at > since:
            found.setdefault(str(row.channel), []).append((row.hour, row.live, row.last_live_at))
    return {channel: theirs for channel, theirs in found.items() if theirs[-1][0] > since + LEARNT_FROM}


def _silence(service: Service, channel: str, heard: Hours, now: dt.datetime, tolerance: float) -> ChannelSilence:
    """Only whole hours count."""
    last_hour, _, since = heard[-1]
    usual = _usual(service, heard, tolerance)
    empty = max(round((now - last_hour) / HOUR) - 1, 0)
    missed = usual.missing(_slots(service, last_hour + HOUR, empty)) if usual else 0.0
    return ChannelSilence(channel, since, empty, missed, usual.limit if usual else None)


def _usual(service: Service, heard: Hours, tolerance: float) -> UsualSilence | None:
    last = heard[-1][0]
    known = [hour for hour in heard if hour[0] > last - LEARNT_FROM]
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
