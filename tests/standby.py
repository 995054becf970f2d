"""A second PostgreSQL that follows that of the tests, as streaming replication has it."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import text
from sqlalchemy.engine import make_url

from feedback.process.embedded.postgres import Postgres
from feedback.process.embedded.wheels import environment, postgres_programs, user_of
from feedback.record.db import Record
from tests.conftest import RealServers
from tests.faults.proxy import proxy

FOLLOWS = "local replication feedback peer map=us\n"


@contextmanager
def following(record: Record, servers: RealServers, folder: Path) -> Iterator[str]:
    """Its URL, once it answers."""
    own = Postgres(folder / "postgres")
    with copied(record, servers.data / "postgres", own) as port:
        data = own.folder / "data"
        (data / "standby.signal").touch()
        with (data / "postgresql.auto.conf").open("a") as settings:
            settings.write(f"primary_conninfo = 'host=127.0.0.1 port={port} user=feedback sslmode=disable'\n")
        with running(own):
            yield own.url()


@contextmanager
def copied(record: Record, source: Path, own: Postgres) -> Iterator[int]:
    """Copies what is stored, by `pg_basebackup`; the port leads to the server that it was copied from."""
    with (source / "data" / "pg_hba.conf").open("a") as hba:
        hba.write(FOLLOWS)
    with record.transaction() as session:
        session.execute(text("SELECT pg_reload_conf()"))
    data = own.folder / "data"
    url = record.engine.url.render_as_string(hide_password=False)
    with proxy(socket_of(url)) as line:  # our user may enter there, and that of the copy may not
        copy = [str(postgres_programs(user_of(data)) / "pg_basebackup"), "-U", "feedback", "-c", "fast"]
        data.parent.mkdir(parents=True)
        subprocess.run([*copy, "-D", str(data), "-h", "127.0.0.1", "-p", str(line.port)], check=True, env=environment())
        yield line.port


@contextmanager
def running(own: Postgres) -> Iterator[None]:
    """This server, once it answers."""
    child = own.child(0)
    who: dict[str, Any] = {"user": child.uid, "group": child.gid, "extra_groups": []} if child.uid else {}
    with (own.folder / "log").open("a") as log:
        server = subprocess.Popen(child.argv, cwd=child.cwd, env=child.env, stdout=log, stderr=log, **who)
    try:
        while not own.answers():
            assert server.poll() is None, (own.folder / "log").read_text()
            time.sleep(0.05)
        yield
    finally:
        server.terminate()
        server.wait(30)


def socket_of(database_url: str) -> str:
    """Where an embedded server listens."""
    return f"{make_url(database_url).query['host']}/.s.PGSQL.5432"


def caught_up(record: Record, url: str) -> None:
    """Waits until it has what was committed until now."""
    with record.transaction() as session:
        now = session.scalar(text("SELECT pg_current_wal_lsn()::text"))
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        while not connection.execute("SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", [now]).fetchone()[0]:  # type: ignore[index]
            time.sleep(0.01)


def stand_still(url: str) -> None:
    """Has it follow no longer."""
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("SELECT pg_wal_replay_pause()")
        while connection.execute("SELECT pg_get_wal_replay_pause_state()").fetchone()[0] != "paused":  # type: ignore[index]
            time.sleep(0.01)
