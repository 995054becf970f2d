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
    """Finds a signal that an editor may judge. Raises `NotFound` if they may not see it, `Forbidden` if no editor."""
    signal = session.get(Signal, signal_id)
    if signal is None:
        raise NotFound("there is no such signal")
    access.issue_for(session, who, session.get_one(Issue, signal.issue_id).id, Role.editor)
    return signal


def mark(session: Session, who: Principal, signal: Signal, reason: str | None = None) -> None:
    """Marks a signal as a false alarm: it is neither shown nor sent any more, and counts as one."""
    issue = session.get_one(Issue, signal.issue_id)
    lifecycle.lock(session, issue)
    if signal.false_at is None:
        signal.false_at, signal.false_by = dt.datetime.now(dt.UTC), who.name
        lifecycle.note(session, who, issue, "false alarm", reason, signal=str(signal.id))


def unmark(session: Session, who: Principal, signal: Signal) -> None:
    """Takes back that a signal is a false alarm."""
    issue = session.get_one(Issue, signal.issue_id)
    lifecycle.lock(session, issue)
    if signal.false_at is not None:
        signal.false_at = signal.false_by = None
        lifecycle.note(session, who, issue, "no false alarm", signal=str(signal.id))
