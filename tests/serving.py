"""The product on a real port, within the process of the tests."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from feedback.record.db import Record
from feedback.web.app import create_app
from feedback.web.server import server
from tests.conftest import RealServers


@contextmanager
def served(record: Record, servers: RealServers, port: int = 0, listener: socket.socket | None = None) -> Iterator[str]:
    """Its address; on the open port `listener`, where one is given."""
    app = create_app(record.operators_settings, servers.database_url, servers.redis_url)
    running = server(app, record.settings, port=port)
    thread = threading.Thread(target=running.run, args=([listener] if listener else None,))
    thread.start()
    while not running.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{(listener or running.servers[0].sockets[0]).getsockname()[1]}"
    running.should_exit = True
    thread.join()
