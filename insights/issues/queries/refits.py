"""What refits changed, as lists."""

import datetime as dt
import uuid

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.record.models import Moved, Refit, Service
from insights.issues.queries import issues
from insights.presentation.schemas import IssueTitle


class RefitView(msgspec.Struct, frozen=True):
    """One training of a service's topics.

    Of its `statements`, `outside` are in no issue and `moved` left the issue they were in; it made `new` issues. What
    was said in the languages of `failed` could not be grouped, and stayed as it was.
    """

    id: int
    finished_at: dt.datetime
    model: str
    statements: int
    outside: int
    moved: int
    new: int
    failed: list[str]
    undone_at: dt.datetime | None
    undone_by: str | None


class LineageChange(msgspec.Struct, frozen=True):
    """A considerable part of one issue went to another: `kind` is split, merge (it is gone) or nested."""

    kind: str
    one: IssueTitle
    other: IssueTitle


class StatementFlow(msgspec.Struct, frozen=True):
    """How many statements went from one issue to another; null stands for no issue."""

    one: IssueTitle | None
    other: IssueTitle | None
    statements: int


class RefitChanges(msgspec.Struct, frozen=True):
    """What a refit changed, the largest move first."""

    refit: RefitView
    new: list[IssueTitle]
    lineage: list[LineageChange]
    moved: list[StatementFlow]


def refit_view(refit: Refit) -> RefitView:
    """Makes the view of a refit."""
    return RefitView(
        id=refit.id,
        finished_at=refit.finished_at,
        model=refit.model,
        statements=refit.statements,
        outside=refit.outside,
        moved=refit.moved,
        new=len(refit.changes["new"]),
        failed=refit.changes.get("failed", []),
        undone_at=refit.undone_at,
        undone_by=refit.undone_by,
    )


def changes(session: Session, refit: Refit) -> RefitChanges:
    """Tells what one refit changed, with the titles of the issues."""
    moved = session.scalars(select(Moved).where(Moved.refit_id == refit.id)).all()
    lineage = refit.changes["lineage"]
    ids = {uuid.UUID(identity) for identity in refit.changes["new"]}
    ids |= {uuid.UUID(change[end]) for change in lineage for end in ("from", "to")}
    ids |= {issue for row in moved for issue in (row.from_id, row.to_id) if issue}
    titles: dict[uuid.UUID | None, IssueTitle] = dict(issues.titles(session, ids).items())
    flows = [StatementFlow(titles.get(row.from_id), titles.get(row.to_id), len(row.statements)) for row in moved]
    return RefitChanges(
        refit=refit_view(refit),
        new=[titles[uuid.UUID(identity)] for identity in refit.changes["new"]],
        lineage=[
            LineageChange(it["kind"], titles[uuid.UUID(it["from"])], titles[uuid.UUID(it["to"])]) for it in lineage
        ],
        moved=sorted(flows, key=lambda flow: -flow.statements),
    )


def listed(session: Session, service: Service, limit: int, before: int | None = None) -> list[RefitView]:
    """Lists the refits of a service, the latest first; `before` is the last of the page before."""
    query = select(Refit).where(Refit.service_id == service.id).order_by(Refit.id.desc()).limit(limit)
    if before:
        query = query.where(Refit.id < before)
    return [refit_view(row) for row in session.scalars(query)]
