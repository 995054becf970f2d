"""What is told of each request: figures for Prometheus, and a span where traces are on.

Both name its route, the template of its path: no address of anybody's, which may hold words, however many there are.
"""

import time
import uuid
from collections.abc import Callable
from functools import cache, partial
from typing import Any, NamedTuple

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from prometheus_client import Counter, Gauge, Histogram

from feedback import tracing

LABELS = ("method", "path", "status_code", "app_name")
APP = "feedback"
STARTED = Gauge("feedback_requests_in_progress", "Requests under way", LABELS, multiprocess_mode="livesum")
ENDED = Counter("feedback_requests_total", "Total requests", LABELS)
FAILED = Counter("feedback_requests_error_total", "Total errors in requests", LABELS)
TOOK = Histogram("feedback_request_duration_seconds", "Request duration, in seconds", LABELS)

Ended = Callable[[int], None]
"""Is told the status of the answer once a request is over; 500 where it raised."""


def count_requests(app: ASGIApp) -> ASGIApp:
    """A middleware: how many requests there are, how long they take, how many are under way."""
    return partial(_observe, count, app)


def trace_requests(app: ASGIApp) -> ASGIApp:
    """A middleware: a request stands in the trace of each piece that it brought, else in one of its own."""
    return partial(_observe, _trace, app)


async def _observe(begun: Callable[[Any], Ended], app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] != ScopeType.HTTP:
        await app(scope, receive, send)
        return
    ended, status = begun(scope), 500

    async def noting(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        await send(message)

    try:
        await app(scope, receive, noting)
    finally:
        ended(status)


class _Series(NamedTuple):
    """The series of requests that end alike: looked up by their labels once."""

    counted: Counter
    took: Histogram
    failed: Counter | None


@cache
def _series(method: str, path: str, status: int) -> _Series:
    labels = (method, path, status, APP)
    return _Series(ENDED.labels(*labels), TOOK.labels(*labels), FAILED.labels(*labels) if status >= 500 else None)


@cache
def _under_way(method: str, path: str) -> Gauge:
    return STARTED.labels(method, path, 200, APP)


def count(scope: Any) -> Callable[[int | None], None]:
    """Counts a request to a route; as it ends, its status, unless none is told: somebody else counts that one."""
    method, path, began = scope["method"], scope["path_template"], time.perf_counter()
    under_way = _under_way(method, path)
    under_way.inc()

    def ended(status: int | None) -> None:
        under_way.dec()
        if status is None:
            return
        series = _series(method, path, status)
        series.counted.inc()
        series.took.observe(time.perf_counter() - began)
        if series.failed:
            series.failed.inc()

    return ended


def _trace(scope: Any) -> Ended:
    route, method, began = scope["path_template"], scope["method"], time.time_ns()
    pieces: list[uuid.UUID] = []
    tracing.pieces_of_request.set(pieces)

    def ended(status: int) -> None:
        for piece in pieces or (None,):
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

    return ended
