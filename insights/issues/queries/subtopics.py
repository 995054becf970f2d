"""What an issue belongs to and falls into: its theme, the issues split off it, and subtopics that the machine sees."""

import uuid

import msgspec
import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.record.models import Feedback, Issue, Statement, ThemeIssue
from insights.issues.queries.issues import LIVING
from insights.issues.quotes import QUOTE_COLUMNS, quote
from insights.presentation.schemas import IssueTitle, Quote
from insights.statement_arrays import halves, matrix

MAX_STATEMENTS = 2_000
"""The subtopics of an issue are found in so many of its latest statements."""

QUOTES_PER_SUBTOPIC = 3


class Subtopic(msgspec.Struct, frozen=True):
    """A part of an issue as the machine sees it.

    `share` is of the statements that were looked at, `statements` are its own, by their ids, the nearest to its centre
    first; the quotes are of those.
    """

    reports: int
    share: float
    quotes: list[Quote]
    statements: list[int]


class IssueParts(msgspec.Struct, frozen=True):
    """The theme of an issue, the issues that were split off it, and the subtopics (`parts`) that it falls into."""

    theme: uuid.UUID | None
    issues: list[IssueTitle]
    parts: list[Subtopic]


def parts_of(session: Session, issue: Issue) -> IssueParts:
    """Looks into an issue; no subtopics are found in one of few statements, or all of one kind."""
    children = select(Issue.id, Issue.title, Issue.titles).where(Issue.parent_id == issue.id)
    living = children.where(*LIVING).order_by(Issue.title)
    return IssueParts(
        theme=session.scalar(select(ThemeIssue.theme_id).where(ThemeIssue.issue_id == issue.id)),
        issues=[IssueTitle(*row) for row in session.execute(living)],
        parts=_within(session, issue),
    )


def _within(session: Session, issue: Issue) -> list[Subtopic]:
    from nlp.group import hierarchy  # noqa: PLC0415 - scipy and its like take a second

    latest = (  # by their index; the vectors of these alone are read
        select(Statement.id)
        .join(Feedback, Feedback.id == Statement.feedback_id)
        .where(Statement.issue_id == issue.id, Statement.embedded_by.is_not(None), Feedback.weight > 0)
        .order_by(Statement.said_at.desc(), Statement.id.desc())
        .limit(MAX_STATEMENTS)
    )
    rows = session.execute(
        select(Statement.id, halves(Statement.vector).label("half"), *QUOTE_COLUMNS)
        .join(Feedback, Feedback.id == Statement.feedback_id)
        .where(Statement.id.in_(latest))
        .order_by(Statement.id.desc())
    ).all()
    size = len(rows[0].half) if rows else 0
    rows = [row for row in rows if len(row.half) == size]
    vectors = matrix([row.half for row in rows])
    found = []
    for members in hierarchy.parts(vectors, np.arange(len(rows))):
        mine = [rows[member] for member in members]
        quotes = {row.feedback_id: quote(row) for row in mine}
        share, few = round(len(mine) / len(rows), 3), list(quotes.values())[:QUOTES_PER_SUBTOPIC]
        found.append(Subtopic(len(quotes), share, few, [row.id for row in mine]))
    return found
