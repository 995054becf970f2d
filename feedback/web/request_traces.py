"""What each request took, told as OpenTelemetry has it: by its route, never by its address, which may hold words."""

import time
import uuid
from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from feedback import tracing


def trace_requests(app: ASGIApp) -> ASGIApp:
    """A middleware: a request stands in the trace of each piece that it brought, else in one of its own."""

    async def traced(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        began, status = time.time_ns(), [500]
        pieces: list[uuid.UUID] = []
        tracing.pieces_of_request.set(pieces)

        async def noting(message: Message) -> None:
            if message["type"] == "http.response.start":
                status[0] = message["status"]
            await send(message)

        try:
            await app(scope, receive, noting)
        finally:
            for piece in pieces or (None,):
                _tell(scope, piece, began, status[0])

    return traced


def _tell(scope: Any, piece: uuid.UUID | None, began: int, status: int) -> None:
    route, method = scope["path_template"], scope["method"]
    tracing.tell(
        f"{method} {route}",
        piece,
        began,
        kind="SERVER",
        failure=str(status) if status >= 500 else None,
        http__request__method=method,
        http__route=route,
        http__response__status_code=status,
    )
