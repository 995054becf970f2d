"""Signing in and out: a link or an API key opens a session, which a cookie carries; and which sessions are open."""

import asyncio
import datetime as dt

from litestar import Response, get, post
from litestar.datastructures import Cookie
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.orm import Session

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.forms import read_form
from feedback.http.staff import COOKIE, authenticate, require_own_page
from feedback.record import access
from feedback.record.access import Principal, sessions
from feedback.record.db import Record
from feedback.record.errors import NotAuthentic
from feedback.record.models import Service
from feedback.record.states import CredentialKind
from insights.pages.layout import redirect, show

SESSION_LIFETIME = dt.timedelta(hours=12)
"""A working day; then one signs in again."""

DASHBOARD_PATH = "/dashboard"
MOST_SESSIONS = 200


@get("/sign-in/{token:str}", sync_to_thread=True)
def follow_link(request: AnyRequest, token: FromPath[str], record: GivenRecord) -> Redirect:
    """Signs in whoever follows a sign-in link, once. Raises `NotAuthentic` for one that is not, or no longer, valid."""
    with record.transaction() as session:
        secret = _open(session, access.redeem(session, token))
    return _entered(request, record, secret, DASHBOARD_PATH)


@get("/sign-in", sync_to_thread=False)
def sign_in_form(request: AnyRequest) -> Response[str]:
    """Shows the form that asks for a key."""
    return show(None, "sign_in.html", error="", next=_own_path(request.query_params.get("next", "")))


@post("/sign-in", status_code=200, request_max_body_size=4096)
async def sign_in(request: AnyRequest, record: GivenRecord) -> Response[str] | Redirect:
    """Signs in whoever has a key."""
    require_own_page(request)
    form = await read_form(request)
    key, after = str(form.get("key", "")).strip(), _own_path(str(form.get("next", "")))
    if not key:
        return show(None, "sign_in.html", 400, error="Enter your key", next=after)
    try:
        secret = await asyncio.to_thread(_session_for_key, record, key)
    except NotAuthentic:
        return show(None, "sign_in.html", 400, error="This key is not known here, or no longer valid", next=after)
    return _entered(request, record, secret, after or DASHBOARD_PATH)


@post("/sign-out", sync_to_thread=True)
def sign_out(request: AnyRequest, record: GivenRecord) -> Redirect:
    """Ends the session itself: a copy of its cookie is worth nothing afterwards. A key that is sent stays as it is."""
    with record.transaction() as session:
        who = authenticate(session, request)
        if who.kind == CredentialKind.SESSION:
            access.revoke(session, who.credential_id)
    answer = redirect("/")
    answer.delete_cookie(COOKIE)
    return answer


@get("/sessions", sync_to_thread=True)
def sessions_page(request: AnyRequest, record: GivenRecord) -> Response[str]:
    """Shows which sessions are open, each with a button that ends it."""
    with record.transaction() as session:
        who = authenticate(session, request)
        return show(who, "sessions.html", sessions=sessions.listed(session, who, MOST_SESSIONS))


@post("/sessions/{session_id:int}/end", sync_to_thread=True)
def end_session_form(request: AnyRequest, record: GivenRecord, session_id: FromPath[int]) -> Redirect:
    """Ends a session at once."""
    with record.transaction() as session:
        sessions.end(session, authenticate(session, request), session_id)
    return redirect("/sessions")


def _session_for_key(record: Record, key: str) -> str:
    with record.transaction() as session:
        return _open(session, access.identify(session, key, CredentialKind.KEY))


def _open(session: Session, who: Principal) -> str:
    service = session.get_one(Service, who.service_id) if who.service_id is not None else None
    kind = CredentialKind.SESSION
    return access.create(session, kind, who.role, service, name=who.name, lifetime=SESSION_LIFETIME, origin=who)


def _entered(request: AnyRequest, record: Record, secret: str, path: str) -> Redirect:
    answer = redirect(path)
    secure = request.url.scheme == "https" or record.settings.url.startswith("https:")
    lifetime = int(SESSION_LIFETIME.total_seconds())
    answer.set_cookie(Cookie(COOKIE, value=secret, max_age=lifetime, httponly=True, secure=secure, samesite="lax"))
    return answer


def _own_path(path: str) -> str:
    """Only to a page of the dashboard: a link must not send anybody elsewhere once they have signed in."""
    return path if path.startswith(f"{DASHBOARD_PATH}/") else ""
