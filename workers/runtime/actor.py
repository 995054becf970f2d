"""How every worker works: claim, compute without holding any lock, save and advance in one transaction."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic

import structlog
from sqlalchemy import ColumnElement, inspect
from sqlalchemy.orm import InstrumentedAttribute, Session

from feedback import tracing
from feedback.record.db import Record
from feedback.record.errors import FeedbackError, where
from feedback.record.models import Claimable, Contact, Feedback
from feedback.record.work.claims import Claimer, Row, advance, claim, own, release
from feedback.record.work.done import NOTES, Note
from feedback.record.work.queue import WorkQueue
from feedback.record.work.stages import Stage
from insights.detection.window_cache import WindowCache
from workers.runtime.model_loader import Tools
from workers.runtime.setbacks import Setback, lies_elsewhere

log = structlog.get_logger()

Save = Callable[[Session, Sequence[Row]], None]


@dataclass(frozen=True, slots=True)
class Worker:
    """Holds what a worker process has at hand."""

    record: Record
    claimer: Claimer
    work_queue: WorkQueue
    tools: Tools
    windows: WindowCache = field(default_factory=WindowCache)
    setbacks: dict[str, Setback] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Actor(Generic[Row]):
    """Does the work of a stage: it takes up to `limit` rows at once, and sends them `to` their next stage.

    `work` computes, and returns what saves the results of those rows that are still ours. `only` and `order` narrow
    what it takes of that which waits for the stage, and put it in another order. A full batch wakes further stages at
    once only where it holds a row that is `pressing`; the scheduler soon does so for the rest. `asks` makes work due
    for whole services, before the rows are locked: whoever works for a service locks in this order.
    """

    stage: Stage
    limit: int
    work: Callable[[Worker, Sequence[Row]], Save[Row]]
    to: str
    only: tuple[ColumnElement[bool], ...] = ()
    order: tuple[InstrumentedAttribute[Any], ...] | None = None
    pressing: Callable[[Row], bool] = lambda _: True
    asks: Save[Row] = lambda *_: None


def work_once(worker: Worker, actor: Actor[Row]) -> bool:
    """Do one batch, then wake workers for the rest, so that a long queue at one stage never blocks the others.

    False when nothing waited.
    """
    stage, waiting, order = actor.stage, actor.stage.waiting + actor.only, actor.order or actor.stage.order
    model: type[Row] = stage.model  # type: ignore[assignment]  # the rows that the actor works on
    setback = worker.setbacks.get(stage.name)
    limit, passing = (setback.limit, setback.waiting()) if setback else (actor.limit, ())
    with worker.record.transaction() as session:
        by = worker.claimer.number
        rows = claim(session, model, *waiting, by=by, limit=limit, order=order, passing=passing)
    if not rows:
        worker.claimer.renew_if_lost()
        return False
    with structlog.contextvars.bound_contextvars(stage=stage.name, claimer=rows[0].claimed_by, **_piece(rows)):
        _attempt(worker, actor, rows)
    later = len(rows) == limit and not any(map(actor.pressing, rows))
    worker.work_queue.wake(*(() if later else stage.wakes), stage.name)
    return True


def _attempt(worker: Worker, actor: Actor[Row], rows: Sequence[Row]) -> None:
    model, ids, me = type(rows[0]), [_key(row) for row in rows], rows[0].claimed_by or 0
    began, started, failure, done = time.time_ns(), time.monotonic(), None, 0
    try:
        save = actor.work(worker, rows)
        with worker.record.transaction() as session:
            actor.asks(session, rows)
            mine = own(session, model, ids, me)
            save(session, mine)
            advance(session, mine, actor.to)
        done = len(mine)
        if (setback := worker.setbacks.get(actor.stage.name)) and setback.overcome(ids):
            worker.setbacks.pop(actor.stage.name, None)
    except Exception as error:
        failure = type(error).__name__
        log.warning("work failed", rows=len(ids), error=failure, where=where(error))
        _give_back(worker, actor, ids, me, error)
    NOTES.put(Note(actor.stage.name, done, len(ids) if failure else 0, time.monotonic() - started))
    if tracing.is_on:
        _tell(actor.stage.name, rows, began, failure)


def _tell(stage: str, rows: Sequence[Claimable], began: int, failure: str | None) -> None:
    """What was done stands in the trace of each piece that it was done to; what concerns none, in one of its own."""
    pieces = [row.id for row in rows if isinstance(row, Feedback)]
    ended = time.time_ns()
    for piece in pieces or (None,):
        tracing.tell(stage, piece, began, ended, kind="CONSUMER", failure=failure, feedback__rows=len(rows))


def _give_back(worker: Worker, actor: Actor[Row], ids: list[Any], me: int, error: Exception) -> None:
    """What cannot even be given back is freed with our number: nothing stays claimed by who has let go of it."""
    try:
        with worker.record.transaction() as session:
            why = str(error) if isinstance(error, FeedbackError) else type(error).__name__
            if not (blame := not lies_elsewhere(error)):
                worker.setbacks.setdefault(actor.stage.name, Setback(actor.limit)).meet(ids)
            release(session, actor.stage.model, ids, me, reason=f"{actor.stage.name}: {why}", blame=blame)
    except Exception:
        worker.claimer.renew()


def _piece(rows: Sequence[Claimable]) -> dict[str, str]:
    """The id of the one piece of feedback that is worked on: it stands in every log line about it."""
    [first, *others] = rows
    return {"feedback": str(_key(first))} if isinstance(first, Feedback | Contact) and not others else {}


def _key(row: Any) -> Any:
    return inspect(row).identity[0]
