"""Taking back what somebody decided about an issue: its title, its status, who sees to it, by when, its snooze."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback.record.access import Principal
from feedback.record.errors import Conflict, NotFound
from feedback.record.models import Issue, IssueEvent
from feedback.record.states import IssueStatus, TitledBy
from insights.issues.decisions import lifecycle

OVERTAKEN = "it has been changed again since"
DATES = ("due", "snoozed_until")


def last_step(session: Session, issue_id: uuid.UUID) -> int | None:
    """Returns the event of what this transaction has decided about an issue, by which it is taken back."""
    session.flush()
    mine = select(IssueEvent.id).where(IssueEvent.issue_id == issue_id, IssueEvent.at == func.now())
    return session.scalar(mine.order_by(IssueEvent.id.desc()).limit(1))


def take_back(session: Session, who: Principal, issue: Issue, event_id: int) -> None:
    """Takes back all that was decided about an issue in the step (one transaction) that an event belongs to.

    Raises `NotFound` where nothing was, `Conflict` where any of it has been changed again. Citizens who were told of a
    resolution stay told.
    """
    lifecycle.lock(session, issue)
    events = _step(session, issue, event_id)
    if any(_now(issue, event) != getattr(issue, _field(event)) for event in events):
        raise Conflict(OVERTAKEN)
    for event in events:
        _restore(session, who, issue, event)
    done = ", ".join(event.what for event in events)
    lifecycle.note(session, who, issue, "taken back", done)


def _step(session: Session, issue: Issue, event_id: int) -> Sequence[IssueEvent]:
    of_it = select(IssueEvent.at, IssueEvent.by).where(IssueEvent.id == event_id, IssueEvent.issue_id == issue.id)
    row = session.execute(of_it).first()
    if row is None:
        raise NotFound("there is no such event")
    beside = (IssueEvent.issue_id == issue.id, IssueEvent.at == row.at, IssueEvent.by == row.by)
    events = [event for event in session.scalars(select(IssueEvent).where(*beside)) if _field(event)]
    if not events:
        raise NotFound("this event changed nothing that can be taken back")
    return events


def _field(event: IssueEvent) -> str:
    """The column that an event tells of, "" where it tells of none."""
    if event.what == "renamed":
        return "title"
    if event.what.replace(" ", "_") in set(IssueStatus):
        return "status"
    kinds = {"assigned to": "assignee", "due": "due", "no longer due": "due", "snoozed": "snoozed_until"}
    return next((field for begin, field in kinds.items() if event.what.startswith(begin)), "")


def _now(issue: Issue, event: IssueEvent) -> Any:
    return _typed(_field(event), event.details.get("now"))


def _typed(field: str, told: str | None) -> Any:
    return dt.date.fromisoformat(told) if field in DATES and told else told


def _restore(session: Session, who: Principal, issue: Issue, event: IssueEvent) -> None:
    field, was = _field(event), event.details["was"]
    if field == "assignee":
        lifecycle.assign(session, who, issue, was)
        return
    if field != "status":
        setattr(issue, field, _typed(field, was))
        if field == "title":
            issue.titles = {}  # those by language are of the name that is taken back
        if event.details.get("by_machine"):
            issue.titled_by = TitledBy.MACHINE
        return
    if issue.status == IssueStatus.RESOLVED:
        lifecycle.revive_signals(session, issue, event.at)
    lifecycle.set_status(session, issue, IssueStatus(was))
