"""One issue from near: what people said in it, its days, what happened to it, and which issues it came from."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, false, func, or_, select, tuple_
from sqlalchemy.orm import Session

from feedback.record.models import (
    Feedback,
    Issue,
    IssueEvent,
    Service,
    Statement,
)
from feedback.record.states import FeedbackStage
from insights.detection.statistics.trend import BASELINE_DAYS, band
from insights.issues.counts_over_time import day_spans, last_days, pieces_within
from insights.issues.quotes import QUOTE_COLUMNS, choose, quote
from insights.issues.tallies import over_time
from insights.presentation.schemas import IssueEventView, IssueTitle, Quote, StatementView, TrendPoint
from insights.statement_arrays import halves
from insights.word_search import ENGLISH, sought

NEWEST_FIRST = (Statement.said_at.desc(), Statement.id.desc())
LATEST_STATEMENTS = 40
"""Statements of an issue from which its quotes are chosen, beside those that were chosen when it was grouped."""

STATEMENT_COLUMNS = (
    Statement.id,
    Statement.feedback_id,
    Statement.text,
    Statement.kind,
    Statement.language,
    Statement.severity,
    Feedback.channel,
    Statement.said_at,
    Statement.sureness,
    Statement.assigned_by,
    Statement.offset,
)
"""The fields of `StatementView`, in its order."""


class IssueLineage(msgspec.Struct, frozen=True):
    """Where an issue comes from and what came of it: its parts, what was merged into it, what it is a part of."""

    parent: IssueTitle | None
    merged_into: IssueTitle | None
    parts: list[IssueTitle]
    merged: list[IssueTitle]


def statements_page(
    session: Session, issue: Issue, limit: int, before: int | None = None, query: str = ""
) -> list[StatementView]:
    """Returns what people said in an issue, the newest first; `before` is the last of the page before.

    With a `query` only what has its words, or it as a part.
    """
    found = select(*STATEMENT_COLUMNS).join(Feedback, Feedback.id == Statement.feedback_id)
    found = found.where(Statement.issue_id == issue.id)
    if query:
        found = found.where(_says(query))
    if before:
        last = session.execute(select(Statement.said_at, Statement.id).where(Statement.id == before)).first()
        found = found.where(tuple_(Statement.said_at, Statement.id) < tuple(last) if last else false())
    rows = session.execute(found.order_by(*NEWEST_FIRST).limit(limit))
    return [StatementView(*row) for row in rows]


def statement_ids(session: Session, issue: Issue, limit: int, query: str = "") -> Sequence[int]:
    """Returns the newest statements of an issue by their ids; with a `query`, of those that `statements_page` finds."""
    mine = select(Statement.id).where(Statement.issue_id == issue.id)
    return session.scalars((mine.where(_says(query)) if query else mine).order_by(*NEWEST_FIRST).limit(limit)).all()


def statements_of(session: Session, issue: Issue, ids: Collection[int]) -> list[StatementView]:
    """Returns these statements of an issue, the newest first."""
    found = select(*STATEMENT_COLUMNS).join(Feedback, Feedback.id == Statement.feedback_id)
    found = found.where(Statement.issue_id == issue.id, Statement.id.in_(ids))
    return [StatementView(*row) for row in session.execute(found.order_by(*NEWEST_FIRST))]


def _says(query: str) -> ColumnElement[bool]:
    """By the stems of English words, as the search over a service; or by its letters, whatever the language."""
    words = func.to_tsvector(ENGLISH, Statement.text).op("@@")(sought(query))
    return or_(words, Statement.text.icontains(query, autoescape=True))


def quotes(session: Session, issue: Issue, most: int) -> list[Quote]:
    """Chooses quotes of an issue on which no signal stands: central, unlike one another, the newest among them."""
    latest = select(Statement.id).where(Statement.issue_id == issue.id, Statement.filler.is_(False))
    ids = session.scalars(latest.order_by(*NEWEST_FIRST).limit(LATEST_STATEMENTS)).all()
    rows = session.execute(
        select(halves(Statement.vector).label("half"), Statement.issue_id, *QUOTE_COLUMNS)
        .join(Feedback, Feedback.id == Statement.feedback_id)
        .where(Statement.id.in_({*ids, *issue.quotes}), Feedback.weight > 0)
        .order_by(*NEWEST_FIRST)
    )  # by their ids alone: asked for by their issue, too, all that was ever said of it would be read
    return [quote(row) for row in choose([row for row in rows if row.issue_id == issue.id], issue.title, most)]


def counted_in(session: Session, issue: Issue) -> list[IssueTitle]:
    """Finds the issues that hold what is quoted of one that holds nothing yet, as it is only watched."""
    theirs = select(Statement.issue_id).where(Statement.id.in_(issue.quotes), Statement.issue_id != issue.id)
    columns = (Issue.id, Issue.title, Issue.titles)
    return [_title(row) for row in session.execute(select(*columns).where(Issue.id.in_(theirs)).order_by(Issue.title))]


def lineage(session: Session, issue: Issue) -> IssueLineage:
    """Finds the issues that this one came from, and those that came of it."""
    own = (
        Issue.id.in_([issue.parent_id, issue.merged_into]),
        Issue.parent_id == issue.id,
        Issue.merged_into == issue.id,
    )
    columns = (Issue.id, Issue.title, Issue.titles, Issue.parent_id, Issue.merged_into, Issue.ended_at)
    rows = session.execute(
        select(*columns).where(Issue.service_id == issue.service_id, or_(*own)).order_by(Issue.title)
    ).all()
    by_id = {row.id: _title(row) for row in rows}
    return IssueLineage(
        parent=by_id.get(issue.parent_id) if issue.parent_id else None,
        merged_into=by_id.get(issue.merged_into) if issue.merged_into else None,
        parts=[_title(row) for row in rows if row.parent_id == issue.id and not row.merged_into and not row.ended_at],
        merged=[_title(row) for row in rows if row.merged_into == issue.id],
    )


def _title(row: Any) -> IssueTitle:
    return IssueTitle(row.id, row.title, row.titles)


def daily(session: Session, service: Service, issue: Issue, days: int) -> list[tuple[dt.date, int, int]]:
    """Counts an issue's distinct pieces and all of its service's, day by day.

    The last `days` are days in the service's own time zone, and none is left out.
    """
    calendar, counted = last_days(service, days), (Feedback.stage == FeedbackStage.DONE, Feedback.weight > 0)
    total = pieces_within(session, day_spans(service, calendar), *counted)
    own = over_time.daily(session, service, calendar, [issue.id])[issue.id]
    return list(zip(calendar, own, total, strict=True))


def trend(session: Session, service: Service, issue: Issue, days: int) -> list[TrendPoint]:
    """Counts the same, with what was to be expected of each day by the four weeks before it."""
    found = daily(session, service, issue, days + BASELINE_DAYS)
    bands = band([own for _, own, _ in found], [total for _, _, total in found])
    return [
        TrendPoint(day, own, total, *((round(usual.expected, 2), usual.low, usual.high) if usual else ()))
        for (day, own, total), usual in list(zip(found, bands, strict=True))[BASELINE_DAYS:]
    ]


def history(session: Session, issue: Issue, limit: int = 500, before: int | None = None) -> list[IssueEventView]:
    """Returns what happened to an issue, the latest first; `before` is the last event of the page before."""
    query = select(IssueEvent).where(IssueEvent.issue_id == issue.id).order_by(IssueEvent.id.desc()).limit(limit)
    if before:
        query = query.where(IssueEvent.id < before)
    return [
        IssueEventView(event.id, event.at, event.by, event.what, event.reason, event.details)
        for event in session.scalars(query)
    ]
