"""The usual piece of feedback, taken in before the framework looks at it: a third of what that costs.

Whatever is not quite usual goes on to the handler as it came, and so does what was refused, with the refusal: the
handler says what is wrong.
"""

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import msgspec
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from feedback import tracing
from ingest.intake.arrival import ANONYMOUS_BODY_LIMIT
from ingest.intake.dependencies import LONGEST_KEY, REFUSAL, Intake
from ingest.intake.routes import SUBMIT_PATH, Acknowledgement, Submission, arrival_of_stranger

Count = Callable[[Scope], Callable[[int | None], None]]
"""Counts a request; what it returns is told the status of the answer, or None where the handler answers."""

_ADDRESS = re.compile(r"/v1/services/([a-z0-9-]+)/feedback")
_HOST = re.compile(rb"[a-zA-Z0-9.-]*(:[1-5]?\d{1,4})?")
_SELDOM = {b"authorization", b"content-encoding"}
_NUL_IN_JSON = b"\\u0000"

_decode = msgspec.json.Decoder(Submission).decode


def at_once(app: ASGIApp, count: Count) -> ASGIApp:
    """Makes the application that takes in what is usual, and leaves the rest to `app`."""

    async def taken(scope: Scope, receive: Receive, send: Send) -> None:
        posted = scope["type"] == ScopeType.HTTP and scope["method"] == "POST" and not tracing.is_on
        service = _ADDRESS.fullmatch(scope["path"]) if posted else None
        if service is None:
            await app(scope, receive, send)
            return
        message: Any = await receive()
        data = _read(scope, message)
        if data is None or not await _answered(scope, send, service[1], data, count):
            await app(scope, _again(message, receive), send)

    return taken


def _read(scope: Scope, message: Any) -> Submission | None:
    """Returns what a usual request brings; None for any other, and for what does not belong into the form."""
    given = list(scope["headers"])
    headers = dict(given)
    body = message.get("body", b"")
    usual = (
        headers.get(b"content-type") == b"application/json"
        and len(headers) == len(given)
        and headers.keys().isdisjoint(_SELDOM)
        and len(headers.get(b"idempotency-key", b"")) <= LONGEST_KEY
        and not scope["query_string"]
        and _HOST.fullmatch(headers.get(b"host", b""))
        and b"\0" not in b"".join(headers.values())
        and not message.get("more_body")
        and len(body) <= ANONYMOUS_BODY_LIMIT
        and _NUL_IN_JSON not in body
    )
    try:
        return _decode(body) if usual else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


async def _answered(scope: Scope, send: Send, service: str, data: Submission, count: Count) -> bool:
    scope["path_template"] = SUBMIT_PATH
    ended, status = count(scope), None
    try:
        stored = await _store(scope, service, data)
        if stored is not None:
            await _answer(send, stored)
            status = HTTPStatus.ACCEPTED
    finally:
        ended(status)
    return status is not None


async def _store(scope: Scope, service: str, data: Submission) -> Acknowledgement | None:
    intake: Intake = scope["litestar_app"].state.intake
    try:
        await intake.count(scope)
        stored = await intake.store_one(arrival_of_stranger(intake, scope, service, data))
    except Exception as error:
        scope["state"][REFUSAL] = error
        return None
    return Acknowledgement(stored.id, stored.receipt)


def _again(message: Any, receive: Receive) -> Receive:
    """Receives what was received already, and then what follows."""
    left = [message]

    async def received() -> Any:
        return left.pop() if left else await receive()

    return received


async def _answer(send: Send, stored: Acknowledgement) -> None:
    body = msgspec.json.encode(stored)
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": HTTPStatus.ACCEPTED, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
