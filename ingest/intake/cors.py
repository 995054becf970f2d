"""Widgets on other sites may post: those of the origins that a service names, and no others (Fetch standard, CORS)."""

import asyncio
import re

from litestar.datastructures import MutableScopeHeaders
from litestar.types import HTTPResponseStartEvent, Scope

from feedback.http.security_headers import header
from feedback.record import access
from feedback.record.db import Record
from feedback.record.errors import NotFound

PATH = re.compile(r"/v1/services/([a-z0-9-]+)/feedback")


async def allow_origin(message: HTTPResponseStartEvent, scope: Scope) -> None:
    """Names the origin on every answer of the endpoint, refusals included, so that a widget can say what went wrong."""
    origin = header(scope, b"origin").decode("latin-1")
    about = PATH.fullmatch(scope["path"]) if origin else None
    if not about:
        return
    record: Record = scope["litestar_app"].state.record
    if await asyncio.to_thread(_allowed, record, about[1], origin):
        headers = MutableScopeHeaders.from_message(message)
        headers["Access-Control-Allow-Origin"] = origin
        headers.extend_header_value("Vary", "Origin")
        headers["Access-Control-Expose-Headers"] = "RateLimit, RateLimit-Policy, Retry-After"
        headers["Access-Control-Allow-Methods"] = "POST"
        headers["Access-Control-Allow-Headers"] = "content-type, idempotency-key"


def _allowed(record: Record, service: str, origin: str) -> bool:
    try:
        with record.transaction() as session:
            return origin in access.service(session, service).properties.origins
    except NotFound:
        return False
