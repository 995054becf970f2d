"""Signed-in sessions over HTTP: which are open, and ending one."""

import datetime as dt

import msgspec
from litestar import delete, get
from litestar.params import FromPath

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.paging import Cursor, Limit, further, unpack
from feedback.http.staff import authenticate, routes
from feedback.record.access import sessions
from insights.presentation.schemas import Page


class SessionView(msgspec.Struct, frozen=True):
    """A signed-in session. `opened_by` is the number of the key or link that it was opened with, and ends with."""

    id: int
    name: str
    role: str
    opened_by: int | None
    opened_at: dt.datetime
    expires_at: dt.datetime | None
    is_current: bool


@get("/v1/sessions", sync_to_thread=True)
def list_sessions(
    request: AnyRequest, record: GivenRecord, limit: Limit = 50, cursor: Cursor = None
) -> Page[SessionView]:
    """List the sessions that are open: an admin's key sees all, an owner's those of the service, others their own."""
    with record.transaction() as session:
        who = authenticate(session, request)
        items = [
            SessionView(it.id, it.name, it.role, it.parent_id, it.created_at, it.expires_at, it.id == who.credential_id)
            for it in sessions.listed(session, who, limit, unpack(cursor, int))
        ]
    return Page(items, further(items, limit))


@delete("/v1/sessions/{session_id:int}", sync_to_thread=True)
def end_session(request: AnyRequest, record: GivenRecord, session_id: FromPath[int]) -> None:
    """End a session at once."""
    with record.transaction() as session:
        sessions.end(session, authenticate(session, request), session_id)


router = routes("staff", list_sessions, end_session)
