"""The two halves of the time of late of a signal that stands, whose reports tell at what pace it grows or ebbs."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from sqlalchemy import DateTime, TableValuedAlias, Uuid, cast, column, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from feedback.record.limits import LATEST
from feedback.record.models import Feedback, Signal
from feedback.record.states import FeedbackStage
from insights.issues.counts_over_time import TimeSpan, pieces_within

LEAST_HALF = dt.timedelta(minutes=10)
"""The least time in which reports are counted to tell at what pace they come."""

MOMENT = DateTime(timezone=True)


class Halves(NamedTuple):
    """When the earlier half begins, and when the later one does, which lasts until now."""

    start: dt.datetime
    middle: dt.datetime


class HalfVolumes(NamedTuple):
    """All that the service of a signal received in each half."""

    late: int
    early: int


def halves(signal: Signal, now: dt.datetime) -> Halves:
    """Parts the time since a signal began, but at most twice the window in which it was found: what is over is over.

    What began just now is held against the minutes before it, so that an outage grows from its first minute on.
    """
    half = max(min((now - signal.since) / 2, dt.timedelta(hours=signal.window_hours)), LEAST_HALF)
    return Halves(now - 2 * half, now - half)


def rows_of_halves(signals: Sequence[Signal], now: dt.datetime) -> TableValuedAlias:
    """Returns the halves of signals as rows `signal_id`, `start`, `middle` of a query, to join; there must be one.

    As arrays they make one and the same query however many there are, which is compiled once.
    """
    found = [(one.id, *halves(one, now)) for one in signals]
    ids, starts, middles = (list(each) for each in zip(*found, strict=True))
    return (
        func.unnest(cast(ids, ARRAY(Uuid)), cast(starts, ARRAY(MOMENT)), cast(middles, ARRAY(MOMENT)))
        .table_valued(column("signal_id", Uuid), column("start", MOMENT), column("middle", MOMENT))
        .render_derived(name="halves")
    )


def volumes_of_halves(session: Session, signals: Sequence[Signal], now: dt.datetime) -> dict[uuid.UUID, HalfVolumes]:
    """Counts what the services of signals received in their halves, in one query however many signals there are.

    The edges of all halves divide the time of a service into spans; each is counted once.
    """
    found = {one: halves(one, now) for one in signals}
    of_service: dict[int, set[dt.datetime]] = defaultdict(set)
    for one, its in found.items():
        of_service[one.service_id] |= {*its}
    spans = [
        TimeSpan(service_id, begin, end)
        for service_id, moments in of_service.items()
        for begin, end in pairwise([*sorted(moments), LATEST])
    ]
    counted = pieces_within(session, spans, Feedback.stage == FeedbackStage.DONE, Feedback.weight > 0)
    told = list(zip(spans, counted, strict=True))
    volumes = {}
    for one, its in found.items():
        mine = [(span, pieces) for span, pieces in told if span.service_id == one.service_id]
        late = sum(pieces for span, pieces in mine if span.begin >= its.middle)
        volumes[one.id] = HalfVolumes(
            late, sum(pieces for span, pieces in mine if its.start <= span.begin < its.middle)
        )
    return volumes
