"""A service that comes with a history is shown what that would have raised: a backtest over what is stored."""

import datetime as dt
import uuid
from collections.abc import Sequence

from sqlalchemy import delete
from sqlalchemy.orm import Session

from feedback.record.models import BacktestSignal, Service, ServiceWork, Statement
from feedback.record.states import SignalTier, WorkStage
from feedback.record.work.stages import stage
from insights.alerts import payload
from insights.alerts.rules import backtest_signals
from insights.detection.detector import HISTORY
from workers.backtest import run
from workers.backtest.run import Raised, line
from workers.backtest.stored_history import history
from workers.runtime.actor import Actor, Save, Worker, work_once


def backtest(worker: Worker) -> None:
    """Go through the history that one service came with."""
    work_once(worker, BACKTEST)


def _backtest(worker: Worker, rows: Sequence[ServiceWork]) -> Save[ServiceWork]:
    [row] = rows
    seen, service_id = row.asked, row.service_id
    with worker.record.transaction() as session:
        service = session.get_one(Service, service_id)
        size = backtest_signals.history_size(session, service)
        since = dt.datetime.now(dt.UTC) - backtest_signals.PREVIEW_SPAN - HISTORY
        pieces = list(history(session, service, since, Statement.said_at < service.created_at))
    known = service.properties
    raised = run.backtest(
        pieces,
        known.tolerance,
        second_view=worker.tools.second_view(),
        nation=known.nation,
        time_zone=known.time_zone,
    )
    found = [_signal(service, one) for one in raised if one.signal.tier == SignalTier.SIGNAL]

    def save(session: Session, mine: Sequence[ServiceWork]) -> None:
        for row in mine:
            row.done, row.state = seen, {backtest_signals.HISTORY_SIZE: size}
        if mine:
            session.execute(delete(BacktestSignal).where(BacktestSignal.service_id == service_id))
            session.add_all(found)

    return save


def _signal(service: Service, raised: Raised) -> BacktestSignal:
    """Without a title: it is shown under its first statement, for as long as that is kept."""
    told = line(raised)
    facts = payload.for_backtest_signal(service, uuid.UUID(raised.signal.issue), told)
    return BacktestSignal(service_id=service.id, statement_id=raised.signal.keys[0], detected_at=raised.at, facts=facts)


BACKTEST = Actor(stage("backtest"), limit=1, work=_backtest, to=WorkStage.OPEN)
