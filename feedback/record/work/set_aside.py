"""What was set aside goes back to the stage that it failed in, once its cause is mended."""

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from feedback.record.models import Feedback, ServiceWork, Subscription, WideWork
from feedback.record.states import FeedbackStage, WorkStage
from feedback.record.work.claims import requeue


def put_back(session: Session, *which: ColumnElement[bool]) -> int:
    """Puts the pieces that the conditions select back to work, and returns how many those are."""
    fresh = requeue(session, Feedback, Feedback.text.is_(None), *which, to=FeedbackStage.CLEAN)
    return fresh + requeue(session, Feedback, Feedback.text.is_not(None), *which, to=FeedbackStage.GROUP)


def put_back_work(session: Session) -> int:
    """Lets work for services, and deliveries, be done again, and returns for how many."""
    return sum(requeue(session, model, to=WorkStage.OPEN) for model in (ServiceWork, WideWork, Subscription))
