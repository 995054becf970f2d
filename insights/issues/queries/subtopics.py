"""Looking into an issue: what it falls into, and what has been split off it."""

import uuid

import msgspec
import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.record.models import Feedback, Issue, Statement, ThemeIssue
from insights.issues.queries.issues import LONGEST_QUOTE
from insights.presentation.schemas import IssueTitle, Quote

MOST = 2_000
"""The latest statements of an issue tell what it falls into."""

QUOTES = 3


class Part(msgspec.Struct, frozen=True):
    """A sub-issue as the machine sees it: `share` of the statements looked at; the quotes nearest its middle."""

    reports: int
    share: float
    quotes: list[Quote]


class Parts(msgspec.Struct, frozen=True):
    """Up and down from an issue: the theme that it is of, the issues that are parts of it, and what it falls into."""

    theme: uuid.UUID | None
    issues: list[IssueTitle]
    parts: list[Part]


def parts(session: Session, issue: Issue) -> Parts:
    """`parts` is empty for an issue of few statements, or of one piece."""
    children = select(Issue.id, Issue.title).where(Issue.parent_id == issue.id)
    living = children.where(Issue.merged_into.is_(None), Issue.ended_at.is_(None)).order_by(Issue.title)
    return Parts(
        theme=session.scalar(select(ThemeIssue.theme_id).where(ThemeIssue.issue_id == issue.id)),
        issues=[IssueTitle(row.id, row.title) for row in session.execute(living)],
        parts=_within(session, issue),
    )


def _within(session: Session, issue: Issue) -> list[Part]:
    from nlp.group import hierarchy  # noqa: PLC0415 - scipy and its like take a second

    rows = session.execute(
        select(
            Statement.feedback_id,
            Statement.text,
            Statement.vector,
            Statement.said_at,
            Statement.offset,
            Feedback.channel,
        )
        .join(Feedback, Feedback.id == Statement.feedback_id)
        .where(Statement.issue_id == issue.id, Statement.embedded_by.is_not(None), Feedback.weight > 0)
        .order_by(Statement.id.desc())
        .limit(MOST)
    ).all()
    size = len(rows[0].vector) if rows else 0
    rows = [row for row in rows if len(row.vector) == size]
    vectors = np.array([row.vector for row in rows], np.float32)
    found = []
    for members in hierarchy.parts(vectors, np.arange(len(rows))):
        mine = [rows[member] for member in members]
        quotes = {
            it.feedback_id: Quote(it.feedback_id, it.text[:LONGEST_QUOTE], it.channel, it.said_at, it.offset)
            for it in mine
        }
        found.append(Part(len(quotes), round(len(mine) / len(rows), 3), list(quotes.values())[:QUOTES]))
    return found
