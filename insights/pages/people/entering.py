"""What every way of signing in ends with: a session, which a cookie carries, and a page to go on to."""

import re
from datetime import timedelta

from litestar.datastructures import Cookie
from litestar.response import Redirect
from sqlalchemy.orm import Session

from feedback.http.dependencies import AnyRequest
from feedback.http.staff import COOKIE
from feedback.record.access import Principal, sessions
from feedback.record.audit import note
from feedback.record.db import Record
from insights.pages.layout import redirect

DASHBOARD_PATH = "/dashboard"
_OWN_PATH = re.compile(rf"/setup|{DASHBOARD_PATH}/[A-Za-z0-9/._~?=&%+-]{{0,500}}")
"""What a browser makes of an address; words and lines of anybody's own are none, and would stand in our mails."""


def open_session(session: Session, who: Principal) -> str:
    """Opens a session for whoever proved who they are, and returns its secret; that a person came in is audited."""
    if who.person_id:
        note(session, who.caller, "sign in", who.caller, None)
    return sessions.start(session, who)


def entered(request: AnyRequest, record: Record, secret: str, path: str) -> Redirect:
    """Hands over the cookie of a session, and leads to a page of ours."""
    answer = redirect(own_path(path) or DASHBOARD_PATH)
    answer.set_cookie(private_cookie(request, record, COOKIE, secret, sessions.LIFETIME))
    return answer


def private_cookie(request: AnyRequest, record: Record, name: str, value: str, lifetime: timedelta) -> Cookie:
    """Makes a cookie that no script reads and no form of another site sends, and that HTTPS alone carries, if any."""
    secure = request.url.scheme == "https" or record.settings.url.startswith("https:")
    seconds = int(lifetime.total_seconds())
    return Cookie(name, value=value, max_age=seconds, httponly=True, secure=secure, samesite="lax")


def own_path(path: str) -> str:
    """Only to the set-up or a page of the dashboard: a link must not send anybody elsewhere once they signed in."""
    return path if _OWN_PATH.fullmatch(path) else ""
