"""The same decision about several issues at once, in one transaction; taken back as a whole, too."""

import uuid
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback.record.access import Principal
from feedback.record.errors import Malformed, NotFound
from feedback.record.models import Issue, IssueEvent, Regrouping, Service
from insights.issues.decisions import lifecycle, regrouping, taking_back, undoing
from insights.issues.decisions.lifecycle import IssueDecision

MOST_AT_ONCE = 200


def chosen(session: Session, service: Service, ids: Sequence[uuid.UUID]) -> list[Issue]:
    """Finds the chosen issues of a service, each once, in the order in which they are locked.

    Raises `Malformed` where there is none or too many of them, `NotFound` where one is not of the service.
    """
    wanted = set(ids)
    if not 0 < len(wanted) <= MOST_AT_ONCE:
        raise Malformed(f"choose from 1 to {MOST_AT_ONCE} issues", field="issue")
    found = session.scalars(select(Issue).where(Issue.service_id == service.id, Issue.id.in_(wanted))).all()
    if len(found) < len(wanted):
        raise NotFound("there is no such issue")
    return sorted(found, key=lambda issue: issue.id)


def decide_all(session: Session, who: Principal, issues: Sequence[Issue], wanted: IssueDecision) -> int | None:
    """Decides the same about each issue; returns an event by which all of it is taken back, none where nothing changed.

    Raises as `lifecycle.decide`, and then nothing of it is done.
    """
    for issue in issues:
        lifecycle.decide(session, who, issue, wanted)
    steps = [taking_back.last_step(session, issue.id) for issue in issues]
    return next((step for step in steps if step), None)


def take_all_back(session: Session, who: Principal, service: Service, event_id: int) -> None:
    """Takes back what was decided in the transaction that an event belongs to, about every issue of the service.

    Raises `NotFound` where there is no such event, `Conflict` where any of the issues has been changed again.
    """
    of_service = select(IssueEvent).join(Issue).where(Issue.service_id == service.id)
    event = session.scalar(of_service.where(IssueEvent.id == event_id))
    if event is None:
        raise NotFound("there is no such event")
    beside = (IssueEvent.at == event.at, IssueEvent.by == event.by, Issue.service_id == service.id)
    first = select(IssueEvent.issue_id, func.min(IssueEvent.id)).join(Issue).where(*beside)
    for issue_id, each in session.execute(first.group_by(IssueEvent.issue_id).order_by(IssueEvent.issue_id)).all():
        taking_back.take_back(session, who, session.get_one(Issue, issue_id), each)


def merge_all(session: Session, who: Principal, issues: Sequence[Issue], into: Issue) -> int:
    """Merges issues into one of them; returns the last of the mergers, by which all of them are undone.

    Raises `Malformed` unless there are two at least, `Conflict` if one was merged or has ended meanwhile.
    """
    others = [issue for issue in issues if issue.id != into.id]
    if not others:
        raise Malformed("choose two issues at least", field="issue")
    done = [regrouping.merge(session, who, issue, into) for issue in others]
    session.flush()
    return done[-1].id


def unmerge_all(session: Session, who: Principal, service: Service, regrouping_id: int) -> None:
    """Undoes all mergers of the transaction that one of them belongs to. Raises as `undoing.undo`."""
    one = session.get(Regrouping, regrouping_id)
    if one is None or one.service_id != service.id:
        raise NotFound("there is no such regrouping")
    undoing.undo_all_of_it(session, who, one)
