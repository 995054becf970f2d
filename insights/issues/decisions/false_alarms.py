"""What people say of a signal: that it is a false alarm, or was none after all."""

import datetime as dt
import uuid

from sqlalchemy.orm import Session

from feedback.record import access
from feedback.record.access import Principal, Role
from feedback.record.errors import NotFound
from feedback.record.models import Issue, Signal
from insights.issues.decisions import lifecycle


def signal_for(session: Session, who: Principal, signal_id: uuid.UUID) -> Signal:
    """Raises `NotFound` where there is none, or it is not for this editor to judge."""
    signal = session.get(Signal, signal_id)
    if signal is None:
        raise NotFound("there is no such signal")
    access.issue_for(session, who, session.get_one(Issue, signal.issue_id).id, Role.editor)
    return signal


def say_false(session: Session, who: Principal, signal: Signal, reason: str | None = None) -> None:
    """It is a false alarm: no longer shown nor sent, and counted as one until somebody says otherwise."""
    issue = session.get_one(Issue, signal.issue_id)
    lifecycle.lock(session, issue)
    if signal.false_at is None:
        signal.false_at, signal.false_by = dt.datetime.now(dt.UTC), who.name
        lifecycle.note(session, who, issue, "false alarm", reason, signal=str(signal.id))


def take_back(session: Session, who: Principal, signal: Signal) -> None:
    """It was no false alarm after all."""
    issue = session.get_one(Issue, signal.issue_id)
    lifecycle.lock(session, issue)
    if signal.false_at is not None:
        signal.false_at = signal.false_by = None
        lifecycle.note(session, who, issue, "no false alarm", signal=str(signal.id))
