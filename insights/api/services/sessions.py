"""Signed-in sessions over HTTP: which are open, and ending one."""

import datetime as dt

import msgspec
from litestar import delete, get
from litestar.params import FromPath

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.paging import Cursor, Limit, further, unpack
from feedback.http.staff import authenticate, routes
from feedback.record.access import Principal, sessions
from feedback.record.models import Credential
from insights.presentation.schemas import Page


class SessionView(msgspec.Struct, frozen=True):
    """A signed-in session. `opened_by` is the number of the key or link that it was opened with, and ends with.

    A person's session has no `role`, since they may what their memberships say, and is `opened_by` nothing.
    """

    id: int
    name: str
    role: str | None
    opened_by: int | None
    opened_at: dt.datetime
    last_seen_at: dt.datetime | None
    expires_at: dt.datetime | None
    is_current: bool


@get("/v1/sessions", sync_to_thread=True)
def list_sessions(
    request: AnyRequest, record: GivenRecord, limit: Limit = 50, cursor: Cursor = None
) -> Page[SessionView]:
    """List the sessions that are open: an admin's key sees all, an owner's those of the service, others their own."""
    with record.transaction() as session:
        who = authenticate(session, request)
        items = [_view(it, who) for it in sessions.listed(session, who, limit, unpack(cursor, int))]
    return Page(items, further(items, limit))


def _view(it: Credential, who: Principal) -> SessionView:
    is_current = it.id == who.credential_id
    return SessionView(it.id, it.name, it.role, it.parent_id, it.created_at, it.last_seen_at, it.expires_at, is_current)


@delete("/v1/sessions/{session_id:int}", sync_to_thread=True)
def end_session(request: AnyRequest, record: GivenRecord, session_id: FromPath[int]) -> None:
    """End a session at once."""
    with record.transaction() as session:
        sessions.end(session, authenticate(session, request), session_id)


router = routes("staff", list_sessions, end_session)
