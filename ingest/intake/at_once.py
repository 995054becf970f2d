"""The usual request of the busiest endpoint, without what a framework does for any: half of what it costs.

Whatever is not quite usual, or wrong, goes on to the handler as it came, which says what is wrong.
"""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any, TypeVar

import msgspec
from litestar import Request
from litestar.types import ASGIApp, Middleware, Receive, Scope, Send

from feedback.http.dependencies import AnyRequest
from feedback.http.security_headers import header
from ingest.intake.arrival import ANONYMOUS_BODY_LIMIT

Form = TypeVar("Form")
TakeIn = Callable[[AnyRequest, str, Form, str | None], Awaitable[object]]

LONGEST_KEY = 200
"""Characters of an `Idempotency-Key`."""

_SELDOM = (b"authorization", b"content-encoding")
_NUL_IN_JSON = b"\\u0000"


def at_once(form: type[Form], take_in: TakeIn[Form]) -> Middleware:
    """Makes a middleware of the handler that takes this form and answers what `take_in` returns, as 202 in JSON."""
    decoder = msgspec.json.Decoder(form)

    def middleware(app: ASGIApp) -> ASGIApp:
        async def taken(scope: Scope, receive: Receive, send: Send) -> None:
            message: Any = await receive()
            data = _read(decoder, scope, message)
            if data is None:
                await app(scope, _again(message, receive), send)
                return
            key = header(scope, b"idempotency-key").decode("latin-1")
            stored = await take_in(Request(scope, receive, send), scope["path_params"]["service"], data, key)
            await _answer(send, stored)

        return taken

    return middleware


def _read(decoder: msgspec.json.Decoder[Form], scope: Scope, message: Any) -> Form | None:
    """Returns what a usual request brings; None for any other, and for what does not belong into the form."""
    given = list(scope["headers"])
    headers = dict(given)
    body = message.get("body", b"")
    usual = (
        headers.get(b"content-type") == b"application/json"
        and not any(name in headers for name in _SELDOM)
        and len(headers) == len(given)
        and len(headers.get(b"idempotency-key", b"")) <= LONGEST_KEY
        and not scope["query_string"]
        and scope["path"].isascii()
        and b"\0" not in b"".join(headers.values()) + scope["path"].encode()
        and not message.get("more_body")
        and len(body) <= ANONYMOUS_BODY_LIMIT
        and _NUL_IN_JSON not in body
    )
    try:
        return decoder.decode(body) if usual else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _again(message: Any, receive: Receive) -> Receive:
    """Receives what was received already, and then what follows."""
    left = [message]

    async def received() -> Any:
        return left.pop() if left else await receive()

    return received


async def _answer(send: Send, stored: object) -> None:
    body = msgspec.json.encode(stored)
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": HTTPStatus.ACCEPTED, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
