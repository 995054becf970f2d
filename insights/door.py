"""Who is asking: staff come with a key, or with the cookie of a signed-in session."""

from litestar import Request
from litestar.datastructures import State
from sqlalchemy.orm import Session

from feedback.record import access
from feedback.record.access import Principal
from feedback.record.errors import NotAuthentic

AnyRequest = Request[object, object, State]

COOKIE = "feedback_session"


def asker(session: Session, request: AnyRequest) -> Principal:
    """Raises `NotAuthentic` without a valid key or session."""
    kind, _, key = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return access.identify(session, key.strip(), "key")
    if cookie := request.cookies.get(COOKIE):
        return access.identify(session, cookie, "session")
    raise NotAuthentic("this takes a key: Authorization: Bearer KEY")
