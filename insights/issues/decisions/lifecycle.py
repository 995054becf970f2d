"""What people decide about an issue: its title and status, who sees to it, by when, and what was done."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy import ColumnElement, and_, func, select, tuple_, update
from sqlalchemy.orm import Session, aliased

from feedback.record import audit
from feedback.record.access import Principal, Role
from feedback.record.errors import Conflict, Malformed
from feedback.record.limits import require_name, require_planned, require_said
from feedback.record.models import Action, Change, Issue, IssueEvent, Service, Signal
from feedback.record.privacy import contacts
from feedback.record.states import CLOSED_STATUSES, ChangeKind, IssueStatus, TitledBy, WorkKind
from feedback.record.work import service_work

ShortText = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"\S")]
LongText = Annotated[str, msgspec.Meta(min_length=1, max_length=2_000, pattern=r"\S")]
Link = Annotated[str, msgspec.Meta(max_length=2_000, pattern="^https?://")]


TOLD_AFTER = dt.timedelta(minutes=1)
"""Whom an issue is assigned to is told so much later: a slip is undone by then, and several are told at once."""


class IssueDecision(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to change about an issue; a field that is not set stays. The `note` goes into its history."""

    title: ShortText | UnsetType = UNSET
    status: IssueStatus | UnsetType = UNSET
    reason: LongText | None = None
    assignee: ShortText | UnsetType | None = UNSET
    due: dt.date | UnsetType | None = UNSET
    snoozed_until: dt.date | UnsetType | None = UNSET
    note: LongText | None = None

    def __post_init__(self) -> None:
        require_name(self.title, "title")
        require_name(self.assignee, "assignee")
        require_planned(self.due, "due")
        require_planned(self.snoozed_until, "snoozed_until")


class ActionTaken(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An action on an issue: what was done, when (now, if not set), and a link to its ticket or release."""

    what: LongText
    at: dt.datetime | None = None
    link: Link | None = None

    def __post_init__(self) -> None:
        require_said(self.at, "at")


class ServiceEvent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A release or another event of a service, which is marked on its charts.

    Planned work has an end: what begins to be reported while it lasts is explained by it, and is not sent.
    """

    what: ShortText
    kind: ChangeKind = ChangeKind.RELEASE
    at: dt.datetime | None = None
    until: dt.datetime | None = None
    link: Link | None = None

    def __post_init__(self) -> None:
        require_planned(self.at, "at")
        require_planned(self.until, "until")
        if self.kind == ChangeKind.PLANNED and (self.at is None or self.until is None):
            raise Malformed("planned work has a beginning and an end", field="until")


def decide(session: Session, who: Principal, issue: Issue, wanted: IssueDecision) -> None:
    """Changes an issue, and writes each change into its history.

    Raises `Malformed` for an issue that would be resolved without an action or a reason, or snoozed until a day that is
    not to come, `Conflict` for one that was merged or has ended.
    """
    lock(session, issue)
    if wanted.title is not UNSET and wanted.title != issue.title:
        by_machine = issue.titled_by != TitledBy.PERSON
        note(session, who, issue, "renamed", was=issue.title, now=wanted.title, by_machine=by_machine)
        issue.title, issue.titled_by, issue.titles = wanted.title, TitledBy.PERSON, {}
        issue.title_sure = True
    if wanted.assignee is not UNSET and wanted.assignee != issue.assignee:
        what = f"assigned to {wanted.assignee}" if wanted.assignee else "assigned to nobody"
        note(session, who, issue, what, was=issue.assignee, now=wanted.assignee)
        assign(session, who, issue, wanted.assignee)
    if wanted.due is not UNSET and wanted.due != issue.due:
        what = f"due {wanted.due}" if wanted.due else "no longer due"
        note(session, who, issue, what, was=_day(issue.due), now=_day(wanted.due))
        issue.due = wanted.due
    if wanted.snoozed_until is not UNSET and wanted.snoozed_until != issue.snoozed_until:
        _snooze(session, who, issue, wanted.snoozed_until)
    if wanted.note:
        note(session, who, issue, "note", wanted.note)
    if wanted.status is not UNSET and wanted.status != issue.status:
        _set_status(session, who, issue, wanted.status, wanted.reason)


def assign(session: Session, who: Principal, issue: Issue, assignee: str | None) -> None:
    """Sets who sees to an issue, and has them told unless they did it themselves, once it could have been undone."""
    issue.assignee = assignee
    if assignee in (who.name, None):
        issue.assignee_told = assignee
    else:
        service_work.ask(session, [issue.service_id], WorkKind.TELL_ASSIGNED, wait=TOLD_AFTER)


def _day(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _snooze(session: Session, who: Principal, issue: Issue, until: dt.date | None) -> None:
    if until and until <= today(session.get_one(Service, issue.service_id)):
        raise Malformed("an issue is snoozed until a day that is to come", field="snoozed_until")
    what = f"snoozed until {until}" if until else "snoozed no longer"
    note(session, who, issue, what, was=_day(issue.snoozed_until), now=_day(until))
    issue.snoozed_until = until


def may_decide(who: Principal, issue: Issue) -> bool:
    """Tells whether somebody may decide about an issue: an editor of its service, unless it was merged or has ended."""
    return who.may(Role.editor, issue.service_id) and not issue.merged_into and not issue.ended_at


def lock(session: Session, issue: Issue) -> None:
    """Locks an issue until the transaction ends, read anew. Raises `Conflict` if it was merged or has ended."""
    session.get_one(Issue, issue.id, with_for_update=True, populate_existing=True)
    if issue.merged_into:
        raise Conflict(f"this issue was merged into {issue.merged_into}")
    if issue.ended_at:
        raise Conflict("this issue has ended: what made it was undone")


def _set_status(session: Session, who: Principal, issue: Issue, status: IssueStatus, reason: str | None) -> None:
    acted = select(Action.id).where(Action.issue_id == issue.id).limit(1)
    if status == IssueStatus.RESOLVED and not reason and not session.scalar(acted):
        raise Malformed("resolved takes an action (POST .../actions) or a reason")
    note(session, who, issue, status.replace("_", " "), reason, was=issue.status, now=status)
    set_status(session, issue, status)


def set_status(session: Session, issue: Issue, status: IssueStatus) -> None:
    """Gives an issue a status, with what that entails: who asked to hear of its end is told of it, or not yet."""
    contacts.cancel_replies(session, issue.id)
    issue.status, issue.status_at = status, dt.datetime.now(dt.UTC)
    if status == IssueStatus.RESOLVED:
        end_signals(session, issue)
        contacts.schedule_replies(session, issue.id)


def end_signals(session: Session, issue: Issue) -> None:
    """Ends the signals of an issue: what is reported from now on must stand out by itself."""
    standing = update(Signal).where(Signal.issue_id == issue.id, Signal.ended_at.is_(None))
    session.execute(standing.values(ended_at=func.now()))


def revive_signals(session: Session, issue: Issue, decided_at: dt.datetime) -> None:
    """The signals that ended with a decision that is undone stand again, unless something has been noticed anew."""
    other = aliased(Signal)
    anew = select(other.id).where(other.issue_id == issue.id, other.tier == Signal.tier, other.ended_at.is_(None))
    mine = (Signal.issue_id == issue.id, Signal.ended_at == decided_at)
    session.execute(update(Signal).where(*mine, anew.limit(1).scalar_subquery().is_(None)).values(ended_at=None))


def record_action(session: Session, who: Principal, issue: Issue, done: ActionTaken) -> Action:
    """Stores an action on an issue. Raises `Conflict` if the issue was merged or has ended."""
    lock(session, issue)
    action = Action(issue_id=issue.id, what=done.what, at=moment(done.at), link=done.link, by=who.name)
    session.add(action)
    session.flush()
    note(session, who, issue, f"action: {done.what}", action=str(action.id))
    return action


def record_change(session: Session, who: Principal, service: Service, event: ServiceEvent) -> Change:
    """Stores an event of a service. Raises `Malformed` if it ends before it begins."""
    at, until = moment(event.at), moment(event.until) if event.until else None
    if until and until < at:
        raise Malformed("it ends before it begins", field="until")
    made = Change(service_id=service.id, kind=event.kind, what=event.what, at=at, until=until, link=event.link)
    session.add(made)
    session.flush()
    audit.note(session, who.caller, "change", f"change:{made.id}", service.id)
    return made


def moment(at: dt.datetime | None) -> dt.datetime:
    """Completes a time: now if there is none, and UTC if it has no zone."""
    if at is None:
        return dt.datetime.now(dt.UTC)
    return at if at.tzinfo else at.replace(tzinfo=dt.UTC)


def reopen(session: Session, issue: Issue, kind: str) -> None:
    """Opens a resolved issue again which a signal of that kind says is reported beyond chance."""
    if issue.status != IssueStatus.RESOLVED:
        return
    session.add(IssueEvent(issue_id=issue.id, by="machine", what="reopened", reason=f"signal {kind}"))
    audit.note(session, "machine", "issue reopened", f"issue:{issue.id}", issue.service_id)
    contacts.cancel_replies(session, issue.id)
    issue.status, issue.status_at = IssueStatus.OPEN, dt.datetime.now(dt.UTC)


def is_overdue(service: Service) -> ColumnElement[bool]:
    """Selects the open issues whose due day is over, by the service's calendar."""
    return and_(Issue.due.is_not(None), Issue.due < today(service), Issue.status.not_in(CLOSED_STATUSES))


def is_overdue_on(issue: Issue, day: dt.date) -> bool:
    """Tells of one issue what `is_overdue` selects, on a day of its service's calendar."""
    return issue.due is not None and issue.due < day and issue.status not in CLOSED_STATUSES


def is_snoozed(service: Service) -> ColumnElement[bool]:
    """Selects the issues of which nobody wants to hear today, by the service's calendar."""
    return and_(Issue.snoozed_until.is_not(None), Issue.snoozed_until > today(service))


def is_snoozed_on(issue: Issue, day: dt.date) -> bool:
    """Tells of one issue what `is_snoozed` selects, on a day of its service's calendar."""
    return issue.snoozed_until is not None and issue.snoozed_until > day


def today(service: Service, now: dt.datetime | None = None) -> dt.date:
    """Returns the day by the service's calendar."""
    return (now or dt.datetime.now(dt.UTC)).astimezone(ZoneInfo(service.properties.time_zone)).date()


def overdue(session: Session, service: Service) -> list[Issue]:
    """Lists the overdue issues of a service, the longest overdue first."""
    mine = select(Issue).where(Issue.service_id == service.id, Issue.merged_into.is_(None), is_overdue(service))
    return list(session.scalars(mine.order_by(Issue.due, Issue.id)))


def note(session: Session, who: Principal, issue: Issue, what: str, reason: str | None = None, **details: Any) -> None:
    """Writes into the history of an issue, and into the audit."""
    session.add(IssueEvent(issue_id=issue.id, by=who.name, what=what, reason=reason, details=details))
    act = what.partition(":")[0]
    audit.note(session, who.caller, f"issue {act}", f"issue:{issue.id}", issue.service_id)


def actions(
    session: Session, issue_id: uuid.UUID, limit: int, after: tuple[dt.datetime, uuid.UUID] | None = None
) -> Sequence[Action]:
    """Lists actions on an issue, the oldest first: those after the time and the id of one."""
    listed = select(Action).where(Action.issue_id == issue_id).order_by(Action.at, Action.id).limit(limit)
    return session.scalars(listed.where(tuple_(Action.at, Action.id) > after) if after else listed).all()


def latest_actions(session: Session, issue_id: uuid.UUID, limit: int) -> Sequence[Action]:
    """Lists the latest actions on an issue, the oldest of them first."""
    listed = select(Action).where(Action.issue_id == issue_id).order_by(Action.at.desc(), Action.id.desc())
    return session.scalars(listed.limit(limit)).all()[::-1]
