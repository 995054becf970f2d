"""Who is asking: staff come with a key, or with the cookie of a signed-in session; and the routes for them."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from litestar import Router
from litestar.handlers import BaseRouteHandler
from litestar.params import HeaderParameter
from sqlalchemy.orm import Session

from feedback.http.bearer import bearer_token, require_bearer_token
from feedback.http.dependencies import AnyRequest
from feedback.http.language import speak_as_chosen
from feedback.record import access
from feedback.record.access import Principal, scope, sessions
from feedback.record.db import Record
from feedback.record.errors import Forbidden

RequestKey = Annotated[str | None, HeaderParameter(name="Idempotency-Key", max_length=200)]
"""Under which a request may be repeated, and is done once."""
COOKIE = "feedback_session"
_SEEN = "seen"
"""Where a request keeps the number of the key or session whose use is to be written down."""
_WHO = "who"
"""Where a request keeps who was found to be asking."""


def authenticate(session: Session, request: AnyRequest) -> Principal:
    """Raises `NotAuthentic` without a valid key or session, `Forbidden` for what another site's page sends."""
    cookie = request.cookies.get(COOKIE)
    with _current(session, request.app.state.record) as current:
        if cookie and bearer_token(request.headers) is None:
            require_own_page(request)
            who = access.identify(current, cookie, "session")
        else:
            who = access.identify(current, require_bearer_token(request.headers), "key")
    scope.limit(session, who.services)
    request.scope["state"][_WHO] = who
    mark_used(request, who)
    speak_as_chosen(request, who.language)
    return who


@contextmanager
def _current(session: Session, record: Record) -> Iterator[Session]:
    """Gives a session that knows what counts now: a replica may not have heard yet of who was sent away."""
    if session.get_bind() is record.engine:
        yield session
    else:
        with record.transaction() as current:
            yield current


def recognised(request: AnyRequest) -> Principal | None:
    """Returns who was found to be asking before a request failed; none where that was not come to, or nobody is."""
    who: Principal | None = request.scope["state"].get(_WHO)
    return who


def mark_used(request: AnyRequest, who: Principal) -> None:
    """Has it written down, once the request is answered, that a key or a session was used."""
    if sessions.is_due(who):
        request.scope["state"][_SEEN] = who.credential_id


async def write_down_use(request: AnyRequest) -> None:
    """Writes down what `mark_used` was told, in a transaction of its own: a long request must lock nobody's key."""
    credential_id = request.scope["state"].get(_SEEN)
    if credential_id is not None:
        await asyncio.to_thread(_write_down, request.app.state.record, credential_id)


def _write_down(record: Record, credential_id: int) -> None:
    with record.transaction() as session:
        sessions.seen(session, credential_id)


def require_own_page(request: AnyRequest) -> None:
    """Raises `Forbidden` where another site's page makes a browser, which sends our cookie unasked, change anything.

    `Sec-Fetch-Site` tells, or `Origin` where the browser sends no such header (on plain HTTP, or an old one).
    """
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin", "")
    host = request.headers.get("host", "")
    ours = site in ("same-origin", "none") if site else origin in (f"http://{host}", f"https://{host}")
    if not ours:
        raise Forbidden("this was sent by a page of another site")


def routes(tag: str, *handlers: BaseRouteHandler) -> Router:
    """Makes a router of handlers that take a key; `tag` is their chapter of the API reference."""
    return Router("/", route_handlers=handlers, tags=[tag], security=[{"key": []}])
