"""The line of a citizen to us is slow, dead, broken, cut: what they say is stored once, and others are heard."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from feedback.record.db import Record
from feedback.web import client_limits
from feedback.web.server import TurnTaker, on_our_turn, server
from tests.attacks.counting import stored
from tests.conftest import RealServers
from tests.faults.proxy import RESET, Line, proxy
from tests.feedback.process.processes import eventually
from tests.serving import application, served

PATH = "/v1/services/blue-badge/feedback"


@pytest.fixture(autouse=True)
def fresh_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine that is busy, too, who has just connected is about to ask."""
    monkeypatch.setattr(client_limits, "FRESH_SECONDS", 60.0)


@pytest.fixture(scope="module")
def address(migrated: Record, servers: RealServers) -> Iterator[str]:
    with served(migrated, servers) as url:
        yield url


def write(url: str, key: str, patience: float = 30) -> httpx.Response:
    """By a browser that gives up after so many seconds, and says the same again under the same key."""
    headers = {"Idempotency-Key": key, "User-Agent": "a browser"}
    return httpx.post(f"{url}{PATH}", json={"message": f"The lift is slow, {key}"}, headers=headers, timeout=patience)


@pytest.mark.parametrize(("line", "is_heard"), [("slow", True), ("dead", False), ("broken", False), ("cut", False)])
def test_what_a_citizen_repeats_over_a_bad_line_is_stored_once(
    address: str, record: Record, blue_badge: str, line: Line, is_heard: bool
) -> None:
    with proxy(("127.0.0.1", urlsplit(address).port or 0)) as theirs:
        url = f"http://127.0.0.1:{theirs.port}"
        theirs.become(line)
        first = None
        with suppress(httpx.TransportError):
            first = write(url, "mine", patience=1 if line == "dead" else 30)
        assert bool(first) == is_heard
        assert stored(record) == (1 if line in ("slow", "cut") else 0)
        assert write(address, "of somebody else").status_code == 202, "over a line of their own"
        theirs.become("well")
        again = write(url, "mine")
    assert again.status_code == 202
    assert first is None or again.json() == first.json()
    assert stored(record) == 2


def test_who_has_just_connected_when_the_server_is_told_to_end_is_answered_first(
    record: Record, servers: RealServers, blue_badge: str
) -> None:
    with served(record, servers) as url:
        caller = socket.create_connection(("127.0.0.1", urlsplit(url).port or 0), timeout=30)
        assert write(url, "of somebody who came later").status_code == 202, "so that the caller is known of"
        threading.Timer(0.3, caller.sendall, [request("mine")]).start()
    with caller:
        answer = caller.recv(65_536)
    assert answer.startswith(b"HTTP/1.1 202") and b"connection: close" in answer.lower()
    assert stored(record) == 2


def test_who_keeps_a_connection_and_asks_again_as_the_server_is_told_to_end_is_answered_first(
    record: Record, servers: RealServers, blue_badge: str
) -> None:
    with served(record, servers) as url:
        caller = socket.create_connection(("127.0.0.1", urlsplit(url).port or 0), timeout=30)
        caller.sendall(request("mine"))
        assert caller.recv(65_536).startswith(b"HTTP/1.1 202")
        threading.Timer(0.3, caller.sendall, [request("mine again")]).start()
    with caller:
        answer = caller.recv(65_536)
    assert answer.startswith(b"HTTP/1.1 202") and b"connection: close" in answer.lower()
    assert stored(record) == 2


def test_the_next_takes_who_connects_while_the_one_that_is_told_to_end_still_answers(
    record: Record, servers: RealServers, blue_badge: str, tmp_path: Path
) -> None:
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        ending, following = [
            server(stack.enter_context(application(record.operators_settings, servers)), record.settings)
            for _ in range(2)
        ]
        stack.enter_context(taking_turns(ending, listener, tmp_path / "turn"))
        eventually(lambda: ending.started)
        stack.enter_context(taking_turns(following, listener, tmp_path / "turn"))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        stack.enter_context(socket.create_connection(listener.getsockname()))
        assert write(url, "of somebody who came later").status_code == 202, "so that the caller is known of"
        ending.should_exit = True
        eventually(lambda: following.started)
        assert write(url, "of the next").status_code == 202
        assert ending.server_state.connections, "one is still waited for"


@contextmanager
def taking_turns(one: TurnTaker, listener: socket.socket, turn: Path) -> Iterator[None]:
    """As a process does that inherits the port; it is told to end when the block is left."""
    thread = threading.Thread(target=on_our_turn, args=(one, os.dup(listener.fileno()), turn))
    thread.start()
    try:
        yield
    finally:
        one.should_exit = True
        thread.join()


def test_who_is_gone_before_we_look_and_says_it_again_is_stored_once(
    record: Record, servers: RealServers, blue_badge: str
) -> None:
    """Of a connection that was reset nobody can tell any more whose it was: not that it is the same citizen."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        with socket.create_connection(listener.getsockname()) as citizen:
            citizen.sendall(request("mine"))
            citizen.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        with served(record, servers, listener=listener) as url:
            assert [write(url, "mine").status_code for _ in range(2)] == [202, 202]
    assert stored(record) == 1


def request(key: str) -> bytes:
    """What `write` sends."""
    body = f'{{"message": "The lift is slow, {key}"}}'
    head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nUser-Agent: a browser\r\n"
    return f"{head}Idempotency-Key: {key}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
