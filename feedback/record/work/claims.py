"""How rows are claimed: claimed, owned, advanced to their next stage, or released.

A worker holds a session advisory lock under its number for as long as it lives. A row whose claimer's lock is free can
be claimed by anyone at once: no leases and no clocks. A row is tried in a batch once, then alone up to three times;
then it is set aside with its reason, and nothing waits behind it. One that holds a moment out of range is set aside
before it is tried.
"""

import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cache
from typing import Any, TypeVar

import structlog
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Engine,
    Integer,
    all_,
    bindparam,
    exists,
    inspect,
    or_,
    select,
    text,
    union_all,
    update,
)
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from feedback.record.limits import OutOfRange
from feedback.record.models import Claimable

log = structlog.get_logger()

ADVISORY_LOCKS = 0x0FEEDBAC  # the class of our advisory locks, so that they meet nobody else's
CLAIMER_LOCKS = ADVISORY_LOCKS + 1  # the class of the workers' own
SCHEDULER_LOCK = 2  # of our class: the scheduler that works holds it
TALLY_LOCK = 3  # of our class: who counts the pieces of services holds it
MAX_ATTEMPTS = 4  # one in a batch, three alone
SET_ASIDE = "set_aside"

_LIVING = (
    "(SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND granted"
    " AND classid = :claimers AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
)

FORSAKEN = text(f"claimed_by NOT IN {_LIVING}").bindparams(claimers=CLAIMER_LOCKS)
"""Claimed by a worker that no longer lives."""

HELD = text(f":claimer IN {_LIVING}").bindparams(claimers=CLAIMER_LOCKS)
"""The worker of this number lives."""

AS_STORED: dict[str, Any] = {"execution_options": {"populate_existing": True}}
"""Rows are read as they are now, whatever the session knew of them."""

Row = TypeVar("Row", bound=Claimable)


class Claimer:
    """Holds a worker's number, and the connection whose advisory lock says that it lives.

    When the server restarts, the lock is gone and others may claim what was ours: `renew_if_lost` takes a new one.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._guard = threading.Lock()
        self._enlist()

    def _enlist(self) -> None:
        self._connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        self._number = int(self._connection.scalar(text("SELECT nextval('claimers')")) or 0)
        self._connection.execute(text("SELECT pg_advisory_lock(:c, :n)"), {"c": CLAIMER_LOCKS, "n": self._number})

    def _alive(self) -> bool:
        """Whether the lock is still ours: a connection that came back by itself has lost it."""
        try:
            return bool(self._connection.scalar(select(HELD.bindparams(claimer=self._number))))
        except SQLAlchemyError:
            return False

    @property
    def number(self) -> int:
        """The number to claim under."""
        return self._number

    def renew_if_lost(self) -> None:
        """Take a new number where the old one's lock was lost: nothing can be claimed under it."""
        with self._guard:
            if not self._alive():
                self._drop()
                self._enlist()

    def renew(self) -> None:
        """Take a new number: whatever the old one still holds is free."""
        with self._guard:
            self._drop()
            self._enlist()

    def close(self) -> None:
        """Give up the number; what it still holds is free at once."""
        with self._guard:
            self._drop()

    def _drop(self) -> None:
        if self._connection.closed:  # a server that was away could not be joined again
            return
        with suppress(SQLAlchemyError):  # where the connection is gone, so is the lock
            self._connection.execute(text("SELECT pg_advisory_unlock_all()"))
        self._connection.invalidate()
        self._connection.close()


def claim(
    session: Session,
    model: type[Row],
    *where: ColumnElement[bool],
    by: int,
    limit: int,
    order: Sequence[Any],
    passing: Sequence[Any] = (),
) -> Sequence[Row]:
    """Claim up to `limit` rows never tried, or one that was (alone); none when nothing waits. Commit before working.

    Rows of the keys `passing` let others pass. All in one statement, which is what a claim costs; once more where all
    that it took is set aside. Nothing is claimed under a number whose lock is lost.
    """
    claiming = _claiming(model, where, tuple(order))  # type: ignore[arg-type]  # a class is hashable
    asked, rows = {"claimer": by, "most": limit, "passing": list(passing)}, list[Row]()
    while not rows and (taken := session.scalars(claiming, asked, **AS_STORED).all()):
        readable = _readable(session, taken)
        for row in (row for row in readable if row.attempts > MAX_ATTEMPTS):
            row.stage, row.claimed_by, row.attempts = SET_ASIDE, None, MAX_ATTEMPTS
            row.reason = row.reason or "its worker died each time"
        session.flush()
        rows = [row for row in readable if row.stage != SET_ASIDE]
    return sorted(rows, key=lambda row: _place(row, order))


@cache
def _claiming(model: type[Row], where: tuple[ColumnElement[bool], ...], order: tuple[Any, ...]) -> Any:
    """Built once for each stage."""
    key = inspect(model).primary_key[0]
    others = key != all_(bindparam("passing", type_=ARRAY(key.type)))
    base = select(key).where(*where, others, HELD).order_by(*order).with_for_update(skip_locked=True)
    tried = base.where(model.attempts > 0, or_(model.claimed_by.is_(None), FORSAKEN)).limit(1).cte("tried")
    fresh = base.where(model.attempts == 0, model.claimed_by.is_(None), ~exists(select(tried)))
    either = union_all(select(tried), select(fresh.limit(bindparam("most", type_=Integer)).cte("fresh")))
    values = {"claimed_by": bindparam("claimer", type_=Integer), "attempts": model.attempts + 1}
    return update(model).where(key.in_(either)).values(values).returning(model)


def _place(row: Claimable, order: Sequence[Any]) -> list[tuple[bool, Any]]:
    """Where a row stands in this order: what has no value comes last, as PostgreSQL has it."""
    return [(value is None, value) for value in (getattr(row, column.key) for column in order)]


def _readable(session: Session, rows: Sequence[Row]) -> Sequence[Row]:
    """Set aside the rows that hold what no door takes, since trying them would tell no more, and return the others."""
    readable = []
    for row in rows:
        columns = [name for name, value in inspect(row).dict.items() if isinstance(value, OutOfRange)]
        if columns:
            _set(session, [row], stage=SET_ASIDE, claimed_by=None, reason=f"out of range: {', '.join(columns)}")
            log.warning("row set aside", row=str(inspect(row).identity[0]), columns=columns)
        else:
            readable.append(row)
    return readable


def _set(session: Session, rows: Sequence[Claimable], **values: Any) -> None:
    """In one statement, where a flush would write a row at a time."""
    if rows:
        mapper = inspect(type(rows[0]))
        these = mapper.primary_key[0].in_([inspect(row).identity[0] for row in rows])
        session.execute(update(mapper.class_).where(these).values(**values))


def own(session: Session, model: type[Row], ids: Iterable[Any], by: int) -> Sequence[Row]:
    """Return those of the rows that are still ours, locked until the transaction ends: save results for these alone."""
    asked = {"keys": list(ids), "claimer": by}
    return _readable(session, session.scalars(_owned(model), asked, **AS_STORED).all())  # type: ignore[arg-type]


@cache
def _owned(model: type[Row]) -> Any:
    """Built once for each model."""
    mine = inspect(model).primary_key[0].in_(bindparam("keys", expanding=True))
    return select(model).where(mine, model.claimed_by == bindparam("claimer")).with_for_update()


def advance(session: Session, rows: Sequence[Claimable], to: str) -> None:
    """Send rows that `own` gave on to the stage `to`: they are done here."""
    if len(rows) == 1:  # goes with whatever else was written to it
        rows[0].stage, rows[0].claimed_by, rows[0].attempts, rows[0].reason = to, None, 0, None
    else:
        _set(session, rows, stage=to, claimed_by=None, attempts=0, reason=None)


def release(
    session: Session, model: type[Row], ids: Iterable[Any], by: int, *, reason: str, blame: bool = True
) -> None:
    """Give back what failed: it is tried alone, or set aside when it has been.

    `blame` is false where the fault lies elsewhere, and the attempt does not count.
    """
    for row in own(session, model, ids, by):
        row.claimed_by, row.reason = None, reason
        if not blame:
            row.attempts -= 1
        elif row.attempts >= MAX_ATTEMPTS:
            row.stage = SET_ASIDE


def requeue(session: Session, model: type[Row], *where: ColumnElement[bool], to: str | ColumnElement[str]) -> int:
    """Put what was set aside back to work, and return how many rows that were."""
    again = update(model).where(model.stage == SET_ASIDE, *where).values(stage=to, attempts=0, reason=None)
    return int(session.execute(again).rowcount)  # type: ignore[attr-defined]
