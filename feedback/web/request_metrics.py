"""What Prometheus reads of the requests of this process: how many, how long they take, how many are under way."""

import time
from functools import cache
from typing import NamedTuple

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from prometheus_client import Counter, Gauge, Histogram

LABELS = ("method", "path", "status_code", "app_name")
APP = "feedback"
STARTED = Gauge("feedback_requests_in_progress", "Requests under way", LABELS, multiprocess_mode="livesum")
ENDED = Counter("feedback_requests_total", "Total requests", LABELS)
FAILED = Counter("feedback_requests_error_total", "Total errors in requests", LABELS)
TOOK = Histogram("feedback_request_duration_seconds", "Request duration, in seconds", LABELS)


class _Ended(NamedTuple):
    """The series of requests that end alike: looked up by their labels once."""

    counted: Counter
    took: Histogram
    failed: Counter | None


@cache
def _ended(method: str, path: str, status: int) -> _Ended:
    labels = (method, path, status, APP)
    return _Ended(ENDED.labels(*labels), TOOK.labels(*labels), FAILED.labels(*labels) if status >= 500 else None)


@cache
def _under_way(method: str, path: str) -> Gauge:
    return STARTED.labels(method, path, 200, APP)


class RequestMetrics:
    """Counts what is asked, by the template of its path: no address of anybody's, however many there are."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on, and counts it when it is answered; what raises counts as 500."""
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        method, path = scope["method"], scope["path_template"]
        status, began = 500, time.perf_counter()

        async def seen(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        under_way = _under_way(method, path)
        under_way.inc()
        try:
            await self._app(scope, receive, seen)
        finally:
            under_way.dec()
            ended = _ended(method, path, status)
            ended.counted.inc()
            ended.took.observe(time.perf_counter() - began)
            if ended.failed:
                ended.failed.inc()
