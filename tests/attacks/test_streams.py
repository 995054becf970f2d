"""Clients of the event stream that do not read: cut off, without anything being gathered for them meanwhile."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from urllib.parse import urlsplit

import pytest

from feedback.record.db import Record
from insights.alerts.delivery import events
from tests.conftest import RealServers
from tests.serving import served

SECONDS = 1
EVENT = b"id: 1\nevent: signal.new\ndata: " + b"x" * 10_000 + b"\n\n"
MOST_BYTES = 20_000_000
"""What the buffers of a connection may hold on both sides, with room to spare."""


@pytest.fixture
def polled(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many bytes of events each look into the store brought; there are always more."""
    found: list[int] = []

    def after(*_: object) -> list[tuple[int, bytes]]:
        found.append(100 * len(EVENT))
        return [(1, EVENT)] * 100

    monkeypatch.setattr(events, "after", after)
    monkeypatch.setattr(events, "POLL_SECONDS", 0)
    return found


@pytest.fixture
def port(record: Record, servers: RealServers, blue_badge: str) -> Iterator[int]:
    settings = replace(record.settings, client_seconds=SECONDS)
    with served(Record(settings, record.engine), servers) as url:
        yield urlsplit(url).port or 0


def opened(port: int, key: str) -> socket.socket:
    """A stream that is asked for and never read."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.connect(("127.0.0.1", port))
    headers = f"Host: x\r\nAuthorization: {key}\r\nLast-Event-ID: 0\r\n"
    connection.sendall(f"GET /v1/services/blue-badge/events HTTP/1.1\r\n{headers}\r\n".encode())
    return connection


def test_a_client_of_the_event_stream_that_never_reads_is_cut_off_and_costs_no_memory(
    port: int, admin: dict[str, str], polled: list[int]
) -> None:
    with ExitStack() as held:
        streams = [held.enter_context(opened(port, admin["Authorization"])) for _ in range(5)]
        time.sleep(4 * SECONDS)
        looked, made = len(polled), sum(polled)
        time.sleep(SECONDS)
        assert len(polled) == looked
        assert 0 < made < len(streams) * MOST_BYTES
        for stream in streams:
            with pytest.raises(ConnectionError):
                for _ in range(20):
                    stream.sendall(b"x")
                    time.sleep(0.05)
