"""The product on a real port, within the process of the tests."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from feedback.record.db import Record
from feedback.web.app import create_app
from tests.conftest import RealServers


@contextmanager
def served(record: Record, servers: RealServers) -> Iterator[str]:
    """Its address."""
    app = create_app(record.settings, servers.database_url, servers.redis_url)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()
