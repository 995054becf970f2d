"""Feedback as it is read: narrowed down and page by page, and one piece as staff see it."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from feedback.record.models import (
    Feedback,
    HeldRaw,
    Service,
    Statement,
    UrgencyDismissal,
)
from feedback.record.privacy import urgency_dismissals
from insights.issues.filters import FeedbackFilters
from insights.presentation.schemas import Dismissal, FeedbackView

ALL_FEEDBACK = FeedbackFilters()


def feedback_page(
    session: Session,
    service: Service,
    limit: int,
    after: tuple[dt.datetime, uuid.UUID] | None,
    filters: FeedbackFilters = ALL_FEEDBACK,
) -> list[FeedbackView]:
    """Returns a page of feedback, the latest received first; set aside and duplicates included.

    `after` is the last of the page before.
    """
    query = select(Feedback).where(Feedback.service_id == service.id, *filters.where(service.properties.time_zone))
    if after:
        query = query.where(tuple_(Feedback.received_at, Feedback.id) < after)
    rows = session.scalars(query.order_by(Feedback.received_at.desc(), Feedback.id.desc()).limit(limit)).all()
    return feedback_views(session, service, rows)


def feedback_views(session: Session, service: Service, rows: Sequence[Feedback]) -> list[FeedbackView]:
    """Makes the views of pieces as staff see them, in the order given."""
    ids = [row.id for row in rows]
    issues = _issues_of(session, ids)
    held = set(session.scalars(select(HeldRaw.feedback_id).where(HeldRaw.feedback_id.in_(ids))))
    calm = urgency_dismissals.of_pieces(session, ids)
    return [feedback_view(row, service, issues[row.id], calm.get(row.id), held=row.id in held) for row in rows]


def _issues_of(session: Session, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[uuid.UUID]]:
    found: dict[uuid.UUID, list[uuid.UUID]] = defaultdict(list)
    rows = session.execute(
        select(Statement.feedback_id, Statement.issue_id)
        .where(Statement.feedback_id.in_(ids), Statement.issue_id.is_not(None))
        .distinct()
    )
    for row in rows:
        found[row.feedback_id].append(row.issue_id)
    return found


def feedback_view(
    row: Feedback, service: Service, issues: list[uuid.UUID], calm: UrgencyDismissal | None, *, held: bool
) -> FeedbackView:
    """Makes the view of one piece, redacted."""
    return FeedbackView(
        id=row.id,
        service=service.slug,
        channel=row.channel,
        stage=row.stage,
        reason=row.reason,
        text=row.text,
        language=row.language,
        said_at=row.said_at,
        received_at=row.received_at,
        history=row.history,
        assisted=row.assisted,
        rating=row.rating,
        page_url=row.page_url,
        attributes=row.attributes,
        read_as=row.read_as,
        hidden=row.hidden,
        verdicts=row.verdicts,
        copy_of=row.copy_of,
        counts=row.weight > 0,
        held=held,
        urgent=row.urgent,
        not_urgent=_dismissal(calm) if calm else None,
        issues=issues,
        external_id=row.own_id,
        came_from=row.came_from,
    )


def _dismissal(row: UrgencyDismissal) -> Dismissal:
    return Dismissal(row.at, row.by, row.at + urgency_dismissals.DESTROYED_AFTER)


def timed_statements(session: Session, piece: Feedback) -> Sequence[tuple[float, str]]:
    """Returns what was said in a call and when (seconds into it), the earliest first, as far as the time is known."""
    timed = select(Statement.offset, Statement.text).where(
        Statement.feedback_id == piece.id, Statement.offset.is_not(None)
    )
    rows = session.execute(timed.order_by(Statement.offset, Statement.position))
    return [(offset, said) for offset, said in rows if offset is not None]
