"""How every worker works: claim, compute without holding any lock, save and advance in one transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic

import structlog
from sqlalchemy import ColumnElement, inspect
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from feedback.record.db import Record
from feedback.record.errors import FeedbackError, Unavailable, where
from feedback.record.queue import Bell
from feedback.record.stages import Claimer, Row, advance, claim, own, release
from insights.detection.window_cache import Recall
from workers.runtime.model_loader import Tools

log = structlog.get_logger()

Save = Callable[[Session, Sequence[Row]], None]


@dataclass(frozen=True, slots=True)
class Worker:
    """What a worker process has at hand."""

    record: Record
    claimer: Claimer
    bell: Bell
    tools: Tools
    recall: Recall = field(default_factory=Recall)


@dataclass(frozen=True, slots=True)
class Station(Generic[Row]):
    """One stage of the walk: which rows wait there, how many are taken at once, and what is done to them.

    `work` computes, and returns what saves the results of those rows that are still ours, before they go on `to`.
    `pressing`: which rows the next stations hear of at once; the scheduler soon rings for the rest. `asks`: what they
    make due for their services, asked for before they are locked: whoever works for a service locks in this order.
    """

    name: str
    model: type[Row]
    waiting: tuple[ColumnElement[bool], ...]
    order: Sequence[Any]
    at_once: int
    work: Callable[[Worker, Sequence[Row]], Save[Row]]
    to: str
    ring: tuple[str, ...] = ()
    pressing: Callable[[Row], bool] = lambda _: True
    asks: Save[Row] = lambda *_: None


def work_once(worker: Worker, station: Station[Row]) -> bool:
    """One batch; then the bell rings for the rest, so that a long queue at one stage never blocks the others.

    False when nothing waited.
    """
    if not (rows := _claim(worker, station)):
        return False
    _attempt(worker, station, rows)
    whole = len(rows) == station.at_once
    worker.bell.ring(*(() if whole and not any(map(station.pressing, rows)) else station.ring), station.name)
    return True


def _claim(worker: Worker, station: Station[Row]) -> Sequence[Row]:
    with worker.record.transaction() as session:
        return claim(
            session,
            station.model,
            *station.waiting,
            by=worker.claimer.number,
            limit=station.at_once,
            order=station.order,
        )


def _attempt(worker: Worker, station: Station[Row], rows: Sequence[Row]) -> None:
    ids, me = [_key(row) for row in rows], rows[0].claimed_by or 0
    try:
        save = station.work(worker, rows)
        with worker.record.transaction() as session:
            station.asks(session, rows)
            mine = own(session, station.model, ids, me)
            save(session, mine)
            advance(session, mine, station.to)
    except Exception as error:
        log.warning("work failed", station=station.name, rows=len(ids), error=type(error).__name__, where=where(error))
        _give_back(worker, station, ids, me, error)


def _give_back(worker: Worker, station: Station[Row], ids: list[Any], me: int, error: Exception) -> None:
    """What cannot even be given back is freed with our number: nothing stays claimed by who has let go of it."""
    try:
        with worker.record.transaction() as session:
            why = str(error) if isinstance(error, FeedbackError) else type(error).__name__
            blame = not isinstance(error, Unavailable | OperationalError)
            release(session, station.model, ids, me, reason=f"{station.name}: {why}", blame=blame)
    except Exception:
        worker.claimer.renew()


def _key(row: Any) -> Any:
    return inspect(row).identity[0]
