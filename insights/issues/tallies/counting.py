"""Which issues have changed since they were last counted, and what those add up to now.

Of a large issue, what was said on each day is kept, so that a change costs what its day holds. The statements of a
piece have its time: no piece counts on two days.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Iterator
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    Select,
    TableValuedAlias,
    Uuid,
    and_,
    any_,
    cast,
    column,
    exists,
    func,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from feedback.record.models import Feedback, Issue, IssueDayTally, IssueTally, Statement, UntalliedIssue

FEW = 100_000
"""Statements up to which each is found by its index. Of 11,100,000 it takes as long to find 250,000 as to read all."""

KEPT_BY_DAY = exists().where(IssueTally.issue_id == UntalliedIssue.issue_id, IssueTally.by_day)


class Changed(NamedTuple):
    """Issues that have changed: those that are to be counted as a whole, and days of those that are kept by day."""

    whole: set[uuid.UUID]
    days: list[tuple[uuid.UUID, dt.date]]

    @classmethod
    def of(cls, notes: Iterable[Any]) -> "Changed":
        """Reads notes: the issue, the day if one is told, and whether the issue is kept by day."""
        rows = {(issue_id, day, by_day) for issue_id, day, by_day in notes}
        whole = {issue_id for issue_id, day, by_day in rows if not (day and by_day)}
        return cls(whole, [(issue_id, day) for issue_id, day, _ in rows if day and issue_id not in whole])

    @property
    def by_day(self) -> set[uuid.UUID]:
        """The issues of which some days have changed."""
        return {issue_id for issue_id, _ in self.days}


def changed(session: Session, issue_ids: Collection[uuid.UUID]) -> Changed:
    """Finds which of these issues have changed since they were last counted."""
    noted = select(UntalliedIssue.issue_id, UntalliedIssue.day, KEPT_BY_DAY)
    return Changed.of(session.execute(noted.where(is_one_of(UntalliedIssue.issue_id, issue_ids)).distinct()))


def is_one_of(issue: InstrumentedAttribute[Any], ids: Iterable[uuid.UUID]) -> ColumnElement[bool]:
    """As one array: a query with hundreds of parameters takes longer to write than to answer."""
    return issue == any_(cast(list(ids), ARRAY(Uuid)))


def counted(session: Session, these: Changed) -> Iterator[Select[Any]]:
    """Returns queries that count what has changed: rows with columns of `IssueTally`, which add up."""
    if these.whole:
        yield of_statements(*said_in(session, these.whole))
    if these.days:
        days = rows_of(these)
        yield of_days(these.by_day).where(~exists().where(is_day(days)))
        yield of_statements(*said_on(session, days))


def rows_of(these: Changed) -> TableValuedAlias:
    """Returns the days as rows `issue_id`, `day` of a query, to join; there must be one."""
    ids, days = (list(each) for each in zip(*these.days, strict=True))
    named = func.unnest(cast(ids, ARRAY(Uuid)), cast(days, ARRAY(Date)))
    return named.table_valued(column("issue_id", Uuid), column("day", Date)).render_derived(name="changed")


def is_day(days: TableValuedAlias) -> ColumnElement[bool]:
    """Holds where what is kept of a day is of one of these."""
    return and_(IssueDayTally.issue_id == days.c.issue_id, IssueDayTally.day == days.c.day)


def said_on(session: Session, days: TableValuedAlias) -> tuple[type[Statement], type[Feedback]]:
    """Returns the statements of these days and their pieces, found day by day: to join them all, PostgreSQL takes a
    ninth of all that was ever said to be within, and reads all of it.
    """
    begin, end = (func.timezone("UTC", cast(day, DateTime)) for day in (days.c.day, days.c.day + 1))
    said = _each_of(days, Statement.issue_id == days.c.issue_id, Statement.said_at >= begin, Statement.said_at < end)
    return said, _piece_of(said) if _are_few(session, said) else Feedback


def said_in(session: Session, issue_ids: Collection[uuid.UUID]) -> tuple[type[Statement], type[Feedback]]:
    """Returns the statements of these issues and their pieces, found one by one where they are few: PostgreSQL takes
    small issues to be as large as others, and reads all that was ever said.
    """
    issues = (
        func.unnest(cast(list(issue_ids), ARRAY(Uuid))).table_valued(column("id", Uuid)).render_derived(name="changed")
    )
    said = _each_of(issues, Statement.issue_id == issues.c.id)
    if _are_few(session, said):
        return said, _piece_of(said)
    return aliased(Statement, select(Statement).where(is_one_of(Statement.issue_id, issue_ids)).subquery()), Feedback


def _each_of(rows: TableValuedAlias, *which: ColumnElement[bool]) -> type[Statement]:
    found = select(Statement).where(*which).offset(0).lateral()
    return aliased(Statement, select(found).join_from(rows, found, true()).subquery())


def _piece_of(said: type[Statement]) -> type[Feedback]:
    return aliased(Feedback, select(Feedback).where(Feedback.id == said.feedback_id).offset(0).lateral())


def _are_few(session: Session, said: type[Statement]) -> bool:
    some = select(said.issue_id).limit(FEW + 1).subquery()
    return session.execute(select(func.count()).select_from(some)).scalar_one() <= FEW


def large(session: Session, issue_ids: Collection[uuid.UUID], least: int) -> set[uuid.UUID]:
    """Returns those of these issues that hold so many statements or more, without counting any further."""
    further = select(Statement.issue_id).where(Statement.issue_id == Issue.id).order_by(Statement.said_at)
    nth = further.offset(least - 1).limit(1).exists()
    return set(session.scalars(select(Issue.id).where(is_one_of(Issue.id, issue_ids), nth)))


def of_statements(said: type[Statement], piece: type[Feedback], *by: Any) -> Select[Any]:
    """Counts statements by their issue, by what else is asked for and by the channel of their piece."""
    by = (said.issue_id, *by)
    return (
        select(
            *by,
            piece.channel,
            func.count(piece.id.distinct()).filter(piece.weight > 0).label("reports"),
            func.count(piece.id.distinct()).label("raw"),
            func.avg(said.severity).label("severity"),
            func.min(said.said_at).label("first_seen"),
            func.max(said.said_at).label("last_seen"),
        )
        .select_from(said)
        .join(piece, piece.id == said.feedback_id)
        .join(Issue, Issue.id == said.issue_id)
        .group_by(*by, piece.channel)
    )


def day_of(said: type[Statement]) -> ColumnElement[dt.date]:
    """Returns, for a query, the day (UTC) on which a statement was made."""
    return cast(func.timezone("UTC", said.said_at), Date).label("day")


def of_days(issue_ids: Iterable[uuid.UUID]) -> Select[Any]:
    """Sums up what is kept of the days of issues."""
    table, raw = IssueDayTally, func.sum(IssueDayTally.raw)
    summed: list[Any] = [
        func.sum(table.reports).label("reports"),
        raw.label("raw"),
        (func.sum(table.severity * table.raw) / raw).label("severity"),
        func.min(table.first_seen).label("first_seen"),
        func.max(table.last_seen).label("last_seen"),
    ]
    by = (table.issue_id, table.channel)
    return select(*by, *summed).where(is_one_of(table.issue_id, issue_ids)).group_by(*by)
