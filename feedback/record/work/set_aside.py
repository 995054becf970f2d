"""What was set aside goes back to the stage that it failed in, once its cause is mended."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, case, literal
from sqlalchemy.orm import Session

from feedback.record.models import Claimable, Contact, Feedback, ServiceWork, Subscription, Upload, WideWork
from feedback.record.states import ContactStage, FeedbackStage, UploadStage, WorkStage
from feedback.record.work.claims import requeue

_PIECE = case((Feedback.text.is_(None), FeedbackStage.CLEAN.value), else_=FeedbackStage.GROUP.value)
_FILE = case((Upload.ended_at.is_(None), UploadStage.TAKE_IN.value), else_=UploadStage.TAKE_BACK.value)

FAILED_IN: Mapping[type[Claimable], Any] = {
    Feedback: _PIECE,
    Upload: _FILE,
    ServiceWork: ServiceWork.kind,
    WideWork: WideWork.kind,
    Subscription: literal("deliver"),
    Contact: literal("answer"),
}
"""By what is worked on, the name of the stage that a row of it was set aside in."""

_BACK_TO: Mapping[type[Claimable], Any] = {
    Upload: _FILE,
    ServiceWork: WorkStage.OPEN,
    WideWork: WorkStage.OPEN,
    Subscription: WorkStage.OPEN,
    Contact: ContactStage.WAITING,
}


def put_back(session: Session, *which: ColumnElement[bool]) -> int:
    """Puts the pieces that the conditions select back to work, and returns how many those are."""
    return requeue(session, Feedback, *which, to=_PIECE)


def put_back_work(session: Session) -> int:
    """Lets files be taken in, work for services be done and messages be sent again, and returns how many those are."""
    return sum(requeue(session, model, to=to) for model, to in _BACK_TO.items())
