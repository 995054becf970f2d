"""Debian's PgBouncer before the PostgreSQL of the tests, which gives a connection for a transaction at a time."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from tests.bench.serving import free_port
from tests.faults.proxy import proxy

CONFIGURED = """
[databases]
{database} = host=127.0.0.1 port={server} user=feedback

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
auth_type = any
pool_mode = transaction
default_pool_size = {connections}
unix_socket_dir =
"""


@contextmanager
def pooled(database_url: str, folder: Path, connections: int = 3) -> Iterator[str]:
    """The URL of the same database by way of it, over so many connections; without PgBouncer the test is skipped."""
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.skip("no PgBouncer here: apt-get install pgbouncer")
    at, port = make_url(database_url), free_port()
    with proxy(f"{at.query['host']}/.s.PGSQL.5432") as server:  # our user may enter there, and PgBouncer's may not
        settings = CONFIGURED.format(database=at.database, server=server.port, port=port, connections=connections)
        (file := folder / "pgbouncer.ini").write_text(settings)
        file.chmod(0o644)
        user = ["-u", "nobody"] if os.geteuid() == 0 else []
        running = subprocess.Popen([program, "-q", *user, "/dev/stdin"], stdin=file.open(), stderr=subprocess.DEVNULL)
        try:
            _wait(port)
            yield f"postgresql+psycopg://feedback@127.0.0.1:{port}/{at.database}?sslmode=disable"
        finally:
            running.terminate()
            running.wait(10)


def _wait(port: int) -> None:
    deadline = time.monotonic() + 10
    while socket.socket().connect_ex(("127.0.0.1", port)):
        assert time.monotonic() < deadline, "PgBouncer did not start"
        time.sleep(0.02)
