"""Which sessions are open, ending them, and signing out."""

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.staff import COOKIE, authenticate
from feedback.record import access
from feedback.record.access import sessions
from feedback.record.states import CredentialKind
from insights.pages.layout import redirect, saved, show

MOST_SESSIONS = 200


@post("/sign-out", sync_to_thread=True)
def sign_out(request: AnyRequest, record: GivenRecord) -> Redirect:
    """Ends the session itself: a copy of its cookie is worth nothing afterwards. A key that is sent stays as it is."""
    with record.transaction() as session:
        who = authenticate(session, request)
        if who.kind == CredentialKind.SESSION:
            access.revoke(session, who.credential_id)
    return _signed_out()


@get("/sessions", sync_to_thread=True)
def sessions_page(request: AnyRequest, record: GivenRecord) -> Response[str]:
    """Shows which sessions are open, each with a button that ends it."""
    with record.transaction() as session:
        who = authenticate(session, request)
        return show(who, "people/sessions.html", sessions=sessions.listed(session, who, MOST_SESSIONS))


@post("/sessions/{session_id:int}/end", sync_to_thread=True)
def end_session_form(request: AnyRequest, record: GivenRecord, session_id: FromPath[int]) -> Redirect:
    """Ends a session at once."""
    with record.transaction() as session:
        sessions.end(session, authenticate(session, request), session_id)
    return saved("/sessions", "session_ended")


@post("/sessions/end", sync_to_thread=True)
def end_all_sessions(request: AnyRequest, record: GivenRecord) -> Redirect:
    """Ends all sessions of whoever asks, as after a lost laptop."""
    with record.transaction() as session:
        sessions.end_all(session, authenticate(session, request))
    return _signed_out()


def _signed_out() -> Redirect:
    answer = redirect("/")
    answer.delete_cookie(COOKIE)
    return answer


handlers = (sign_out, sessions_page, end_session_form, end_all_sessions)
