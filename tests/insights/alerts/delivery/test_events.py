"""The event stream, over a real server: who reconnects misses nothing."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import httpx
import msgspec
import pytest
import uvicorn

from feedback.record import access
from feedback.web.app import create_app
from insights.alerts.delivery import events
from tests.conftest import RealServers
from tests.insights.raising import raise_signal
from workers.runtime.actor import Worker

Headers = dict[str, str]


@pytest.fixture
def served(local: Worker, servers: RealServers, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The URL of an API behind a real server."""
    monkeypatch.setattr(events, "POLL_SECONDS", 0.1)
    app = create_app(local.record.settings, servers.database_url, servers.redis_url)
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()


class Reader:
    """Reads events as the HTML standard has it: the last id counts, even of an event without data."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self.last_id = ""

    def next(self) -> tuple[str, Any]:
        kind, data = "", ""
        for line in self._lines:
            field, _, value = line.partition(": ")
            if field == "id":
                self.last_id = value
            elif field == "event":
                kind = value
            elif field == "data":
                data = value
            elif not line and data:
                return kind, msgspec.json.decode(data)
        raise AssertionError("the stream ended")

    def until_it_has_an_id(self) -> None:
        while not self.last_id:
            self.last_id = next(self._lines).removeprefix("id: ")


@contextmanager
def reading(url: str, headers: Headers, last_id: str = "") -> Iterator[Reader]:
    more = {"Last-Event-ID": last_id} if last_id else {}
    place = f"{url}/v1/services/blue-badge/events"
    with httpx.stream("GET", place, headers={**headers, **more}, timeout=20, verify=False) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield Reader(answer.iter_lines())


def test_who_reconnects_misses_nothing(served: str, local: Worker, admin: Headers, blue_badge: str) -> None:
    raise_signal(local.record, observed=1)
    with reading(served, admin) as reader:
        reader.until_it_has_an_id()
        raise_signal(local.record, observed=2)
        kind, content = reader.next()
        assert (kind, content["type"]) == ("signal.new", "signal.new")
        assert content["data"]["signal"]["observed"] == 2
    for observed in (3, 4):
        raise_signal(local.record, observed=observed)
    with reading(served, admin, reader.last_id) as again:
        assert [again.next()[1]["data"]["signal"]["observed"] for _ in range(2)] == [3, 4]
        raise_signal(local.record, observed=5)
        assert again.next()[1]["data"]["signal"]["observed"] == 5


def test_who_is_cut_off_before_the_first_event_misses_nothing_either(
    served: str, local: Worker, admin: Headers, blue_badge: str
) -> None:
    raise_signal(local.record, observed=1)
    with reading(served, admin) as reader:
        reader.until_it_has_an_id()
    raise_signal(local.record, observed=2)
    with reading(served, admin, reader.last_id) as again:
        assert again.next()[1]["data"]["signal"]["observed"] == 2


def test_what_commits_later_is_never_behind_what_was_read(
    served: str, local: Worker, admin: Headers, blue_badge: str
) -> None:
    for observed in range(1, 6):
        raise_signal(local.record, observed=observed)
    with reading(served, admin, "0") as reader:
        assert [reader.next()[1]["data"]["signal"]["observed"] for _ in range(5)] == [1, 2, 3, 4, 5]


def test_streams_hold_no_connection_to_the_store(served: str, local: Worker, admin: Headers, blue_badge: str) -> None:
    """More streams than the store's pool has connections, all of them served."""
    stack = []
    for _ in range(45):
        opened = reading(served, admin, "0")
        stack.append((opened, opened.__enter__()))
    raise_signal(local.record)
    for _, reader in stack:
        assert reader.next()[0] == "signal.new"
    for opened, _ in stack:
        opened.__exit__(None, None, None)


def test_a_stream_ends_when_its_key_is_revoked(served: str, local: Worker, blue_badge: str) -> None:
    with local.record.transaction() as session:
        secret = access.create(session, "key", access.Role.reader, access.service(session, blue_badge))
    with reading(served, {"Authorization": f"Bearer {secret}"}) as reader:
        reader.until_it_has_an_id()
        with local.record.transaction() as session:
            access.revoke(session, access.identify(session, secret, "key").credential_id)
        with pytest.raises(AssertionError, match="ended"):
            reader.next()


def test_a_stream_needs_a_key_and_an_id_of_ours(served: str, admin: Headers, blue_badge: str) -> None:
    place = f"{served}/v1/services/blue-badge/events"
    assert httpx.get(place).status_code == 401
    assert httpx.get(place, headers={**admin, "Last-Event-ID": "x"}).status_code == 400
    assert httpx.get(place.replace("blue-badge", "parks"), headers=admin).status_code == 404
