"""Since when nobody reports on signals any more, and whether that tells their end."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy.orm import Session

from feedback.record.models import Feedback, Signal
from feedback.record.states import FeedbackStage
from insights.detection.statistics import endings
from insights.detection.statistics.endings import Silence
from insights.issues.counts_over_time import TimeSpan, pieces_within

HOUR, NEXT_MOMENT = dt.timedelta(hours=1), dt.timedelta(microseconds=1)


class Reported(NamedTuple):
    """How many distinct pieces have reported on a signal since it began, when the last of them did, and how they came.

    Never fewer than it was raised on: some of those may be kept no longer.
    """

    reports: int
    last: dt.datetime
    by_channel: Mapping[str, int]


def silences(session: Session, reported: Sequence[tuple[Signal, Reported]], now: dt.datetime) -> list[Silence]:
    """Measures the silence after the last report of each signal, by what the service received of anything else."""
    spans = [
        span
        for signal, (_, last, _) in reported
        for span in (
            TimeSpan(signal.service_id, signal.since, last + NEXT_MOMENT),
            TimeSpan(signal.service_id, last + NEXT_MOMENT, now),
        )
    ]
    counted = iter(pieces_within(session, spans, Feedback.stage == FeedbackStage.DONE, Feedback.weight > 0))
    return [
        _silence(signal, of_it, now, max(next(counted) - of_it.reports, 0), next(counted)) for signal, of_it in reported
    ]


def ends(session: Session, reported: Sequence[tuple[Signal, Reported]], now: dt.datetime) -> list[Silence | None]:
    """Finds for each signal the silence that tells its end; None where there is none, which mostly takes no query."""
    may_be = [(signal, of_it) for signal, of_it in reported if _silence(signal, of_it, now, 0, 0).is_an_end]
    found = dict(zip((signal.id for signal, _ in may_be), silences(session, may_be, now), strict=True))
    return [silent if (silent := found.get(signal.id)) and silent.is_an_end else None for signal, _ in reported]


def _silence(signal: Signal, reported: Reported, now: dt.datetime, before: int, since: int) -> Silence:
    lasted, silent = (reported.last - signal.since) / HOUR, (now - reported.last) / HOUR
    return endings.silence(reported.reports, lasted, silent, before, since)
