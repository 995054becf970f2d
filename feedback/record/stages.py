"""Who works on what: the only code that touches a stage.

A worker holds a session advisory lock under its number for as long as it lives. A row whose claimer's lock is free can
be claimed by anyone at once: no leases and no clocks. A row is tried in a batch once, then alone up to three times;
then it is set aside with its reason, and nothing waits behind it.
"""

import threading
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Engine, and_, or_, select, text, update
from sqlalchemy.orm import Session

from feedback.record.models import Claimable

LOCKS = 0x0FEEDBAC  # the class of our advisory locks, so that they meet nobody else's
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
        self._connection.execute(text("SELECT pg_advisory_lock(:c, :n)"), {"c": LOCKS, "n": self._number})

    @property
    def number(self) -> int:
        with self._guard:
            try:
                self._connection.execute(text("SELECT 1"))
            except Exception:
                self._connection.invalidate()
                self._enlist()
            return self._number

    def close(self) -> None:
        """Gives up the number; what it still holds is free at once."""
        with self._guard:
            self._connection.invalidate()
            self._connection.close()


def _free(model: type[Row]) -> ColumnElement[bool]:
    forsaken = text(
        "claimed_by NOT IN (SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND granted"
        " AND classid = :locks AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
    )
    return or_(model.claimed_by.is_(None), forsaken.bindparams(locks=LOCKS))


def claim(
    session: Session, model: type[Row], *where: ColumnElement[bool], by: int, limit: int, order: Any
) -> Sequence[Row]:
    """Up to `limit` rows never tried, or one that was (alone); empty when nothing waits. Commit before working."""
    base = select(model).where(*where).order_by(order).with_for_update(skip_locked=True)
    tried = base.where(model.attempts > 0, _free(model)).limit(1)
    rows = session.scalars(tried).all() or session.scalars(
        base.where(model.attempts == 0, model.claimed_by.is_(None)).limit(limit)
    )
    claimed = []
    for row in rows:
        if row.attempts >= TRIES:
            row.stage, row.claimed_by, row.reason = SET_ASIDE, None, row.reason or "its worker died each time"
        else:
            row.claimed_by, row.attempts = by, row.attempts + 1
            claimed.append(row)
    session.flush()
    return claimed


def own(session: Session, model: type[Row], ids: Iterable[Any], by: int) -> Sequence[Row]:
    """Those of the rows that are still ours, locked until the transaction ends: write results for these alone."""
    key = model.__mapper__.primary_key[0]  # type: ignore[attr-defined]
    mine = select(model).where(and_(key.in_(list(ids)), model.claimed_by == by)).with_for_update()
    return session.scalars(mine.execution_options(populate_existing=True)).all()


def advance(rows: Iterable[Claimable], to: str) -> None:
    """Rows that `own` gave, done here: on to the next stage."""
    for row in rows:
        row.stage, row.claimed_by, row.attempts, row.reason = to, None, 0, None


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
