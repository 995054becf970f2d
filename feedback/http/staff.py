"""Who is asking: staff come with a key, or with the cookie of a signed-in session; and the routes for them."""

from typing import Annotated

from litestar import Router
from litestar.handlers import BaseRouteHandler
from litestar.params import HeaderParameter
from sqlalchemy.orm import Session

from feedback.http.bearer import bearer_token, require_bearer_token
from feedback.http.dependencies import AnyRequest
from feedback.record import access
from feedback.record.access import Principal
from feedback.record.errors import Forbidden

RequestKey = Annotated[str | None, HeaderParameter(name="Idempotency-Key", max_length=200)]
"""Under which a request may be repeated, and is done once."""
COOKIE = "feedback_session"


def authenticate(session: Session, request: AnyRequest) -> Principal:
    """Raises `NotAuthentic` without a valid key or session, `Forbidden` for what another site's page sends."""
    cookie = request.cookies.get(COOKIE)
    if cookie and bearer_token(request.headers) is None:
        require_own_page(request)
        return access.identify(session, cookie, "session")
    return access.identify(session, require_bearer_token(request.headers), "key")


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
