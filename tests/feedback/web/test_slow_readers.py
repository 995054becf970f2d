"""A long answer over a slow line arrives whole; who reads next to nothing of it is cut off, and holds no memory."""

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from feedback.record.settings import Settings
from feedback.web.server import server

SECONDS = 1
"""What a client may stay idle here."""
LENGTH = 12_000_000
"""Bytes of the answer, more than the buffers of sockets hold."""
PARTS = 100


class LongAnswer:
    """Answers in one part, or in many: `sent` counts the bytes that the server took."""

    def __init__(self) -> None:
        self.sent = 0
        self.ended = threading.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """An application of ASGI; the address `/parts` asks for many parts."""
        if scope["type"] != "http":
            return
        parts = PARTS if scope["path"] == "/parts" else 1
        length = [(b"content-length", str(LENGTH).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": length})
        for number in range(parts):
            await send({"type": "http.response.body", "body": bytes(LENGTH // parts), "more_body": number < parts - 1})
            self.sent += LENGTH // parts
        self.ended.set()


@pytest.fixture
def answering() -> Iterator[tuple[LongAnswer, tuple[str, int]]]:
    """The answer, and the address of a server that gives it."""
    app = LongAnswer()
    running = server(app, Settings(client_seconds=SECONDS), port=0)  # type: ignore[arg-type]
    thread = threading.Thread(target=running.run)
    thread.start()
    while not running.started:
        time.sleep(0.01)
    yield app, running.servers[0].sockets[0].getsockname()
    running.should_exit = True
    thread.join()


def asking(address: tuple[str, int], path: str) -> socket.socket:
    connection = socket.create_connection(address, timeout=10)
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    return connection


def read(connection: socket.socket, at_once: int) -> int:
    """Reads so many bytes every tenth of a second until nothing comes; returns how many came."""
    got = 0
    try:
        while got < LENGTH and (part := connection.recv(at_once)):
            got += len(part)
            time.sleep(0.1)
    except ConnectionResetError:
        pass
    return got


@pytest.mark.parametrize("path", ["/whole", "/parts"])
def test_a_slow_line_gets_all_of_a_long_answer(answering: tuple[LongAnswer, tuple[str, int]], path: str) -> None:
    _, address = answering
    began = time.monotonic()
    with asking(address, path) as connection:
        assert read(connection, 400_000) >= LENGTH
    assert time.monotonic() - began > 2 * SECONDS


@pytest.mark.parametrize("path", ["/whole", "/parts"])
def test_who_reads_next_to_nothing_is_cut_off(answering: tuple[LongAnswer, tuple[str, int]], path: str) -> None:
    _, address = answering
    began = time.monotonic()
    with asking(address, path) as connection:
        connection.recv(10)
        while time.monotonic() - began < 10 * SECONDS:
            time.sleep(0.1)
            try:
                connection.sendall(b"x")
                connection.recv(10)
            except ConnectionError:
                break
    assert time.monotonic() - began < 5 * SECONDS


def test_no_more_is_made_of_an_answer_than_the_client_takes(answering: tuple[LongAnswer, tuple[str, int]]) -> None:
    app, address = answering
    with asking(address, "/parts"):
        time.sleep(0.8 * SECONDS)
        held = app.sent
    assert held < LENGTH
