"""A service that comes with a history is shown what that would have raised: a backtest over what is stored."""

import datetime as dt
import itertools
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from feedback.record.models import Feedback, Hindsight, Service, ServiceWork, Statement
from feedback.record.states import SignalTier, WorkStage
from feedback.record.work.stages import stage
from insights.alerts import payload
from insights.alerts.rules import hindsight
from insights.detection import window_cache
from insights.detection.detector import HISTORY
from nlp.embed.crowds import crowd_of, is_mapped
from workers.offline.replay import Raised, ReplayedStatement, line, replay
from workers.runtime.actor import Actor, Save, Worker, work_once


def look_back(worker: Worker) -> None:
    """Look back over the history of one service."""
    work_once(worker, LOOK_BACK)


def _look_back(worker: Worker, rows: Sequence[ServiceWork]) -> Save[ServiceWork]:
    [row] = rows
    seen, service_id = row.asked, row.service_id
    with worker.record.transaction() as session:
        service = session.get_one(Service, service_id)
        size = hindsight.history_size(session, service)
        pieces = list(history(session, service, dt.datetime.now(dt.UTC)))
    known = service.properties
    raised = replay(pieces, known.tolerance, nation=known.nation, time_zone=known.time_zone)
    found = [_hindsight(service, one) for one in raised if one.signal.tier == SignalTier.SIGNAL]

    def save(session: Session, mine: Sequence[ServiceWork]) -> None:
        for row in mine:
            row.done, row.state = seen, {hindsight.HISTORY_SIZE: size}
        if mine:
            session.execute(delete(Hindsight).where(Hindsight.service_id == service_id))
            session.add_all(found)

    return save


def history(session: Session, service: Service, now: dt.datetime) -> Iterator[list[ReplayedStatement]]:
    """Yield what was said before the service was here, piece by piece as it would have come, and in no issue yet."""
    until = Statement.said_at < service.created_at
    reports = window_cache.observations_of(session, service.id, now - hindsight.PREVIEW_SPAN - HISTORY, until)
    read = _statements(session, service, until)
    for _, piece in itertools.groupby(reports, lambda report: report.feedback_id):
        statements = [
            ReplayedStatement(replace(report, issue=None, late=False), **read[report.key])
            for report in piece
            if report.vector is not None
        ]
        if statements:
            yield statements


def _statements(session: Session, service: Service, until: ColumnElement[bool]) -> dict[int, dict[str, Any]]:
    """What the detector does not hear of each statement: its text, its crowd, whether it is in issues at all."""
    rows = session.execute(
        select(
            *(Statement.id, Statement.text, Statement.language, Statement.kind, Statement.embedded_by),
            *(Feedback.weight, Feedback.copy_of),
        )
        .join(Feedback, Feedback.id == Statement.feedback_id)
        .where(Statement.service_id == service.id, until)
    )
    return {
        row.id: {
            "text": row.text,
            "crowd": crowd_of(row.language, row.kind, row.embedded_by),
            "mapped": is_mapped(row.embedded_by),
            "grouped": row.weight > 0 or row.copy_of is not None,
        }
        for row in rows
    }


def _hindsight(service: Service, raised: Raised) -> Hindsight:
    """Without a title: it is shown under its first statement, for as long as that is kept."""
    told = line(raised)
    facts = payload.for_hindsight(service, uuid.UUID(raised.signal.issue), told)
    return Hindsight(service_id=service.id, statement_id=raised.signal.keys[0], detected_at=raised.at, facts=facts)


LOOK_BACK = Actor(stage("look_back"), limit=1, work=_look_back, to=WorkStage.OPEN)
