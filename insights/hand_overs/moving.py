"""Moving pieces of feedback into another service: all that shows or sends their words lets go of them."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from feedback.record import audit, receipts
from feedback.record.access import Principal
from feedback.record.models import (
    Alert,
    BacktestSignal,
    Feedback,
    HandOver,
    Service,
    Statement,
    UrgencyDismissal,
    new_id,
)
from feedback.record.privacy import erasure, exclusion, title_erasure
from feedback.record.states import FeedbackStage


def locked(session: Session, *where: Any) -> Sequence[Feedback]:
    query = select(Feedback).where(*where).order_by(Feedback.id).with_for_update()
    return session.scalars(query, execution_options={"populate_existing": True}).all()


def move(session: Session, pieces: Sequence[Feedback], giver: Service, to_id: int, done: HandOver) -> None:
    """Moves pieces out of all issues and into the other service; rows without words stay."""
    ids = [piece.id for piece in pieces]
    said = session.execute(select(Statement.id, Statement.text).where(Statement.feedback_id.in_(ids))).all()
    _let_go(session, ids, [row.id for row in said], giver.id)
    session.execute(delete(Feedback).where(Feedback.stands_for.in_(ids), Feedback.service_id == to_id))
    stubs = [_stub(piece, giver, done) for piece in pieces]
    came = {"service": giver.slug, "name": giver.name, "at": dt.datetime.now(dt.UTC).isoformat(), "reason": done.reason}
    for piece in pieces:
        piece.service_id, piece.hand_over_id, piece.claimed_by = to_id, done.id, None
        piece.sender_digest = piece.network_digest = None
        piece.came_from = came if to_id == done.to_id else None
    session.flush()
    session.execute(update(Statement).where(Statement.feedback_id.in_(ids)).values(service_id=to_id))
    session.add_all(stubs)
    session.flush()
    title_erasure.erase_from_titles(session, [giver.id], [row.text for row in said])


def _let_go(session: Session, ids: Sequence[uuid.UUID], statements: Sequence[int], giver_id: int) -> None:
    """Takes the words of these pieces out of all that their service shows and sends, but for titles."""
    mine = Statement.feedback_id.in_(ids)
    issues = exclusion.leave_issues(session, ids)
    # Before they change their service: triggers note the issues that are to be counted anew for the service of the row.
    session.execute(update(Statement).where(mine).values(issue_id=None, sureness=None, assigned_by=None))
    exclusion.pass_on(session, ids)
    previews = (BacktestSignal.service_id == giver_id, BacktestSignal.statement_id.in_(statements))
    session.execute(update(BacktestSignal).where(*previews).values(statement_id=None))
    session.execute(delete(UrgencyDismissal).where(UrgencyDismissal.feedback_id.in_(ids)))
    erasure.silence_alerts(session, ids, [issue.id for issue in issues], Alert.service_id == giver_id)


def _stub(piece: Feedback, giver: Service, done: HandOver) -> Feedback:
    """What stays: that something came then and there, and where it went."""
    return Feedback(
        id=new_id(),
        service_id=giver.id,
        stage=FeedbackStage.HANDED_OVER,
        channel=piece.channel,
        receipt=receipts.fresh(),
        caller=piece.caller,
        external_id=piece.external_id,
        digest=piece.digest,
        said_at=piece.said_at,
        received_at=piece.received_at,
        done_at=dt.datetime.now(dt.UTC),
        history=piece.history,
        assisted=piece.assisted,
        weight=0,
        hand_over_id=done.id,
        stands_for=piece.id,
        noticed=True,
    )


def note(session: Session, who: Principal, act: str, done: HandOver) -> None:
    """In both services: whoever looks into either finds who did it."""
    for service_id in (done.service_id, done.to_id):
        audit.note(session, who.caller, act, f"hand-over:{done.id}", service_id, pieces=done.pieces)
