"""The services on the first page: many of them in a few queries."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from feedback.record.limits import LATEST
from feedback.record.models import Feedback, Issue, Service, Signal
from feedback.record.states import Tone
from insights.issues.counts_over_time import TimeSpan, pieces_within
from insights.issues.queries import detection_health
from insights.issues.queries.issues import LIVING
from insights.issues.queries.services import UNSETTLED, WAITING_STAGES
from insights.issues.queries.signals import shown

WEEKS = 8
WEEK = dt.timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """One service on the first page; `weekly` counts its pieces week by week, the latest seven days last."""

    service: Service
    emerging: int
    sight: str
    waiting: int
    open_issues: int
    weekly: list[int]


def service_lines(session: Session, services: Mapping[int, Service], now: dt.datetime) -> list[ServiceLine]:
    """Lists services: where most emerges first, then by name."""
    emerging, weekly = _counts(session, Signal.service_id, *shown()), _weekly(session, list(services), now)
    waiting = _counts(session, Feedback.service_id, Feedback.stage.in_(WAITING_STAGES))
    unsettled = _counts(session, Issue.service_id, *_unsettled())
    sights = detection_health.sights(session, list(services), now)
    lines = [
        ServiceLine(
            service=service,
            emerging=emerging.get(number, 0),
            sight=sights[number].name,
            waiting=waiting.get(number, 0),
            open_issues=unsettled.get(number, 0),
            weekly=weekly[number],
        )
        for number, service in services.items()
    ]
    return sorted(lines, key=lambda line: (-line.emerging, line.service.display_name))


def _counts(session: Session, by: InstrumentedAttribute[int], *which: ColumnElement[bool]) -> dict[int, int]:
    """By the service; those of a service that nobody asked for do no harm."""
    return {row[0]: row[1] for row in session.execute(select(by, func.count()).where(*which).group_by(by))}


def _unsettled() -> Sequence[ColumnElement[bool]]:
    return (*LIVING, Issue.tone == Tone.ISSUE, Issue.status.in_(UNSETTLED))


def _weekly(session: Session, ids: Sequence[int], now: dt.datetime) -> dict[int, list[int]]:
    """Counted back from now, not from Monday: each holds seven whole days."""
    edges = [now - back * WEEK for back in range(WEEKS, 0, -1)]
    spans = [TimeSpan(number, begin, end) for number in ids for begin, end in pairwise([*edges, LATEST])]
    counted = pieces_within(session, spans)
    return {number: counted[at * WEEKS : (at + 1) * WEEKS] for at, number in enumerate(ids)}
