"""What counts: a piece that was set aside leaves the issues, one that counts again is grouped as if it had just come.

Of the copies of one text one counts; when that one goes, the next takes its place, since the others said it too.
"""

import uuid
from collections.abc import Collection

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from feedback.record.models import EVIDENCE, Feedback, Issue, Statement
from feedback.record.states import FeedbackStage


def set_aside(session: Session, piece: Feedback) -> None:
    """Keeps and shows a piece that counts for nothing from now on."""
    piece.weight, piece.copy_of = 0, None
    leave_issues(session, [piece.id])
    mine = update(Statement).where(Statement.feedback_id == piece.id)
    session.execute(mine.values(evidence=False, issue_id=None, sureness=None, assigned_by=None))
    pass_on(session, [piece.id])


def count_again(session: Session, piece: Feedback) -> None:
    """Sends a piece back to grouping, so that its statements join issues and its service is looked at again."""
    _count(session, piece)
    if piece.stage == FeedbackStage.DONE:
        piece.stage, piece.noticed = FeedbackStage.GROUP, piece.history


def _count(session: Session, piece: Feedback) -> None:
    piece.weight, piece.copy_of = 1, None
    mine = update(Statement).where(Statement.feedback_id == piece.id)
    session.execute(mine.values(evidence=Statement.kind.in_(EVIDENCE) & Statement.filler.is_(False)))


def pass_on(session: Session, ids: Collection[uuid.UUID]) -> None:
    """Lets the earliest copy of each of these count in its place; the other copies become copies of that one."""
    copies = session.scalars(
        select(Feedback).where(Feedback.copy_of.in_(ids)).order_by(Feedback.said_at, Feedback.id).with_for_update()
    )
    heirs: dict[uuid.UUID, uuid.UUID] = {}
    for copy in copies:
        assert copy.copy_of is not None  # noqa: S101 - so the query says
        if copy.id in ids:
            continue
        if copy.copy_of in heirs:
            copy.copy_of = heirs[copy.copy_of]
        else:
            heirs[copy.copy_of] = copy.id
            _count(session, copy)


def leave_issues(session: Session, ids: Collection[uuid.UUID]) -> list[Issue]:
    """Quotes the statements of these pieces no more. Returns the issues that held any, locked."""
    rows = session.execute(select(Statement.id, Statement.issue_id).where(Statement.feedback_id.in_(ids))).all()
    gone, touched = {row.id for row in rows}, {row.issue_id for row in rows if row.issue_id}
    issues = session.scalars(select(Issue).where(Issue.id.in_(touched)).order_by(Issue.id).with_for_update()).all()
    for issue in issues:
        issue.quotes = [quote for quote in issue.quotes if quote not in gone]
    return list(issues)
