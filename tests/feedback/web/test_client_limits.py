"""What one client may cost the server, over real sockets: slow ones are cut off, many of one address are refused."""

import contextlib
import http.client
import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from feedback.record.db import Record
from feedback.web.client_limits import HEADER_LIMIT
from tests.conftest import RealServers
from tests.serving import served

SECONDS = 1
"""What a client may take here."""
MOST = 5
"""Connections that one address may hold here."""
PATH = "/v1/services/blue-badge/feedback"
HEAD = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n".encode()
OTHER = "127.0.0.2"
"""A client that is no trusted proxy."""


@pytest.fixture(scope="module")
def address(migrated: Record, servers: RealServers) -> Iterator[tuple[str, int]]:
    settings = replace(migrated.settings, client_seconds=SECONDS, client_connections=MOST)
    with served(Record(settings, migrated.engine), servers) as url:
        yield "127.0.0.1", urlsplit(url).port or 0


def connect(address: tuple[str, int], client: str = OTHER) -> socket.socket:
    return socket.create_connection(address, timeout=10 * SECONDS, source_address=(client, 0))


def read_all(connection: socket.socket) -> bytes:
    """What is answered until the server closes; times out where it never does."""
    parts = []
    with contextlib.suppress(ConnectionResetError):
        while part := connection.recv(65_536):
            parts.append(part)
    return b"".join(parts)


def drip(connection: socket.socket, piece: bytes) -> float:
    """Sends a piece again and again until the server closes. Returns the seconds that it took."""
    began = time.monotonic()
    connection.settimeout(0.05)
    while time.monotonic() - began < 10 * SECONDS:
        try:
            connection.sendall(piece)
            if not connection.recv(65_536):
                break
        except TimeoutError:
            continue
        except OSError:
            break
    return time.monotonic() - began


def request(address: tuple[str, int], client: str = OTHER, **headers: str) -> int:
    connection = http.client.HTTPConnection(*address, timeout=10, source_address=(client, 0))
    with contextlib.closing(connection):
        connection.request("GET", "/health/live", headers=headers)
        answer = connection.getresponse()
        assert answer.headers["x-content-type-options"] == "nosniff"
        return answer.status


def test_who_sends_nothing_is_cut_off(address: tuple[str, int]) -> None:
    with connect(address) as connection:
        began = time.monotonic()
        assert read_all(connection).startswith(b"HTTP/1.1 408 ")
        assert SECONDS * 0.9 <= time.monotonic() - began < 3 * SECONDS


@pytest.mark.parametrize(
    ("begin", "piece"),
    [
        (b"", b"\r\n"),
        (b"GET /health/live HTTP/1.1\r\n", b"X-Header: again\r\n"),
        (b"GET /", b"a"),
        (HEAD + b"Content-Length: 60000\r\n\r\n", b" "),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
        (b"POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n", b" "),
    ],
    ids=["line ends", "headers", "address", "body", "chunks", "body of what is refused"],
)
def test_dripped_bytes_do_not_keep_a_connection_open(address: tuple[str, int], begin: bytes, piece: bytes) -> None:
    with connect(address) as connection:
        connection.sendall(begin)
        assert drip(connection, piece) < 3 * SECONDS


def test_a_slow_body_is_told_that_it_took_too_long(address: tuple[str, int]) -> None:
    with connect(address) as connection:
        connection.sendall(HEAD + b"Content-Length: 100\r\n\r\n{")
        head, _, body = read_all(connection).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 408 ") and b"application/problem+json" in head
        assert b"nosniff" in head and b"no-store" in head and b"default-src 'none'" in head
        assert json.loads(body)["status"] == 408


def test_an_idle_connection_is_closed_and_a_further_request_has_its_own_time(address: tuple[str, int]) -> None:
    with connect(address) as connection:
        for _ in range(3):
            connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
            assert connection.recv(65_536).startswith(b"HTTP/1.1 200 ")
            time.sleep(SECONDS * 0.6)
        began = time.monotonic()
        assert read_all(connection) == b""
        assert time.monotonic() - began < 3 * SECONDS
    with connect(address) as connection:
        connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200 ")
        assert drip(connection, b"\r\n") < 3 * SECONDS


def test_a_body_that_comes_quickly_enough_may_take_longer(address: tuple[str, int], blue_badge: str) -> None:
    body = json.dumps({"message": "x", "attributes": {}}).encode().ljust(60_000)
    with connect(address) as connection:
        connection.sendall(HEAD + f"Content-Length: {len(body)}\r\n\r\n".encode())
        pieces = 12
        for n in range(pieces):
            connection.sendall(body[n * 5_000 : (n + 1) * 5_000])
            time.sleep(1.3 * SECONDS / pieces)
        assert connection.recv(65_536).startswith(b"HTTP/1.1 202 ")


def test_headers_without_end_are_refused_before_they_fill_the_memory(address: tuple[str, int]) -> None:
    with connect(address) as connection:
        with contextlib.suppress(OSError):
            connection.sendall(b"GET / HTTP/1.1\r\n" + b"X-Header: again and again\r\n" * (HEADER_LIMIT // 10))
        assert read_all(connection).startswith((b"HTTP/1.1 431 ", b""))
    assert request(address) == 200


def test_who_does_not_read_the_answer_is_cut_off(address: tuple[str, int]) -> None:
    with connect(address) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 200)
        assert until_closed(connection) < 20 * SECONDS


def until_closed(connection: socket.socket) -> float:
    """Sends more and more without reading; what is closed answers that with a reset."""
    began = time.monotonic()
    with contextlib.suppress(OSError):
        while time.monotonic() - began < 20 * SECONDS:
            connection.sendall(b"GET / HTTP/1.1\r\n")
            time.sleep(0.1)
    return time.monotonic() - began


def test_one_address_holds_so_many_connections_and_no_more(address: tuple[str, int]) -> None:
    with ExitStack() as held:
        for _ in range(MOST):
            held.enter_context(connect(address))
        time.sleep(0.2)
        with connect(address) as one_more:
            assert read_all(one_more).startswith(b"HTTP/1.1 429 ")
        assert request(address, "127.0.0.3") == 200
    time.sleep(0.2)
    assert request(address) == 200


def test_a_trusted_proxy_speaks_for_many_and_each_of_them_has_a_share(address: tuple[str, int]) -> None:
    def waiting(client: str) -> bytes:
        forwarded = f"X-Forwarded-For: {client}\r\nContent-Length: 10\r\n\r\n"
        return HEAD + forwarded.encode()

    with ExitStack() as held:
        for _ in range(MOST):
            held.enter_context(connect(address, "127.0.0.1")).sendall(waiting("192.0.2.1"))
        time.sleep(0.2)
        assert request(address, "127.0.0.1", **{"X-Forwarded-For": "192.0.2.1"}) == 429
        assert request(address, "127.0.0.1", **{"X-Forwarded-For": "192.0.2.2"}) == 200


def test_forwarding_headers_of_anybody_else_count_for_nothing(address: tuple[str, int]) -> None:
    with ExitStack() as held:
        for n in range(MOST):
            spoofed = f"X-Forwarded-For: 192.0.2.{n}\r\nContent-Length: 10\r\n\r\n"
            held.enter_context(connect(address)).sendall(HEAD + spoofed.encode())
        time.sleep(0.2)
        with connect(address) as one_more:
            assert read_all(one_more).startswith(b"HTTP/1.1 429 ")
