"""What people decide about an issue: its title and status, who sees to it, what was done, where it belongs."""

import datetime as dt
import uuid
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy import ColumnElement, and_, exists, func, select, update
from sqlalchemy.orm import Session

from feedback.record.access import Principal
from feedback.record.errors import Conflict, Malformed
from feedback.record.models import Action, AuditEntry, Change, Issue, IssueEvent, Service, Signal
from feedback.record.privacy import contacts
from insights.presentation.schemas import Status

Line = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"\S")]
Words = Annotated[str, msgspec.Meta(min_length=1, max_length=2_000, pattern=r"\S")]
Link = Annotated[str, msgspec.Meta(max_length=2_000, pattern="^https?://")]


class Decision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What of an issue is to change; what is not named stays. `note` is kept in its history."""

    title: Line | UnsetType = UNSET
    status: Status | UnsetType = UNSET
    reason: Words | None = None
    assignee: Line | UnsetType | None = UNSET
    due: dt.date | UnsetType | None = UNSET
    note: Words | None = None


class Done(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was changed about an issue, when (now, where nothing is said), and the ticket or release."""

    what: Words
    at: dt.datetime | None = None
    link: Link | None = None


class Happened(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A release or an event of the service, to be marked on its charts."""

    what: Line
    kind: Annotated[str, msgspec.Meta(pattern="^(release|outage|letter|holiday|other)$")] = "release"
    at: dt.datetime | None = None
    until: dt.datetime | None = None
    link: Link | None = None


def decide(session: Session, who: Principal, issue: Issue, wanted: Decision) -> None:
    """Raises `Malformed` for what would be resolved without an action or a reason, `Conflict` for what was merged."""
    lock(session, issue)
    if wanted.title is not UNSET and wanted.title != issue.title:
        note(session, who, issue, "renamed", was=issue.title, now=wanted.title)
        issue.title, issue.titled_by = wanted.title, "person"
    if wanted.assignee is not UNSET and wanted.assignee != issue.assignee:
        note(session, who, issue, f"assigned to {wanted.assignee}" if wanted.assignee else "assigned to nobody")
        issue.assignee = wanted.assignee
    if wanted.due is not UNSET and wanted.due != issue.due:
        note(session, who, issue, f"due {wanted.due}" if wanted.due else "no longer due")
        issue.due = wanted.due
    if wanted.note:
        note(session, who, issue, "note", wanted.note)
    if wanted.status is not UNSET and wanted.status != issue.status:
        _set_status(session, who, issue, wanted.status, wanted.reason)


def lock(session: Session, issue: Issue) -> None:
    session.refresh(issue, with_for_update=True)
    if issue.merged_into:
        raise Conflict(f"this issue was merged into {issue.merged_into}")
    if issue.ended_at:
        raise Conflict("this issue has ended: what made it was undone")


def _set_status(session: Session, who: Principal, issue: Issue, status: str, reason: str | None) -> None:
    if status == "resolved" and not reason and not session.scalar(select(exists().where(Action.issue_id == issue.id))):
        raise Malformed("resolved takes an action (POST .../actions) or a reason")
    note(session, who, issue, status.replace("_", " "), reason, was=issue.status)
    contacts.cancel_replies(session, issue.id)
    issue.status, issue.status_at = status, dt.datetime.now(dt.UTC)
    if status == "resolved":
        end_signals(session, issue)
        contacts.schedule_replies(session, issue.id)


def end_signals(session: Session, issue: Issue) -> None:
    """Whatever is reported from now on must stand out by itself."""
    standing = update(Signal).where(Signal.issue_id == issue.id, Signal.ended_at.is_(None))
    session.execute(standing.values(ended_at=func.now()))


def act(session: Session, who: Principal, issue: Issue, done: Done) -> Action:
    lock(session, issue)
    action = Action(issue_id=issue.id, what=done.what, at=moment(done.at), link=done.link, by=who.name)
    session.add(action)
    session.flush()
    note(session, who, issue, f"action: {done.what}", action=str(action.id))
    return action


def change(session: Session, who: Principal, service: Service, what: Happened) -> Change:
    at, until = moment(what.at), moment(what.until) if what.until else None
    if until and until < at:
        raise Malformed("it ends before it begins")
    made = Change(service_id=service.id, kind=what.kind, what=what.what, at=at, until=until, link=what.link)
    session.add(made)
    session.flush()
    session.add(AuditEntry(service_id=service.id, by=who.caller, act="change", subject=f"change:{made.id}"))
    return made


def moment(at: dt.datetime | None) -> dt.datetime:
    """Now, where nothing is said; without a zone it is UTC."""
    if at is None:
        return dt.datetime.now(dt.UTC)
    return at if at.tzinfo else at.replace(tzinfo=dt.UTC)


def reopen(session: Session, issue: Issue, kind: str) -> None:
    """What people hold to be resolved, and is reported again beyond chance, is open again."""
    if issue.status != "resolved":
        return
    session.add(IssueEvent(issue_id=issue.id, by="machine", what="reopened", reason=f"signal {kind}"))
    entry = AuditEntry(service_id=issue.service_id, by="machine", act="issue reopened", subject=f"issue:{issue.id}")
    session.add(entry)
    contacts.cancel_replies(session, issue.id)
    issue.status, issue.status_at = "open", dt.datetime.now(dt.UTC)


SETTLED = ("resolved", "archived")


def late(service: Service) -> ColumnElement[bool]:
    """Which issues were to be done by a day that is over, by the service's calendar."""
    today = dt.datetime.now(ZoneInfo(service.properties.time_zone)).date()
    return and_(Issue.due.is_not(None), Issue.due < today, Issue.status.not_in(SETTLED))


def overdue(session: Session, service: Service) -> list[Issue]:
    """The longest overdue first."""
    mine = select(Issue).where(Issue.service_id == service.id, Issue.merged_into.is_(None), late(service))
    return list(session.scalars(mine.order_by(Issue.due, Issue.id)))


def resolved(session: Session, service_id: int) -> dict[str, dt.datetime]:
    """Since when each resolved issue of a service has been that, by its id as text."""
    rows = session.execute(
        select(Issue.id, Issue.status_at).where(
            Issue.service_id == service_id, Issue.status == "resolved", Issue.status_at.is_not(None)
        )
    )
    return {str(identity): at for identity, at in rows if at}


def note(session: Session, who: Principal, issue: Issue, what: str, reason: str | None = None, **details: Any) -> None:
    """In the issue's history, for whoever reads it, and in the audit."""
    session.add(IssueEvent(issue_id=issue.id, by=who.name, what=what, reason=reason, details=details))
    subject = f"issue:{issue.id}"
    act = what.partition(":")[0]
    session.add(AuditEntry(service_id=issue.service_id, by=who.caller, act=f"issue {act}", subject=subject))


def actions(session: Session, issue_id: uuid.UUID) -> list[Action]:
    """The oldest first."""
    return list(session.scalars(select(Action).where(Action.issue_id == issue_id).order_by(Action.at, Action.id)))
