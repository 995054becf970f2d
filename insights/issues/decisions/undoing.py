"""Undoes a regrouping that a person decided, or what a refit changed. What people decided since stands."""

import datetime as dt
import uuid
from collections.abc import Sequence

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from feedback.record import audit
from feedback.record.access import Principal
from feedback.record.errors import Conflict
from feedback.record.models import (
    MACHINES,
    Action,
    Issue,
    IssueBefore,
    IssueEvent,
    Moved,
    Refit,
    Regrouping,
    Signal,
    Statement,
)
from feedback.record.states import RegroupingKind, TitledBy
from insights.issues.decisions import lifecycle, reassignment


def undo(session: Session, who: Principal, done: Regrouping) -> None:
    """Undoes a regrouping. Raises `Conflict` if that was done, or if a later decision must be undone first."""
    reassignment.lock_service(session, done.service_id)
    session.get_one(Regrouping, done.id, with_for_update=True, populate_existing=True)
    if done.undone_at:
        raise Conflict("this was undone already")
    issue, other = (session.get(Issue, identity) if identity else None for identity in (done.issue_id, done.other_id))
    if other:
        lifecycle.lock(session, other)
    if done.kind == RegroupingKind.MERGE and issue and other:
        _unmerge(session, done, issue, other)
    for row in _moved(session, Moved.regrouping_id == done.id):
        reassignment.put_back(session, row, by_person=True)
    if done.kind == RegroupingKind.SPLIT and issue and other:
        _unsplit(session, issue, other)
    if done.kind == RegroupingKind.MOVE and issue is None and other and not _holds_any(session, other):
        lifecycle.end_signals(session, other)
        reassignment.end_issue(other)
    done.undone_at, done.undone_by = dt.datetime.now(dt.UTC), who.name
    for each in filter(None, (issue, other)):
        lifecycle.note(session, who, each, f"{done.kind} undone")


def undo_all_of_it(session: Session, who: Principal, one: Regrouping) -> None:
    """Undoes all that was regrouped in the transaction that one belongs to, the latest first. Raises as `undo`."""
    beside = (Regrouping.service_id == one.service_id, Regrouping.at == one.at, Regrouping.by == one.by)
    for done in session.scalars(select(Regrouping).where(*beside).order_by(Regrouping.id.desc())).all():
        undo(session, who, done)


def _holds_any(session: Session, issue: Issue) -> bool:
    return session.scalar(select(Statement.id).where(Statement.issue_id == issue.id).limit(1)) is not None


def _unmerge(session: Session, done: Regrouping, issue: Issue, into: Issue) -> None:
    """Two issues again, each with the rows that referenced it, and what stood out about the one stands again."""
    issue.merged_into = None
    lifecycle.revive_signals(session, issue, done.at)
    session.flush()
    led = {"actions": Action.issue_id, "merged": Issue.merged_into, "children": Issue.parent_id}
    for name, column in led.items():
        ids = [uuid.UUID(identity) for identity in done.details[name]]
        still = (column.class_.id.in_(ids), column == into.id)
        session.execute(update(column.class_).where(*still).values({column: issue.id}))
    parent = done.details["parent"]
    into.parent_id = into.parent_id or (uuid.UUID(parent) if parent else None)


def _unsplit(session: Session, issue: Issue, made: Issue) -> None:
    """What came to the part since is of the whole, too."""
    session.execute(
        update(Statement).where(Statement.issue_id == made.id).values(issue_id=issue.id, assigned_by=issue.model)
    )
    session.execute(update(Action).where(Action.issue_id == made.id).values(issue_id=issue.id))
    lifecycle.end_signals(session, made)
    reassignment.end_issue(made)


def _moved(session: Session, *where: ColumnElement[bool]) -> Sequence[Moved]:
    return session.scalars(select(Moved).where(*where).order_by(Moved.id)).all()


def undo_refit(session: Session, who: Principal, refit: Refit) -> None:
    """Undoes a refit: statements go back, its new issues end, and known ones are again what they were.

    Raises `Conflict` unless it is the newest that was not undone. The next refit waits until enough is new.
    """
    reassignment.lock_service(session, refit.service_id)
    session.get_one(Refit, refit.id, populate_existing=True)
    _require_newest(session, refit)
    made = {uuid.UUID(identity) for identity in refit.changes["new"]}
    decided = {identity for identity in made if _decided_since(session, identity, refit)}
    for row in _moved(session, Moved.refit_id == refit.id):
        if row.to_id not in decided:
            reassignment.put_back(session, row, by_person=False)
    for issue in session.scalars(select(Issue).where(Issue.id.in_(made - decided))):
        _end(session, who, issue)
    for before in session.scalars(select(IssueBefore).where(IssueBefore.refit_id == refit.id)):
        _restore(session, before)
    refit.undone_at, refit.undone_by = dt.datetime.now(dt.UTC), who.name
    audit.note(session, who.caller, "refit undone", f"refit:{refit.id}", refit.service_id)


def _require_newest(session: Session, refit: Refit) -> None:
    if refit.undone_at:
        raise Conflict("this refit was undone already")
    later = (Refit.service_id == refit.service_id, Refit.id > refit.id, Refit.undone_at.is_(None))
    if session.scalar(select(Refit.id).where(*later).limit(1)):
        raise Conflict("a later refit must be undone first")
    if not session.scalar(select(Moved.id).where(Moved.refit_id == refit.id).limit(1)) and refit.moved:
        raise Conflict("what this refit changed is no longer kept")


def _decided_since(session: Session, issue_id: uuid.UUID, refit: Refit) -> bool:
    """Whether a person did anything about it, or it has stood out: then it stays, with what it holds."""
    by_person = (IssueEvent.issue_id == issue_id, IssueEvent.by.not_in(MACHINES), IssueEvent.at >= refit.finished_at)
    decided = select(IssueEvent.id).where(*by_person).limit(1)
    stood_out = select(Signal.id).where(Signal.issue_id == issue_id).limit(1)
    return session.scalar(decided) is not None or session.scalar(stood_out) is not None


def _end(session: Session, who: Principal, issue: Issue) -> None:
    """What joined it since waits for the next refit."""
    left = Statement.issue_id == issue.id
    session.execute(update(Statement).where(left).values(issue_id=None, assigned_by=None, sureness=None))
    reassignment.end_issue(issue)
    lifecycle.note(session, who, issue, "ended")


def _restore(session: Session, before: IssueBefore) -> None:
    issue = session.get_one(Issue, before.issue_id)
    if issue.titled_by != TitledBy.PERSON:
        issue.title, issue.title_sure = before.title, before.title_sure
        issue.titles = issue.titles if before.titles is None else before.titles
    issue.tone, issue.keywords, issue.quotes, issue.model = before.tone, before.keywords, before.quotes, before.model
    issue.centroid, issue.radius = before.centroid, before.radius
