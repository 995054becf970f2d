"""Which sessions are open, ending them, and signing out; which mails a person wants."""

import asyncio

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.forms import form_values
from feedback.http.staff import COOKIE, authenticate
from feedback.record import access
from feedback.record.access import sessions
from feedback.record.access.colleagues import set_assignment_mails
from feedback.record.db import Record
from feedback.record.errors import Forbidden
from feedback.record.models import Person
from feedback.record.states import CredentialKind
from insights.alerts.delivery.assignments import ACCOUNT_PATH
from insights.pages.layout import redirect, saved, show

MOST_SESSIONS = 200


@post("/sessions/mails", status_code=200)
async def keep_assignment_mails(request: AnyRequest, record: GivenRecord) -> Redirect:
    """Keeps whether whoever asks gets an e-mail when something is assigned to them."""
    wanted = (await form_values(request)).get("assignment_mails") == "yes"
    return await asyncio.to_thread(_keep_assignment_mails, request, record, wanted)


def _keep_assignment_mails(request: AnyRequest, record: Record, wanted: bool) -> Redirect:
    with record.transaction() as session:
        who = authenticate(session, request)
        if who.person_id is None:
            raise Forbidden("only a person gets mails")
        set_assignment_mails(session, who.person_id, wanted=wanted)
    return saved(ACCOUNT_PATH, "assignment_mails" if wanted else "no_assignment_mails")


@post("/sign-out", sync_to_thread=True)
def sign_out(request: AnyRequest, record: GivenRecord) -> Redirect:
    """Ends the session itself: a copy of its cookie is worth nothing afterwards. A key that is sent stays as it is."""
    with record.transaction() as session:
        who = authenticate(session, request)
        if who.kind == CredentialKind.SESSION:
            access.revoke(session, who.credential_id)
    return _signed_out()


@get(ACCOUNT_PATH, sync_to_thread=True)
def sessions_page(request: AnyRequest, record: GivenRecord) -> Response[str]:
    """Shows which sessions are open, each with a button that ends it."""
    with record.transaction() as session:
        who = authenticate(session, request)
        mails = who.person_id is not None and session.get_one(Person, who.person_id).assignment_mails
        values = {"assignment_mails": "yes" if mails else ""}
        listed = sessions.listed(session, who, MOST_SESSIONS)
        return show(who, "people/sessions.html", sessions=listed, values=values, errors={})


@post("/sessions/{session_id:int}/end", sync_to_thread=True)
def end_session_form(request: AnyRequest, record: GivenRecord, session_id: FromPath[int]) -> Redirect:
    """Ends a session at once."""
    with record.transaction() as session:
        sessions.end(session, authenticate(session, request), session_id)
    return saved(ACCOUNT_PATH, "session_ended")


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


handlers = (keep_assignment_mails, sign_out, sessions_page, end_session_form, end_all_sessions)
