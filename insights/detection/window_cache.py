"""What the detector knows of a service: kept by the process, and held against the record before each look.

PostgreSQL holds the truth. Every row tells, as its `xmin`, which transaction wrote it: what was written since the last
look is read again, whoever wrote it, and the rest is as it was. Vectors are read once and not at every statement.
"""

import datetime as dt
import uuid
from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, or_, select, text
from sqlalchemy.orm import Session

from feedback.record.models import Feedback, Statement
from insights.detection import detector
from insights.statement_arrays import halves, matrix

ANEW = dt.timedelta(hours=24)
"""After so long all is read again: the centre of what is said moves."""

MOST_CHANGES = 512
"""More than this at once is read anew as quickly as it is taken in."""

MOST_KEPT = 50_000
"""Statements that one process keeps, of all services: about 5 kB each."""

HORIZON = text("SELECT pg_snapshot_xmin(pg_current_snapshot())::xid::text")
"""Every transaction before this one has ended, and is seen."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A service's state as the record had it, and what is needed to bring it up to date.

    `seen`: the transaction from which on something may not have been seen; `places`: of the reports, by their key.
    """

    state: detector.State
    seen: str
    built: dt.datetime
    places: dict[int, int]

    def after(self, state: detector.State) -> "Kept":
        """With the state that a step made of it."""
        if state.reports and self.places.get(state.reports[0].key) != 0:
            self.places.clear()  # what is old was forgotten, so all have moved
        first = len(self.places)
        self.places.update((report.key, place) for place, report in enumerate(state.reports[first:], first))
        return replace(self, state=state)


@dataclass(frozen=True, slots=True)
class Heard:
    """What was known of a service, what has newly come, and the pieces that nobody has looked at yet."""

    kept: Kept
    batch: tuple[detector.Report, ...]
    fresh: frozenset[uuid.UUID]


class Recall:
    """What one process keeps. What is taken out is gone unless it is put back: a failure costs a reading, no more."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int, Kept] = OrderedDict()

    def take(self, service_id: int) -> Kept | None:
        return self._kept.pop(service_id, None)

    def keep(self, service_id: int, kept: Kept) -> None:
        self._kept[service_id] = kept
        while sum(len(one.state.reports) for one in list(self._kept.values())) > MOST_KEPT and len(self._kept) > 1:
            self._kept.popitem(last=False)


def hear(session: Session, service_id: int, kept: Kept | None, now: dt.datetime) -> Heard:
    """Brings what is kept up to date, or reads all of the last 32 days."""
    seen = str(session.scalar(HORIZON))
    fresh = frozenset(session.scalars(select(Feedback.id).where(*unnoticed(service_id))))
    since = now - detector.KEPT
    if kept and kept.state.reports and now - kept.built < ANEW:
        changed = _changed(session, service_id, kept.seen, since, fresh)
        if changed is not None and (heard := _brought_up(replace(kept, seen=seen), changed, fresh)):
            return heard
    return _read_anew(reports_of(session, service_id, since), fresh, seen, now)


def unnoticed(service_id: int) -> tuple[ColumnElement[bool], ...]:
    return (Feedback.service_id == service_id, Feedback.stage == "done", Feedback.noticed.is_(False))


def _read_anew(reports: Sequence[detector.Report], fresh: frozenset[uuid.UUID], seen: str, now: dt.datetime) -> Heard:
    """Where not one has a vector yet, there is nothing to tell apart."""
    told = reports if any(report.vector is not None for report in reports) else []
    known = tuple(report for report in told if not _is_of(report, fresh))
    places = {report.key: place for place, report in enumerate(known)}
    return Heard(
        Kept(detector.State(known), seen, now, places), tuple(report for report in told if _is_of(report, fresh)), fresh
    )


def _brought_up(kept: Kept, changed: Sequence[detector.Report], fresh: frozenset[uuid.UUID]) -> Heard | None:
    """None where it is simpler to read anew: much is other than it was, or is to be looked at once more."""
    state, memory = kept.state, kept.state.memory
    others = [report for report in changed if report.key in kept.places]
    new = [report for report in changed if report.key not in kept.places]
    if memory is None or len(changed) > MOST_CHANGES or any(_is_of(report, fresh) for report in others):
        return None
    reports = list(state.reports)
    for report in others:
        place = kept.places[report.key]
        if (reports[place].issue, reports[place].evidence) != (report.issue, report.evidence):
            reports[place] = report
            memory.rows["issue"][place] = memory.code(report.issue)
            memory.rows["evidence"][place] = report.evidence and report.vector is not None
            memory.outlines.clear()
    batch = tuple(report for report in new if report.late or _is_of(report, fresh))
    looked_at = [report for report in new if not report.late and not _is_of(report, fresh)]
    kept.places.update((report.key, place) for place, report in enumerate(looked_at, len(reports)))
    return Heard(replace(kept, state=replace(state, reports=(*reports, *looked_at))), batch, fresh)


def _is_of(report: detector.Report, pieces: Collection[uuid.UUID]) -> bool:
    return uuid.UUID(report.feedback_id) in pieces


def _changed(
    session: Session, service_id: int, seen: str, since: dt.datetime, fresh: Collection[uuid.UUID]
) -> list[detector.Report] | None:
    """What was written from the transaction `seen` on; None when something was taken back."""
    pieces = session.execute(
        select(Feedback.id, Feedback.stage).where(
            Feedback.service_id == service_id, Feedback.said_at > since, _written("feedback", seen)
        )
    ).all()
    if any(piece.stage == "withdrawn" for piece in pieces):
        return None
    touched = {piece.id for piece in pieces} | set(fresh)
    return reports_of(session, service_id, since, or_(_written("statements", seen), Statement.feedback_id.in_(touched)))


def _written(table: str, seen: str) -> Any:
    return text(f"age({table}.xmin) <= age(CAST(:seen AS xid))").bindparams(seen=seen)


def reports_of(
    session: Session, service_id: int, since: dt.datetime, *where: ColumnElement[bool]
) -> list[detector.Report]:
    """The statements of what has been grouped, in the order in which they were said."""
    rows = session.execute(
        select(
            Statement.id,
            Statement.feedback_id,
            Statement.said_at,
            halves(Statement.vector).label("vector"),
            Statement.issue_id,
            Statement.evidence,
            Feedback.channel,
            Feedback.batch,
            Feedback.history,
            Feedback.weight,
        )
        .join(Feedback, Feedback.id == Statement.feedback_id)
        .where(Statement.service_id == service_id, Statement.said_at > since, Feedback.stage == "done", *where)
        .order_by(Statement.said_at, Statement.id)
    ).all()
    vectors = iter(matrix([row.vector for row in rows if row.vector]))
    return [
        detector.Report(
            feedback_id=str(row.feedback_id),
            at=row.said_at,
            vector=next(vectors) if row.vector else None,
            channel=row.channel,
            evidence=row.evidence and row.weight > 0,
            issue=str(row.issue_id) if row.issue_id else None,
            batch=row.batch,
            late=row.history,
            key=row.id,
        )
        for row in rows
    ]
