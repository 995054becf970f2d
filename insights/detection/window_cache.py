"""What one process keeps of the services that it has looked at, checked against the database before each look.

PostgreSQL holds the truth. Every row tells, as its `xmin`, which transaction wrote it: what was written since the last
look is read again, whoever wrote it, and the rest is as it was. Vectors are read once and not at every statement.
"""

import datetime as dt
import uuid
from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any

import numpy as np
from sqlalchemy import (
    ColumnElement,
    Select,
    TextClause,
    bindparam,
    exists,
    func,
    literal_column,
    not_,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Session

from feedback.record.limits import LATEST
from feedback.record.models import Feedback, Statement
from feedback.record.states import FeedbackStage, StatementKind
from insights.detection.observation import HISTORY, Observation, Vectors, is_telling
from insights.detection.state import State
from insights.statement_arrays import halves, matrix

REREAD_AFTER = dt.timedelta(hours=24)
"""After so long all is read again: the centre of what is said moves."""

MOST_CHANGES = 512
"""More than this at once is read anew as quickly as it is taken in."""

MOST_CACHED_STATEMENTS = 50_000
"""Statements that one process keeps, of all services: about 5 kB each."""

OLDEST_RUNNING_TRANSACTION: ColumnElement[str] = literal_column("pg_snapshot_xmin(pg_current_snapshot())::xid::text")
"""Every transaction before this one has ended, and is seen."""


COLUMNS = (
    Statement.id,
    Statement.feedback_id,
    Statement.said_at,
    halves(Statement.vector).label("vector"),
    Statement.issue_id,
    Statement.evidence,
    Statement.kind,
    Statement.filler,
    Statement.severity,
    Statement.language,
    Feedback.channel,
    Feedback.batch,
    Feedback.history,
    Feedback.weight,
    Feedback.sender_digest,
    Feedback.network_digest,
    Feedback.sent_again,
)
"""What makes an observation."""


def _written_since(table: str) -> TextClause:
    """Nothing was written since no transaction."""
    return text(f"age({table}.xmin) <= age(CAST(:seen AS xid))")


def _news() -> Select[Any]:
    """Fresh ones are asked for as their index has them: of `noticed IS FALSE`, PostgreSQL does not see that it is the
    same, and reads all that was ever said.
    """
    own = Feedback.service_id == bindparam("service")
    fresh = func.array(
        select(Feedback.id).where(own, Feedback.stage == FeedbackStage.DONE, not_(Feedback.noticed)).scalar_subquery()
    )
    gone = Feedback.stage.in_((FeedbackStage.WITHDRAWN, FeedbackStage.HANDED_OVER))
    written = (
        select(func.array_agg(Feedback.id).label("pieces"), func.bool_or(gone).label("less"))
        .where(own, Feedback.said_at > bindparam("since"), _written_since("feedback"))
        .subquery()
    )
    return select(OLDEST_RUNNING_TRANSACTION.label("oldest"), fresh.label("fresh"), written.c.pieces, written.c.less)


# Queries of each look are built once: building them took a tenth of it.
NEWS = _news()
OBSERVED = (
    select(*COLUMNS)
    .join(Feedback, Feedback.id == Statement.feedback_id)
    .where(Statement.service_id == bindparam("service"), Statement.said_at > bindparam("since"))
    .where(Statement.said_at < LATEST, Feedback.stage == FeedbackStage.DONE)
    .order_by(Statement.said_at, Statement.id)
)
CHANGED = OBSERVED.where(
    or_(_written_since("statements"), Statement.feedback_id.in_(bindparam("pieces", expanding=True)))
)


CHANGES = attrgetter("issue", "evidence", "sender", "network", "sent_again")
"""What changes of an observation: the rest of it stays as it was said."""


@dataclass(frozen=True, slots=True)
class ServiceWindow:
    """The last weeks of a service as they were read, and what is needed to bring them up to date.

    `seen_until` is the first transaction of which something may not have been seen; `rows` tells where in the state
    the observation of each statement stands, by its key.
    """

    state: State
    seen_until: str
    read_at: dt.datetime
    rows: dict[int, int]

    def after(self, state: State) -> "ServiceWindow":
        """Take over the state that a step of the detector made of it."""
        if state.observations and self.rows.get(state.observations[0].key) != 0:
            self.rows.clear()  # what is old was dropped, so all have moved
        first = len(self.rows)
        self.rows.update((one.key, row) for row, one in enumerate(state.observations[first:], first))
        return replace(self, state=state)


@dataclass(frozen=True, slots=True)
class WindowUpdate:
    """A window as it was before the batch that is to be judged now; `fresh` are the pieces not looked at yet."""

    window: ServiceWindow
    batch: tuple[Observation, ...]
    fresh: frozenset[uuid.UUID]


class WindowCache:
    """The windows that one process keeps. One that is taken out is gone unless it is put back: a failure costs a
    reading, no more."""

    def __init__(self) -> None:
        self._windows: OrderedDict[int, ServiceWindow] = OrderedDict()

    def take(self, service_id: int) -> ServiceWindow | None:
        """Take the window of a service out of the cache."""
        return self._windows.pop(service_id, None)

    def keep(self, service_id: int, window: ServiceWindow) -> None:
        """Put a window in; those that were used longest ago make room for it."""
        self._windows[service_id] = window
        held = sum(len(one.state.observations) for one in list(self._windows.values()))
        while len(self._windows) > 1 and held > MOST_CACHED_STATEMENTS:
            held -= len(self._windows.popitem(last=False)[1].state.observations)


def refresh(session: Session, service_id: int, window: ServiceWindow | None, now: dt.datetime) -> WindowUpdate:
    """Bring a window up to date, or read all of the last 32 days where there is none or it has become old."""
    since = now - HISTORY
    kept = window if window and window.state.observations and now - window.read_at < REREAD_AFTER else None
    news = news_of(session, service_id, since, kept.seen_until if kept else None)
    if kept and not news.is_less:
        changed = _changed(session, service_id, kept.seen_until, since, news)
        if update := _updated(replace(kept, seen_until=news.seen_until), changed, news.fresh):
            return update
    return _read_anew(observations_of(session, service_id, since), news.fresh, news.seen_until, now)


@dataclass(frozen=True, slots=True)
class News:
    """What has come of a service since it was looked at last.

    `seen_until` is the first transaction of which something may not be seen yet, `fresh` are the pieces that nobody
    has looked at, `written` those that were written to. It `is_less` when one was taken back, or given away.
    """

    seen_until: str
    fresh: frozenset[uuid.UUID]
    written: frozenset[uuid.UUID]
    is_less: bool


def news_of(session: Session, service_id: int, since: dt.datetime, seen_until: str | None) -> News:
    """Find what is new, and what of all that was said since then the transactions from `seen_until` on wrote to."""
    found = session.execute(NEWS, {"service": service_id, "since": since, "seen": seen_until}).one()
    return News(found.oldest, frozenset(found.fresh), frozenset(found.pieces or ()), bool(found.less))


def importing(session: Session, service_id: int) -> bool:
    """Tell whether history of a service is still on its way to being grouped."""
    waiting = (Feedback.service_id == service_id, Feedback.history)
    on_its_way = Feedback.stage.in_((FeedbackStage.CLEAN, FeedbackStage.GROUP))
    return bool(session.scalar(select(exists().where(*waiting, on_its_way))))


def _read_anew(
    observations: Sequence[Observation], fresh: frozenset[uuid.UUID], seen_until: str, now: dt.datetime
) -> WindowUpdate:
    """Where not one has a vector yet, there is nothing to tell apart."""
    useful = observations if any(one.vector is not None for one in observations) else []
    unseen = set(map(str, fresh))
    known = tuple(one for one in useful if one.feedback_id not in unseen)
    rows = {one.key: row for row, one in enumerate(known)}
    batch = tuple(one for one in useful if one.feedback_id in unseen)
    return WindowUpdate(ServiceWindow(State(known), seen_until, now, rows), batch, fresh)


def _updated(window: ServiceWindow, changed: Sequence[Observation], fresh: frozenset[uuid.UUID]) -> WindowUpdate | None:
    """None where it is simpler to read anew: much is other than it was, or is to be looked at once more."""
    state, index = window.state, window.state.index
    known = [one for one in changed if one.key in window.rows]
    new = [one for one in changed if one.key not in window.rows]
    if index is None or len(changed) > MOST_CHANGES or any(_is_of(one, fresh) for one in known):
        return None
    observations = list(state.observations)
    if not all(np.array_equal(observations[window.rows[one.key]].vector, one.vector) for one in known):  # type: ignore[arg-type]
        return None  # embedded anew
    for one in known:
        row = window.rows[one.key]
        if CHANGES(observations[row]) != CHANGES(one):
            observations[row] = one
            index.update(row, one)
    batch = tuple(one for one in new if one.late or _is_of(one, fresh))
    looked_at = [one for one in new if not one.late and not _is_of(one, fresh)]
    window.rows.update((one.key, row) for row, one in enumerate(looked_at, len(observations)))
    state = replace(state, observations=(*observations, *looked_at))
    return WindowUpdate(replace(window, state=state), batch, fresh)


def _is_of(observation: Observation, pieces: Collection[uuid.UUID]) -> bool:
    return uuid.UUID(observation.feedback_id) in pieces


def _changed(session: Session, service_id: int, seen_until: str, since: dt.datetime, news: News) -> list[Observation]:
    """What was written from the transaction `seen_until` on."""
    asked = {"service": service_id, "since": since, "seen": seen_until, "pieces": news.fresh | news.written}
    return _observations(session.execute(CHANGED, asked).all())


def observations_of(
    session: Session, service_id: int, since: dt.datetime, *where: ColumnElement[bool]
) -> list[Observation]:
    """Read the statements of what has been grouped, in the order in which they were said."""
    return _observations(session.execute(OBSERVED.where(*where), {"service": service_id, "since": since}).all())


def _observations(rows: Sequence[Any]) -> list[Observation]:
    vectors = iter(matrix([row.vector for row in rows if row.vector]))
    return [_observation(row, next(vectors) if row.vector else None) for row in rows]


def _observation(row: Any, vector: Vectors | None) -> Observation:
    return Observation(
        feedback_id=str(row.feedback_id),
        at=row.said_at,
        vector=vector,
        channel=row.channel,
        evidence=row.evidence and row.weight > 0,
        issue=str(row.issue_id) if row.issue_id else None,
        batch=row.batch,
        late=row.history,
        key=row.id,
        praise=row.kind == StatementKind.PRAISE and row.weight > 0 and not row.filler,
        telling=is_telling(row.kind, row.severity, row.language),
        sender=row.sender_digest.hex() if row.sender_digest else None,
        network=row.network_digest.hex() if row.network_digest else None,
        sent_again=row.sent_again,
    )
