"""Pieces that were set aside go back to the stage that they failed in, once its cause is mended."""

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from feedback.record.models import Feedback
from feedback.record.states import FeedbackStage
from feedback.record.work.claims import requeue


def put_back(session: Session, *which: ColumnElement[bool]) -> int:
    """Puts the pieces that the conditions select back to work, and returns how many those are."""
    fresh = requeue(session, Feedback, Feedback.text.is_(None), *which, to=FeedbackStage.CLEAN)
    return fresh + requeue(session, Feedback, Feedback.text.is_not(None), *which, to=FeedbackStage.GROUP)
