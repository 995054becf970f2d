"""What one client may cost the server: how long it may take to ask, and how much it may hold at once.

Without these limits a few kilobytes a minute keep connections open until there are no more ("Slowloris").
"""

import asyncio
import json
import socket
from collections import Counter
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, cast

import uvicorn
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from feedback.http.client_address import client_network
from feedback.http.security_headers import EVERY_ANSWER
from feedback.web.openapi import PROBLEM

HEADER_LIMIT = 64 * 1024
"""Bytes of a request line and headers, which the parser would gather without end."""

BODY_BYTES_A_SECOND = 64 * 1024
"""A body may take a second more for each so many of its bytes, so that a large transcript gets through."""

READ_BYTES_A_SECOND = 4 * 1024
"""Who reads an answer more slowly than this, over the time that a client may stay idle, is cut off."""

LINGER_SECONDS = 60.0
"""How long a closed connection may take to read what it was answered."""

FRESH_SECONDS = 2.0
"""Who connected or asked so lately may be about to ask: a server that is told to end answers them first."""

TOO_MANY_AT_ONCE = "too many connections from this address; please close some"


class ConcurrencyLimit:
    """Counts what each client holds at this moment; `most`: how much it may, 0 for no limit."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: Counter[str] = Counter()

    def enter(self, client: str) -> bool:
        """Counts one more, unless the client holds its share already. Returns whether it was counted."""
        if self._most and self._held[client] >= self._most:
            return False
        self._held[client] += 1
        return True

    def leave(self, client: str) -> None:
        """Counts one less."""
        self._held[client] -= 1
        if self._held[client] <= 0:
            del self._held[client]


class LimitedConfig(uvicorn.Config):
    """The configuration of uvicorn, and what its connections are limited to.

    Peers that are `trusted` bring the requests of many: their connections are not counted, the requests are, by
    `LimitRequests`.
    """

    def __init__(self, app: ASGIApp, *, seconds: int, most: int, trusted: Callable[[str], bool], **more: Any) -> None:
        super().__init__(app, http=LimitedProtocol, timeout_keep_alive=seconds, **more)
        self.seconds = seconds
        self.connections = ConcurrencyLimit(most)
        self.trusted = trusted


class LimitedProtocol(HttpToolsProtocol):
    """A connection that must send each request whole in time, and read what it is answered.

    The time begins with the connection or with the first byte of a further request, whatever the bytes are.
    """

    def __init__(self, config: LimitedConfig, *arguments: Any, **more: Any) -> None:
        super().__init__(config, *arguments, **more)
        self._limits = config
        self._counted_as: str | None = None
        self._receiving: asyncio.TimerHandle | None = None
        self._stalled: asyncio.TimerHandle | None = None
        self._began_at = 0.0
        self._received_bytes = 0
        self._in_headers = True
        self._answered: RequestResponseCycle | None = None
        self._is_last = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if self.client is None and transport.get_extra_info("socket").family != socket.AF_UNIX:
            transport.abort()  # reset before we looked: nobody is there to be answered, or to be known again by
            return
        address = self.client[0] if self.client else None
        if address is not None and not self._limits.trusted(address):
            client = client_network(address)
            if not self._limits.connections.enter(client):
                self._refuse(HTTPStatus.TOO_MANY_REQUESTS, TOO_MANY_AT_ONCE)
                return
            self._counted_as = client
        self._expect_request()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        if self._answered is not None:  # uvicorn tells the last of several requests alone
            self._answered.disconnected = True
        self._received_whole()
        self.resume_writing()
        self._unset_keepalive_if_required()
        if self._counted_as is not None:
            self._limits.connections.leave(self._counted_as)
            self._counted_as = None

    def data_received(self, data: bytes) -> None:
        if self._receiving is None and not self._is_answering():
            self._expect_request()
        self._received_bytes += len(data)
        super().data_received(data)
        if self._in_headers and self._received_bytes > HEADER_LIMIT:
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "the headers are too large")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_headers = True
        if self._receiving is None:
            self._expect_request()

    def on_headers_complete(self) -> None:
        self._in_headers = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._received_whole()

    def shutdown(self) -> None:
        """Without the wait, whose request is on its way would be hung up on whenever a new version is put in place."""
        wait = self._began_at + FRESH_SECONDS - self.loop.time()
        if not self._is_answering() and wait > 0:
            self._is_last = True
            self.loop.call_later(wait, super().shutdown)
        else:
            super().shutdown()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._answered = cycle
        cycle.keep_alive = cycle.keep_alive and not self._is_last
        super()._start_asgi_task(cycle, app)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._watch_reading()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    def _watch_reading(self) -> None:
        """A long answer takes a slow line longer than the time to stay idle: what counts is that it moves."""
        left = self.transport.get_write_buffer_size()
        self._stalled = self.loop.call_later(self._limits.seconds, self._look_whether_it_reads, left)

    def _look_whether_it_reads(self, left: int) -> None:
        if left - self.transport.get_write_buffer_size() < self._limits.seconds * READ_BYTES_A_SECOND:
            self.transport.abort()
        else:
            self._watch_reading()

    def send_400_response(self, msg: str) -> None:
        self._refuse(HTTPStatus.BAD_REQUEST, "this is no HTTP request that can be read")

    def timeout_keep_alive_handler(self) -> None:
        self._close()

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _expect_request(self) -> None:
        self._began_at, self._received_bytes = self.loop.time(), 0
        self._receiving = self.loop.call_later(self._limits.seconds, self._look_whether_in_time)

    def _received_whole(self) -> None:
        if self._receiving is not None:
            self._receiving.cancel()
            self._receiving = None

    def _look_whether_in_time(self) -> None:
        allowed = self._limits.seconds + (0 if self._in_headers else self._received_bytes / BODY_BYTES_A_SECOND)
        left = self._began_at + allowed - self.loop.time()
        if left > 0:
            self._receiving = self.loop.call_later(left, self._look_whether_in_time)
        else:
            self._receiving = None
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, f"a request must arrive within {self._limits.seconds} seconds")

    def _refuse(self, status: HTTPStatus, detail: str) -> None:
        """Says why, unless an answer is under way already."""
        if self.transport.is_closing():
            return
        if not self._is_answering() if self._in_headers else not self.cycle.response_started:
            self.transport.write(_answer(status, detail))
        self._close()

    def _close(self) -> None:
        """Without the last part, who never reads would hold a closed connection for ever."""
        if not self.transport.is_closing():
            self.transport.close()
            self.loop.call_later(LINGER_SECONDS, self.transport.abort)


class LimitRequests:
    """Counts the requests that each client has under way: proxies bring those of many by few connections."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._under_way = ConcurrencyLimit(most)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers 429 to who has too many under way."""
        client = scope.get("client")
        if scope["type"] != ScopeType.HTTP or not client:
            await self._app(scope, receive, send)
            return
        network = client_network(client[0])
        if not self._under_way.enter(network):
            await _send_refusal(send)
            return
        try:
            await self._app(scope, receive, send)
        finally:
            self._under_way.leave(network)


async def _send_refusal(send: Send) -> None:
    more = {"Content-Type": PROBLEM, "Retry-After": "5", **EVERY_ANSWER}
    headers = [(name.lower().encode(), value.encode()) for name, value in more.items()]
    start = {"type": "http.response.start", "status": HTTPStatus.TOO_MANY_REQUESTS, "headers": headers}
    await send(cast(Any, start))
    body = _problem(HTTPStatus.TOO_MANY_REQUESTS, TOO_MANY_AT_ONCE)
    await send(cast(Any, {"type": "http.response.body", "body": body, "more_body": False}))


def _problem(status: HTTPStatus, detail: str) -> bytes:
    return json.dumps({"type": "about:blank", "title": status.phrase, "status": status, "detail": detail}).encode()


def _answer(status: HTTPStatus, detail: str) -> bytes:
    body = _problem(status, detail)
    headers = {"Content-Type": PROBLEM, "Content-Length": len(body), "Connection": "close", **EVERY_ANSWER}
    lines = [f"HTTP/1.1 {status.value} {status.phrase}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode() + body
