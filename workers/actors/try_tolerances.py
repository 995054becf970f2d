"""An owner is shown what other tolerances would have raised: a backtest of its last year at each."""

import datetime as dt
import time
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import delete, literal, update
from sqlalchemy.orm import Session

from feedback.record.db import Record
from feedback.record.models import Service, ServiceWork, Statement, ToleranceTrial
from feedback.record.models.base import DOCUMENT
from feedback.record.states import SignalTier, WorkStage
from feedback.record.work.stages import stage
from insights.alerts.rules import tolerance_trials
from insights.alerts.rules.tolerance_trials import SHARE, STATEMENTS_KEPT, TrialBasis, TrialSignal
from workers.backtest.run import Raised, backtest
from workers.backtest.store import BacktestStatement
from workers.backtest.stored_history import history
from workers.runtime.actor import Actor, Save, Worker, work_once
from workers.runtime.memory import give_back

TELL_EVERY_SECONDS = 1.0


def try_tolerances(worker: Worker) -> None:
    """Try the next tolerance of one service."""
    if work_once(worker, TRY_TOLERANCES):
        give_back()


def _try_next(worker: Worker, rows: Sequence[ServiceWork]) -> Save[ServiceWork]:
    """One at a time: others whose services wait for this worker have their turn in between."""
    [row] = rows
    seen, service_id, state = row.asked, row.service_id, row.state
    with worker.record.transaction() as session:
        service = session.get_one(Service, service_id)
        basis = _basis(session, service_id, state)
        pieces = list(history(session, service, basis.since, Statement.id <= basis.newest))
    done = state.get("done", [])
    waiting = [each for each in tolerance_trials.in_turn(service) if each not in done]
    tolerance = waiting[0] if waiting else done[-1]  # another may have been set meanwhile
    known = service.properties
    told = _told(worker.record, row.id, pieces)
    view = worker.tools.second_view()
    raised = list(backtest(told, tolerance, second_view=view, nation=known.nation, time_zone=known.time_zone))

    def save(session: Session, mine: Sequence[ServiceWork]) -> None:
        for row in mine:
            if len(waiting) <= 1:
                row.done, row.state = seen, {}
            else:
                row.state = {"basis": msgspec.to_builtins(basis), "done": [*done, tolerance], SHARE: 0}
        if mine:
            _keep(session, service, tolerance, basis, raised)

    return save


def _basis(session: Session, service_id: int, state: dict[str, Any]) -> TrialBasis:
    """What the first of the tolerances was tried on, so that all of them compare."""
    if "basis" in state:
        return msgspec.convert(state["basis"], TrialBasis)
    return tolerance_trials.basis(session, service_id, dt.datetime.now(dt.UTC))


def _told(record: Record, row_id: int, pieces: Sequence[list[BacktestStatement]]) -> Iterator[list[BacktestStatement]]:
    """Yield them, and write down now and then how far they have come."""
    last = time.monotonic()
    for place, piece in enumerate(pieces):
        if time.monotonic() - last > TELL_EVERY_SECONDS:
            last, share = time.monotonic(), literal({SHARE: round(place / len(pieces), 2)}, DOCUMENT)
            with record.transaction() as session:
                told = update(ServiceWork).where(ServiceWork.id == row_id)
                session.execute(told.values(state=ServiceWork.state.op("||")(share)))
        yield piece


def _keep(session: Session, service: Service, tolerance: float, basis: TrialBasis, raised: Sequence[Raised]) -> None:
    """In place of what was tried before; a tolerance that is no longer the service's own goes."""
    tried = tolerance_trials.tolerances(service)
    mine = ToleranceTrial.service_id == service.id
    session.execute(
        delete(ToleranceTrial).where(
            mine, (ToleranceTrial.tolerance == tolerance) | ToleranceTrial.tolerance.not_in(tried)
        )
    )
    found = [msgspec.to_builtins(_signal(one)) for one in raised if one.signal.tier == SignalTier.SIGNAL]
    session.add(
        ToleranceTrial(
            service_id=service.id,
            tolerance=tolerance,
            since=basis.since,
            newest=basis.newest,
            statements=basis.statements,
            found=found,
        )
    )


def _signal(raised: Raised) -> TrialSignal:
    signal = raised.signal
    return TrialSignal(
        raised.at,
        signal.kind,
        signal.observed,
        round(signal.expected, 2),
        signal.window,
        list(signal.keys[:STATEMENTS_KEPT]),
    )


TRY_TOLERANCES = Actor(stage("try_tolerances"), limit=1, work=_try_next, to=WorkStage.OPEN)
