"""What refits changed, over HTTP, as lists; and undoing it."""

import datetime as dt
import uuid

import msgspec
from litestar import get, post
from litestar.params import FromPath
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.paging import Cursor, Limit, further, unpack
from feedback.http.staff import asker, routes
from feedback.record import access
from feedback.record.access import Role
from feedback.record.models import Issue, Moved, Refit, Service
from insights.issues.decisions import undoing
from insights.presentation.schemas import Page


class RefitView(msgspec.Struct, frozen=True):
    """One training: of `statements`, `outside` are in no issue; `moved` left the issue they were in; `new` issues."""

    id: int
    finished_at: dt.datetime
    model: str
    statements: int
    outside: int
    moved: int
    new: int
    undone_at: dt.datetime | None
    undone_by: str | None


class Named(msgspec.Struct, frozen=True):
    id: uuid.UUID
    title: str


class Line(msgspec.Struct, frozen=True):
    """A considerable part of one issue went to another: `kind` is split, merge (it is gone) or nested."""

    kind: str
    one: Named
    other: Named


class Flow(msgspec.Struct, frozen=True):
    """So many statements went from the one issue to the other; null: none."""

    one: Named | None
    other: Named | None
    statements: int


class Changes(msgspec.Struct, frozen=True):
    """What a refit changed, the largest move first."""

    refit: RefitView
    new: list[Named]
    lineage: list[Line]
    moved: list[Flow]


def _refit_view(refit: Refit) -> RefitView:
    return RefitView(
        id=refit.id,
        finished_at=refit.finished_at,
        model=refit.model,
        statements=refit.statements,
        outside=refit.outside,
        moved=refit.moved,
        new=len(refit.changes["new"]),
        undone_at=refit.undone_at,
        undone_by=refit.undone_by,
    )


def _changes(session: Session, refit: Refit) -> Changes:
    moved = session.scalars(select(Moved).where(Moved.refit_id == refit.id)).all()
    lineage = refit.changes["lineage"]
    ids = {uuid.UUID(identity) for identity in refit.changes["new"]}
    ids |= {uuid.UUID(line[end]) for line in lineage for end in ("from", "to")}
    ids |= {issue for row in moved for issue in (row.from_id, row.to_id) if issue}
    rows = session.execute(select(Issue.id, Issue.title).where(Issue.id.in_(ids)))
    named = {row.id: Named(row.id, row.title) for row in rows}
    return Changes(
        refit=_refit_view(refit),
        new=[named[uuid.UUID(identity)] for identity in refit.changes["new"]],
        lineage=[Line(it["kind"], named[uuid.UUID(it["from"])], named[uuid.UUID(it["to"])]) for it in lineage],
        moved=[
            Flow(named.get(row.from_id) if row.from_id else None, named.get(row.to_id) if row.to_id else None, size)
            for size, row in sorted(((len(row.statements), row) for row in moved), key=lambda pair: -pair[0])
        ],
    )


def listed(session: Session, service: Service, limit: int, before: int | None = None) -> list[RefitView]:
    """The latest first; `before`: the last of the page before."""
    query = select(Refit).where(Refit.service_id == service.id).order_by(Refit.id.desc()).limit(limit)
    if before:
        query = query.where(Refit.id < before)
    return [_refit_view(row) for row in session.scalars(query)]


@get("/v1/services/{service:str}/refits", sync_to_thread=True)
def list_refits(
    request: AnyRequest, record: GivenRecord, service: FromPath[str], limit: Limit = 50, cursor: Cursor = None
) -> Page[RefitView]:
    """How often the topics were trained, and how much each training changed; the latest first."""
    with record.transaction() as session:
        found = access.service_for(session, asker(session, request), service)
        items = listed(session, found, limit, unpack(cursor, int))
    return Page(items, further(items, limit))


@get("/v1/refits/{refit:int}", sync_to_thread=True)
def show_refit(request: AnyRequest, record: GivenRecord, refit: FromPath[int]) -> Changes:
    """What a refit changed: new issues, splits and merges, and which statements moved from where to where."""
    with record.transaction() as session:
        return _changes(session, access.owned_for(session, asker(session, request), Refit, refit))


@post("/v1/refits/{refit:int}/undo", status_code=200, sync_to_thread=True)
def undo_refit(request: AnyRequest, record: GivenRecord, refit: FromPath[int]) -> RefitView:
    """Undo the newest refit: statements go back, issues that it made end; what people decided since stands."""
    with record.transaction() as session:
        who = asker(session, request)
        found = access.owned_for(session, who, Refit, refit, Role.editor)
        undoing.undo_refit(session, who, found)
        return _refit_view(found)


router = routes("staff", list_refits, show_refit, undo_refit)
