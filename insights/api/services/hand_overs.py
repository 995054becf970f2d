"""Handing feedback over to the service that it is meant for, over HTTP."""

import datetime as dt
import uuid
from collections.abc import Callable

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody
from sqlalchemy.orm import Session

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.paging import Cursor, Limit, further, unpack
from feedback.http.staff import RequestKey, authenticate, routes
from feedback.record import access
from feedback.record.access import Principal, Role
from feedback.record.db import Record
from feedback.record.idempotency import once
from feedback.record.models import HandOver
from insights.hand_overs import giving, taking_back
from insights.hand_overs.giving import HandOverRequest
from insights.presentation.schemas import Page


class HandOverView(msgspec.Struct, frozen=True):
    """What was handed over, `to` which service (its name): so many `pieces`, all of an `issue` or one alone (null)."""

    id: int
    to: str
    issue: uuid.UUID | None
    pieces: int
    reason: str | None
    at: dt.datetime
    by: str
    taken_back_at: dt.datetime | None
    taken_back_by: str | None


def _view(session: Session, done: HandOver) -> HandOverView:
    return HandOverView(
        id=done.id,
        to=giving.receiver_name(session, done),
        issue=done.issue_id,
        pieces=done.pieces,
        reason=done.reason,
        at=done.at,
        by=done.by,
        taken_back_at=done.taken_back_at,
        taken_back_by=done.taken_back_by,
    )


@post("/v1/feedback/{feedback:uuid}/hand-over", sync_to_thread=True)
def hand_over_feedback(
    request: AnyRequest,
    record: GivenRecord,
    feedback: FromPath[uuid.UUID],
    data: JSONBody[HandOverRequest],
    request_key: RequestKey = None,
) -> HandOverView:
    """Hand a piece over to the service that it is meant for, by its slug or name; its receipt follows."""

    def make(session: Session, who: Principal) -> HandOver:
        found = access.feedback_for(session, who, feedback, Role.editor, lock=False)
        return giving.hand_over_piece(session, who, found, data)

    return _hand_over(request, record, request_key, data, make)


@post("/v1/issues/{issue:uuid}/hand-over", sync_to_thread=True)
def hand_over_issue(
    request: AnyRequest,
    record: GivenRecord,
    issue: FromPath[uuid.UUID],
    data: JSONBody[HandOverRequest],
    request_key: RequestKey = None,
) -> HandOverView:
    """Hand all pieces of an issue over to the service that they are meant for, where they are an issue again."""

    def make(session: Session, who: Principal) -> HandOver:
        return giving.hand_over_issue(session, who, access.issue_for(session, who, issue, Role.editor), data)

    return _hand_over(request, record, request_key, data, make)


def _hand_over(
    request: AnyRequest,
    record: Record,
    request_key: str | None,
    data: HandOverRequest,
    make: Callable[[Session, Principal], HandOver],
) -> HandOverView:
    with record.transaction() as session:
        who = authenticate(session, request)
        made = once(session, who, request.url.path, request_key, data, lambda: make(session, who).id)
        return _view(session, access.owned_for(session, who, HandOver, int(made), Role.editor))


@get("/v1/services/{service:str}/hand-overs", sync_to_thread=True)
def list_hand_overs(
    request: AnyRequest, record: GivenRecord, service: FromPath[str], limit: Limit = 50, cursor: Cursor = None
) -> Page[HandOverView]:
    """List what a service handed over, the latest first."""
    with record.transaction() as session:
        found = access.service_for(session, authenticate(session, request), service)
        given = giving.listed(session, found, limit, unpack(cursor, int))
        items = [_view(session, done) for done in given]
    return Page(items, further(items, limit))


@post("/v1/hand-overs/{hand_over_id:int}/take-back", status_code=200, sync_to_thread=True)
def take_back(request: AnyRequest, record: GivenRecord, hand_over_id: FromPath[int]) -> HandOverView:
    """Take back what is still where it was handed over to."""
    with record.transaction() as session:
        who = authenticate(session, request)
        done = access.owned_for(session, who, HandOver, hand_over_id, Role.editor)
        taking_back.take_back(session, who, done)
        return _view(session, done)


router = routes("staff", hand_over_feedback, hand_over_issue, list_hand_overs, take_back)
