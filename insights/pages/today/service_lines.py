"""The services on the first page: many of them in a few queries."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from feedback.record.limits import LATEST
from feedback.record.models import Feedback, Issue, Service, Signal
from feedback.record.states import Tone
from insights.issues.queries import detection_health
from insights.issues.queries.issues import LIVING
from insights.issues.queries.services import UNSETTLED, WAITING_STAGES
from insights.issues.queries.signals import shown

WEEKS = 8


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
    emerging, weekly = _counts(session, Signal.service_id, *shown()), _weekly(session, list(services))
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
    return sorted(lines, key=lambda line: (-line.emerging, line.service.name))


def _counts(session: Session, by: InstrumentedAttribute[int], *which: ColumnElement[bool]) -> dict[int, int]:
    """By the service; those of a service that nobody asked for do no harm."""
    return {row[0]: row[1] for row in session.execute(select(by, func.count()).where(*which).group_by(by))}


def _unsettled() -> Sequence[ColumnElement[bool]]:
    return (*LIVING, Issue.tone == Tone.ISSUE, Issue.status.in_(UNSETTLED))


def _weekly(session: Session, ids: Sequence[int]) -> dict[int, list[int]]:
    """Counted back from now, not from Monday: each holds seven whole days."""
    back = func.floor(func.extract("epoch", func.now() - Feedback.said_at) / (7 * 86_400))
    recent = and_(Feedback.said_at > func.now() - dt.timedelta(weeks=WEEKS), Feedback.said_at < LATEST)
    query = select(Feedback.service_id, back, func.count()).where(Feedback.service_id.in_(ids), recent)
    found: dict[int, list[int]] = defaultdict(lambda: [0] * WEEKS)
    for service_id, weeks, count in session.execute(query.group_by(Feedback.service_id, back)):
        found[service_id][WEEKS - 1 - min(max(int(weeks), 0), WEEKS - 1)] = count
    return found
