"""A service that comes with a history is shown what that would have raised: a backtest over what is stored."""

import datetime as dt
import itertools
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from feedback.record.models import Hindsight, Service, ServiceWork, Statement
from feedback.record.states import WorkStage
from feedback.record.work.stages import stage
from insights.alerts import payload
from insights.alerts.rules import hindsight
from insights.detection import window_cache
from insights.detection.detector import HISTORY
from workers.offline.replay import Heard, line, replay
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
        history = list(_history(session, service, dt.datetime.now(dt.UTC)))
    raised = replay(history, service.properties.tolerance)
    found = [_hindsight(service, line(one)) for one in raised if one.signal.tier == "signal"]

    def save(session: Session, mine: Sequence[ServiceWork]) -> None:
        for row in mine:
            row.done, row.state = seen, {hindsight.HISTORY_SIZE: size}
        if mine:
            session.execute(delete(Hindsight).where(Hindsight.service_id == service_id))
            session.add_all(found)

    return save


def _history(session: Session, service: Service, now: dt.datetime) -> Iterator[Heard]:
    """What was said before the service was here, piece by piece as it would have come, and in no group yet."""
    until = Statement.said_at < service.created_at
    reports = window_cache.observations_of(session, service.id, now - hindsight.PREVIEW_SPAN - HISTORY, until)
    for _, piece in itertools.groupby(reports, lambda report: report.feedback_id):
        heard = [(replace(said, issue=None, late=False), str(said.key)) for said in piece if said.vector is not None]
        if heard:
            yield heard


def _hindsight(service: Service, told: dict[str, Any]) -> Hindsight:
    """`title` of what is told: the statement that it is, as we gave its number for its text."""
    at = dt.datetime.fromisoformat(told["detected_at"])
    said = payload.for_hindsight(service, uuid.UUID(told["issue_id"]), told)
    return Hindsight(service_id=service.id, statement_id=int(told["title"]), detected_at=at, facts=said)


LOOK_BACK = Actor(stage("look_back"), limit=1, work=_look_back, to=WorkStage.OPEN)
