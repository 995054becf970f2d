"""Which pages are read from a replica of PostgreSQL (`DATABASE_READ_URL`), and for whom they are not.

A replica follows a moment later. Whoever has just changed something must see it, so that for some seconds their pages
are read from where it was written.
"""

from typing import Any

from litestar.enums import ScopeType
from litestar.types import Message, Scope

from feedback.http.dependencies import AnyRequest
from feedback.http.security_headers import header
from feedback.http.staff import COOKIE
from feedback.record.db import Record

_KEY = "replica"
FROM_REPLICA = {_KEY: True}
"""The mark (`opt`) of routers whose pages are read from a replica, where there is one."""
WRITES = {_KEY: False}
"""The mark of those of their pages that write something down."""

JUST_CHANGED = "feedback_changed"
"""The cookie of a browser that has changed something within the last `LAG_SECONDS`."""
LAG_SECONDS = 10


def record_for(request: AnyRequest, record: Record) -> Record:
    """Returns the replica for a page that may be read from it, and else the store itself."""
    may = _reads(request.scope) and JUST_CHANGED not in request.cookies
    return record.replica if may else record


async def remember_change(message: Message, scope: Scope) -> None:
    """Has the browser tell for some seconds that it has changed something."""
    if message["type"] == "http.response.start" and _changes(scope):
        cookie = f"{JUST_CHANGED}=1; Max-Age={LAG_SECONDS}; Path=/; HttpOnly; SameSite=Lax"
        message["headers"] = [*message["headers"], (b"set-cookie", cookie.encode())]


def _changes(scope: Scope) -> bool:
    """A page that writes, or whatever else staff send from any page of theirs."""
    if _asks(scope):
        return _marks(scope).get(_KEY) is False
    return _KEY in _marks(scope) or f"{COOKIE}=".encode() in header(scope, b"cookie")


def _reads(scope: Scope) -> bool:
    return _asks(scope) and bool(_marks(scope).get(_KEY))


def _asks(scope: Scope) -> bool:
    return scope["type"] == ScopeType.HTTP and scope["method"] in ("GET", "HEAD")


def _marks(scope: Scope) -> dict[str, Any]:
    """There are none where no handler was found."""
    return scope["route_handler"].opt if "route_handler" in scope else {}
