"""The product within the process of the tests, on a real port where it is wanted."""

import socket
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager

from litestar import Litestar
from litestar.testing import TestClient

from feedback.record.db import Record
from feedback.record.settings import Settings
from feedback.web.app import create_app
from feedback.web.server import server
from tests.conftest import RealServers

_idle: dict[tuple[Settings, RealServers], list[Litestar]] = defaultdict(list)


@contextmanager
def application(settings: Settings, servers: RealServers) -> Iterator[Litestar]:
    """Put together once, which takes half a second, and lent to one user at a time; it starts and ends with each."""
    idle = _idle[settings, servers]
    app = idle.pop() if idle else create_app(settings, servers.database_url, servers.redis_url)
    yield app
    app.state.record.live_settings.forget()  # what the last user set in the browser
    idle.append(app)


@contextmanager
def client_of(settings: Settings, servers: RealServers, *, raises: bool = True) -> Iterator[TestClient[Litestar]]:
    """Of an application with these settings; it raises what a handler does, or answers 500."""
    with application(settings, servers) as app, TestClient(app, raise_server_exceptions=raises) as client:
        yield client


@contextmanager
def served(record: Record, servers: RealServers, port: int = 0, listener: socket.socket | None = None) -> Iterator[str]:
    """Its address; on the open port `listener`, where one is given."""
    with application(record.operators_settings, servers) as app:
        running = server(app, record.settings, port=port)
        thread = threading.Thread(target=running.run, args=([listener] if listener else None,))
        thread.start()
        while not running.started:
            time.sleep(0.01)
        yield f"http://127.0.0.1:{(listener or running.servers[0].sockets[0]).getsockname()[1]}"
        running.should_exit = True
        thread.join()
