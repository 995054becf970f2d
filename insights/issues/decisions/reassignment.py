"""Statements that change their issue: each move is stored, so that it can be undone."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import ARRAY, BigInteger, ColumnElement, any_, delete, literal, select, update
from sqlalchemy.orm import Session

from feedback.record.models import Issue, IssueBefore, Moved, Refit, Regrouping, Statement
from feedback.record.states import WorkKind
from feedback.record.work.service_work import ask

BY_PERSON = "person"
"""The `assigned_by` of a statement that a person placed, which no refit moves."""

UNDOABLE_REFITS = 10
"""The moves of so many refits of a service are kept."""


def lock_service(session: Session, service_id: int) -> None:
    """Keeps everybody else from moving statements of a service until the transaction ends, and asks for a new look.

    It is taken before any issue or statement is locked, as every worker does, so that there is no deadlock.
    """
    ask(session, [service_id], WorkKind.REFIT, WorkKind.NOTICE)


def move(
    session: Session, done: Regrouping, to: Issue | None, *where: ColumnElement[bool], placed: bool = True
) -> list[int]:
    """Moves the statements that `where` selects, and returns their ids. No refit moves what is `placed` by a person."""
    rows = session.execute(
        select(Statement.id, Statement.issue_id, Statement.assigned_by).where(*where).order_by(Statement.id)
    ).all()
    groups: dict[tuple[uuid.UUID | None, str | None], list[int]] = defaultdict(list)
    for row in rows:
        groups[row.issue_id, row.assigned_by].append(row.id)
    to_id = to.id if to else None
    for (was, by), ids in groups.items():
        session.add(Moved(regrouping_id=done.id, from_id=was, to_id=to_id, assigned_by=by, statements=ids))
    found = [row.id for row in rows]
    values = {"issue_id": to_id, "sureness": None} | ({"assigned_by": BY_PERSON if to else None} if placed else {})
    session.execute(update(Statement).where(among(found)).values(values))
    return found


def note_refit(session: Session, refit: Refit, moved: Iterable[tuple[int, uuid.UUID | None, uuid.UUID | None]]) -> None:
    """Stores what a refit moved, and deletes what refits moved that can no longer be undone.

    `moved` holds the id of each statement, of the issue that it was in, and of the issue that it is in.
    """
    groups: dict[tuple[uuid.UUID | None, uuid.UUID | None], list[int]] = defaultdict(list)
    for identity, was, to in moved:
        groups[was, to].append(identity)
    session.add_all(
        Moved(refit_id=refit.id, from_id=was, to_id=to, statements=sorted(ids)) for (was, to), ids in groups.items()
    )
    mine = select(Refit.id).where(Refit.service_id == refit.service_id).order_by(Refit.id.desc())
    old = session.scalars(mine.offset(UNDOABLE_REFITS)).all()
    session.execute(delete(Moved).where(Moved.refit_id.in_(old)))
    session.execute(delete(IssueBefore).where(IssueBefore.refit_id.in_(old)))


def snapshot(refit_id: int, issue: Issue) -> IssueBefore:
    """Copies what a refit is about to change about an issue."""
    return IssueBefore(
        refit_id=refit_id,
        issue_id=issue.id,
        title=issue.title,
        titles=issue.titles,
        title_sure=issue.title_sure,
        tone=issue.tone,
        keywords=issue.keywords,
        quotes=issue.quotes,
        model=issue.model,
        centroid=issue.centroid,
        radius=issue.radius,
    )


def put_back(session: Session, row: Moved, *, by_person: bool) -> None:
    """Undoes a move, for the statements that are still where it put them.

    What a person has placed since stays there, unless `by_person`.
    """
    home = home_of(session, row.from_id)
    there = Statement.issue_id == row.to_id if row.to_id else Statement.issue_id.is_(None)
    mine = there if by_person else there & Statement.assigned_by.is_distinct_from(BY_PERSON)
    by = (row.assigned_by or home.model) if home else None
    if home:
        mine &= Statement.service_id == home.service_id  # what was handed over since is another service's
    values = {"issue_id": home.id if home else None, "assigned_by": by, "sureness": None}
    session.execute(update(Statement).where(among(row.statements), mine).values(values))


def among(ids: Sequence[int]) -> ColumnElement[bool]:
    """Selects statements by id, as one array: the number of parameters of a query is limited."""
    return Statement.id == any_(literal(list(ids), ARRAY(BigInteger)))


def home_of(session: Session, issue_id: uuid.UUID | None) -> Issue | None:
    """Finds an issue, or the one that it was merged into; none if it has ended."""
    issue = session.get(Issue, issue_id) if issue_id else None
    if issue and issue.merged_into:
        return home_of(session, issue.merged_into)
    return issue if issue and not issue.ended_at else None


def end_issue(issue: Issue) -> None:
    """Ends an issue: it is shown no more and nothing joins it, but its history remains."""
    issue.ended_at = dt.datetime.now(dt.UTC)
