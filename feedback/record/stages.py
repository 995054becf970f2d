"""Who works on what: the only code that touches a stage.

A worker holds a session advisory lock under its number for as long as it lives. A row whose claimer's lock is free can
be claimed by anyone at once: no leases and no clocks. A row is tried in a batch once, then alone up to three times;
then it is set aside with its reason, and nothing waits behind it.
"""

import datetime as dt
import threading
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Engine, and_, case, func, inspect, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from feedback.record.models import Claimable, ServiceWork, WideWork

LOCKS = 0x0FEEDBAC  # the class of our advisory locks, so that they meet nobody else's
CLAIMERS = LOCKS + 1  # the class of the workers' own
TRIES = 4  # one in company, three alone
SET_ASIDE = "set_aside"

Row = TypeVar("Row", bound=Claimable)


class Claimer:
    """A worker's number, and the connection whose advisory lock says that it lives.

    When the server restarts, the lock is gone and others may claim what was ours; `number` then is a new one.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._guard = threading.Lock()
        self._enlist()

    def _enlist(self) -> None:
        self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        self._number = int(self._connection.scalar(text("SELECT nextval('claimers')")) or 0)
        self._connection.execute(text("SELECT pg_advisory_lock(:c, :n)"), {"c": CLAIMERS, "n": self._number})

    def _alive(self) -> bool:
        """Whether the lock is still ours: a connection that came back by itself has lost it."""
        held = text(
            "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = pg_backend_pid()"
            " AND classid = :c AND objid = :n"
        )
        try:
            return self._connection.scalar(held, {"c": CLAIMERS, "n": self._number}) is not None
        except SQLAlchemyError:
            return False

    @property
    def number(self) -> int:
        with self._guard:
            if not self._alive():
                self._drop()
                self._enlist()
            return self._number

    def renew(self) -> None:
        """A new number: whatever the old one still holds is free."""
        with self._guard:
            self._drop()
            self._enlist()

    def close(self) -> None:
        """Gives up the number; what it still holds is free at once."""
        with self._guard:
            self._drop()

    def _drop(self) -> None:
        if self._connection.closed:  # a server that was away could not be joined again
            return
        with suppress(SQLAlchemyError):  # where the connection is gone, so is the lock
            self._connection.execute(text("SELECT pg_advisory_unlock_all()"))
        self._connection.invalidate()
        self._connection.close()


def anyone_works(session: Session) -> bool:
    """Whether a worker lives, in any process on any machine."""
    held = text("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND classid = :c AND granted)")
    return bool(session.scalar(held, {"c": CLAIMERS}))


def _free(model: type[Row]) -> ColumnElement[bool]:
    forsaken = text(
        "claimed_by NOT IN (SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND granted"
        " AND classid = :claimers AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
    )
    return or_(model.claimed_by.is_(None), forsaken.bindparams(claimers=CLAIMERS))


def claim(
    session: Session, model: type[Row], *where: ColumnElement[bool], by: int, limit: int, order: Sequence[Any]
) -> Sequence[Row]:
    """Up to `limit` rows never tried, or one that was (alone); empty when nothing waits. Commit before working."""
    base = select(model).where(*where).order_by(*order).with_for_update(skip_locked=True)
    tried = base.where(model.attempts > 0, _free(model)).limit(1)
    fresh = base.where(model.attempts == 0, model.claimed_by.is_(None)).limit(limit)
    rows = session.scalars(tried).all() or session.scalars(fresh).all()
    for row in (row for row in rows if row.attempts >= TRIES):
        row.stage, row.claimed_by, row.reason = SET_ASIDE, None, row.reason or "its worker died each time"
    claimed = [row for row in rows if row.attempts < TRIES]
    _set(session, claimed, claimed_by=by, attempts=model.attempts + 1)
    session.flush()
    return claimed


def _set(session: Session, rows: Sequence[Claimable], **values: Any) -> None:
    """In one statement, where a flush would write a row at a time."""
    if rows:
        mapper = inspect(type(rows[0]))
        these = mapper.primary_key[0].in_([inspect(row).identity[0] for row in rows])
        session.execute(update(mapper.class_).where(these).values(**values))


def own(session: Session, model: type[Row], ids: Iterable[Any], by: int) -> Sequence[Row]:
    """Those of the rows that are still ours, locked until the transaction ends: write results for these alone."""
    key = model.__mapper__.primary_key[0]  # type: ignore[attr-defined]
    mine = select(model).where(and_(key.in_(list(ids)), model.claimed_by == by)).with_for_update()
    return session.scalars(mine.execution_options(populate_existing=True)).all()


def advance(session: Session, rows: Sequence[Claimable], to: str) -> None:
    """Rows that `own` gave, done here: on to the next stage."""
    _set(session, rows, stage=to, claimed_by=None, attempts=0, reason=None)


def release(
    session: Session, model: type[Row], ids: Iterable[Any], by: int, *, reason: str, blame: bool = True
) -> None:
    """What failed: to be tried alone, or set aside when it has been. `blame` is false when the fault lies elsewhere."""
    for row in own(session, model, ids, by):
        row.claimed_by, row.reason = None, reason
        if not blame:
            row.attempts -= 1
        elif row.attempts >= TRIES:
            row.stage = SET_ASIDE


def requeue(session: Session, model: type[Row], *where: ColumnElement[bool], to: str) -> int:
    """Puts what was set aside back to work; says how many."""
    again = update(model).where(model.stage == SET_ASIDE, *where).values(stage=to, attempts=0, reason=None)
    return int(session.execute(again).rowcount)  # type: ignore[attr-defined]


OPEN = "open"


def ask(
    session: Session,
    service_ids: Iterable[int],
    *kinds: str,
    wait: dt.timedelta = dt.timedelta(),
    note: Mapping[str, Any] | None = None,
) -> None:
    """Work for a whole service is due, `wait` from now at the latest. `note`: what whoever does it is to remember.

    Refits are asked for before notices, each in the order of the services, by everybody: so askers never deadlock.
    """
    due_at = func.now() + wait
    for kind in sorted(kinds, reverse=True):
        for service_id in sorted(service_ids):
            fresh = insert(ServiceWork).values(
                service_id=service_id, kind=kind, stage=OPEN, due_at=due_at, asked=1, done=0, state=dict(note or {})
            )
            again = _again(ServiceWork, due_at) | {"state": ServiceWork.state.op("||")(fresh.excluded.state)}
            session.execute(fresh.on_conflict_do_update(index_elements=["service_id", "kind"], set_=again))


def hold(session: Session, service_ids: Iterable[int]) -> None:
    """Until the transaction ends nobody groups, refits or notices in these services.

    For whoever writes to pieces that are theirs by now; taken before the first of these, in the order of all askers.
    """
    theirs = (ServiceWork.service_id.in_(list(service_ids)), ServiceWork.kind.in_(("refit", "notice")))
    in_order = (ServiceWork.kind.desc(), ServiceWork.service_id)
    session.execute(select(ServiceWork.id).where(*theirs).order_by(*in_order).with_for_update())


def ask_wide(session: Session, kind: str, wait: dt.timedelta = dt.timedelta()) -> None:
    """Work for all services together is due, `wait` from now at the latest. Asked for last in a transaction."""
    due_at = func.now() + wait
    fresh = insert(WideWork).values(kind=kind, stage=OPEN, due_at=due_at, asked=1, done=0)
    session.execute(fresh.on_conflict_do_update(index_elements=["kind"], set_=_again(WideWork, due_at)))


def _again(model: type[ServiceWork | WideWork], due_at: ColumnElement[dt.datetime]) -> dict[str, Any]:
    """What is asked for once more: as early as the earliest wish, and no longer set aside."""
    waits = model.asked > model.done
    return {
        "asked": model.asked + 1,
        "due_at": case((waits, func.least(model.due_at, due_at)), else_=due_at),
        "attempts": case((model.stage == SET_ASIDE, 0), else_=model.attempts),
        "stage": OPEN,
    }


def asked_for(kind: str, model: type[ServiceWork | WideWork] = ServiceWork) -> tuple[ColumnElement[bool], ...]:
    """The work of this kind that is due."""
    return (model.kind == kind, model.stage == OPEN, model.asked > model.done, model.due_at <= func.now())
