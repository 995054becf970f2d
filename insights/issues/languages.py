"""In which languages an issue was told, and what was said in each."""

import uuid
from collections.abc import Collection

import msgspec
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from feedback.record.models import Feedback, Statement
from insights.issues.quotes import QUOTE_COLUMNS, quote
from insights.presentation.schemas import IssueView, Quote


def with_languages(session: Session, issue: IssueView) -> IssueView:
    """Add to an issue the count of each language, and a quote of each that its quotes leave out."""
    counts = _counts(session, issue.id)
    quoted = {said.language for said in issue.quotes}
    missing = set(counts) - quoted - {"unknown"} if len(counts) > 1 else set()
    return msgspec.structs.replace(
        issue, by_language=counts, quotes=[*issue.quotes, *_quotes(session, issue.id, missing)]
    )


def _counts(session: Session, issue_id: uuid.UUID) -> dict[str, int]:
    """Distinct pieces that count, by the language of what they say here; the most first."""
    pieces = func.count(Feedback.id.distinct()).label("pieces")
    rows = session.execute(
        select(Statement.language, pieces)
        .join(Feedback, Feedback.id == Statement.feedback_id)
        .where(Statement.issue_id == issue_id, Feedback.weight > 0)
        .group_by(Statement.language)
        .order_by(pieces.desc(), Statement.language)
    )
    return {row.language: row.pieces for row in rows}


def _quotes(session: Session, issue_id: uuid.UUID, languages: Collection[str]) -> list[Quote]:
    """One of each language: the surest member, the newest of those that are as sure."""
    if not languages:
        return []
    rows = session.execute(
        select(*QUOTE_COLUMNS)
        .join(Feedback, Feedback.id == Statement.feedback_id)
        .where(Statement.issue_id == issue_id, Statement.language.in_(languages), Feedback.weight > 0)
        .ext(distinct_on(Statement.language))
        .order_by(Statement.language, Statement.sureness.desc().nulls_last(), Statement.id.desc())
    )
    return [quote(row) for row in rows]
