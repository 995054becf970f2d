"""A service that comes with a history is shown what that would have raised: a backtest over what is stored."""

import datetime as dt
import uuid
from collections.abc import Sequence

from sqlalchemy import delete
from sqlalchemy.orm import Session

from feedback.record.models import Hindsight, Service, ServiceWork, Statement
from feedback.record.states import SignalTier, WorkStage
from feedback.record.work.stages import stage
from insights.alerts import payload
from insights.alerts.rules import hindsight
from insights.detection.detector import HISTORY
from workers.offline.replay import Raised, line, replay
from workers.offline.stored_history import history
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
        since = dt.datetime.now(dt.UTC) - hindsight.PREVIEW_SPAN - HISTORY
        pieces = list(history(session, service, since, Statement.said_at < service.created_at))
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


def _hindsight(service: Service, raised: Raised) -> Hindsight:
    """Without a title: it is shown under its first statement, for as long as that is kept."""
    told = line(raised)
    facts = payload.for_hindsight(service, uuid.UUID(raised.signal.issue), told)
    return Hindsight(service_id=service.id, statement_id=raised.signal.keys[0], detected_at=raised.at, facts=facts)


LOOK_BACK = Actor(stage("look_back"), limit=1, work=_look_back, to=WorkStage.OPEN)
