"""Work that was announced beforehand explains what is reported while it lasts: that is shown, and not sent."""

import uuid
from collections.abc import Collection, Mapping

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from feedback.record.models import Change, Feedback, Signal, Statement
from feedback.record.states import ChangeKind

LEAST_REPORTS_AFTERWARDS = 5
"""From so many reports after the end of planned work on, it explains a signal no more: something was left broken."""


def explained(session: Session, signal_ids: Collection[uuid.UUID]) -> Mapping[uuid.UUID, Change]:
    """Finds the planned work of its service within which each of these signals began, where there is any.

    What began before it is not explained, nor what goes on after it.
    """
    if not signal_ids:
        return {}
    within = and_(
        Change.service_id == Signal.service_id,
        Change.kind == ChangeKind.PLANNED,
        Change.at <= Signal.since,
        Change.until >= Signal.since,
    )
    afterwards = (
        select(func.count(Feedback.id.distinct()))
        .join(Statement, Statement.feedback_id == Feedback.id)
        .where(Statement.issue_id == Signal.issue_id, Statement.evidence, Feedback.weight > 0)
        .where(Feedback.said_at > Change.until)
        .correlate(Signal, Change)
        .scalar_subquery()
    )
    rows = session.execute(
        select(Signal.id, Change)
        .join(Change, within)
        .where(Signal.id.in_(signal_ids), afterwards < LEAST_REPORTS_AFTERWARDS)
        .order_by(Change.at)
    )
    return {row[0]: row[1] for row in rows}
