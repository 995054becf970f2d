"""What people decide about which statements belong together, over HTTP; and undoing it."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.paging import Cursor, Limit, further, unpack
from feedback.http.staff import RequestKey, authenticate, routes
from feedback.record import access
from feedback.record.access import Principal, Role
from feedback.record.db import Record
from feedback.record.idempotency import once
from feedback.record.limits import require_name
from feedback.record.models import Issue, Moved, Regrouping, Statement
from feedback.record.states import RegroupingKind
from insights.issues.decisions import lifecycle, regrouping, undoing
from insights.issues.queries import issues
from insights.presentation.schemas import IssueView, Page

StatementIds = Annotated[list[int], msgspec.Meta(min_length=1, max_length=10_000)]


class MergeRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Asks to merge an issue into another."""

    into: uuid.UUID
    reason: lifecycle.LongText | None = None


class SplitRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Asks to make an issue of some statements of another."""

    statements: StatementIds
    title: lifecycle.ShortText | None = None
    reason: lifecycle.LongText | None = None

    def __post_init__(self) -> None:
        require_name(self.title, "title")


class MoveRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Asks to put a statement into another issue."""

    issue: uuid.UUID
    reason: lifecycle.LongText | None = None


class KeepApartRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Says which statements do not belong to an issue."""

    statements: StatementIds
    reason: lifecycle.LongText | None = None


class RegroupingView(msgspec.Struct, frozen=True):
    """A decision about which statements belong together; `statements` is how many it moved."""

    id: int
    at: dt.datetime
    by: str
    kind: RegroupingKind
    issue: uuid.UUID | None
    other: uuid.UUID | None
    reason: str | None
    statements: int
    undone_at: dt.datetime | None
    undone_by: str | None


def _moved_by(session: Session, done: Regrouping) -> int:
    return sum(map(len, session.scalars(select(Moved.statements).where(Moved.regrouping_id == done.id))))


def regrouping_view(session: Session, done: Regrouping) -> RegroupingView:
    """Makes the view of a decision."""
    return RegroupingView(
        id=done.id,
        at=done.at,
        by=done.by,
        kind=done.kind,
        issue=done.issue_id,
        other=done.other_id,
        reason=done.reason,
        statements=_moved_by(session, done),
        undone_at=done.undone_at,
        undone_by=done.undone_by,
    )


@post("/v1/issues/{issue:uuid}/merge", status_code=200, sync_to_thread=True)
def merge(
    request: AnyRequest,
    record: GivenRecord,
    issue: FromPath[uuid.UUID],
    data: JSONBody[MergeRequest],
    request_key: RequestKey = None,
) -> IssueView:
    """Merge an issue into another; answers with the one that goes on."""
    with record.transaction() as session:
        who = authenticate(session, request)
        found = access.issue_for(session, who, issue, Role.editor)
        into = access.issue_for(session, who, data.into, Role.editor)

        def make() -> int:
            return regrouping.merge(session, who, found, into, data.reason).id

        once(session, who, request.url.path, request_key, data, make)
        return issues.view(session, into)


@post("/v1/issues/{issue:uuid}/split", sync_to_thread=True)
def split(
    request: AnyRequest,
    record: GivenRecord,
    issue: FromPath[uuid.UUID],
    data: JSONBody[SplitRequest],
    request_key: RequestKey = None,
) -> IssueView:
    """Make an issue of some of its statements; answers with the new one."""
    with record.transaction() as session:
        who = authenticate(session, request)
        found = access.issue_for(session, who, issue, Role.editor)

        def make() -> uuid.UUID:
            return regrouping.split(session, who, found, data.statements, data.title, data.reason).id

        made = once(session, who, request.url.path, request_key, data, make)
        return issues.view(session, session.get_one(Issue, uuid.UUID(made)))


@post("/v1/issues/{issue:uuid}/apart", sync_to_thread=True)
def keep_apart(
    request: AnyRequest,
    record: GivenRecord,
    issue: FromPath[uuid.UUID],
    data: JSONBody[KeepApartRequest],
    request_key: RequestKey = None,
) -> RegroupingView:
    """Say that some of its statements do not belong there: they leave it, and no refit takes them back into it."""

    def make(session: Session, who: Principal) -> Regrouping:
        found = access.issue_for(session, who, issue, Role.editor)
        return regrouping.keep_apart(session, who, found, data.statements, data.reason)

    return _decide(request, record, request_key, data, make)


@post("/v1/statements/{statement:int}/move", sync_to_thread=True)
def move(
    request: AnyRequest,
    record: GivenRecord,
    statement: FromPath[int],
    data: JSONBody[MoveRequest],
    request_key: RequestKey = None,
) -> RegroupingView:
    """Put a statement into another issue, where every refit leaves it."""

    def make(session: Session, who: Principal) -> Regrouping:
        said = access.owned_for(session, who, Statement, statement, Role.editor)
        to = access.issue_for(session, who, data.issue, Role.editor)
        return regrouping.move(session, who, said, to, data.reason)

    return _decide(request, record, request_key, data, make)


def _decide(
    request: AnyRequest,
    record: Record,
    request_key: str | None,
    data: object,
    make: Callable[[Session, Principal], Regrouping],
) -> RegroupingView:
    with record.transaction() as session:
        who = authenticate(session, request)
        made = once(session, who, request.url.path, request_key, data, lambda: make(session, who).id)
        return regrouping_view(session, session.get_one(Regrouping, int(made)))


@get("/v1/services/{service:str}/regroupings", sync_to_thread=True)
def list_regroupings(
    request: AnyRequest, record: GivenRecord, service: FromPath[str], limit: Limit = 50, cursor: Cursor = None
) -> Page[RegroupingView]:
    """List what people decided about which statements belong together; the latest first."""
    with record.transaction() as session:
        found = access.service_for(session, authenticate(session, request), service)
        rows = regrouping.listed(session, found, limit, unpack(cursor, int))
        items = [regrouping_view(session, row) for row in rows]
    return Page(items, further(items, limit))


@post("/v1/regroupings/{regrouping_id:int}/undo", status_code=200, sync_to_thread=True)
def undo(request: AnyRequest, record: GivenRecord, regrouping_id: FromPath[int]) -> RegroupingView:
    """Undo a merge, a split, a move or what was kept apart; what was decided since stands."""
    with record.transaction() as session:
        who = authenticate(session, request)
        done = access.owned_for(session, who, Regrouping, regrouping_id, Role.editor)
        undoing.undo(session, who, done)
        session.flush()
        return regrouping_view(session, done)


router = routes("staff", merge, split, keep_apart, move, list_regroupings, undo)
