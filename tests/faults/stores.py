"""Faults of what is stored and of who stores it: Redis forgets or is full, PostgreSQL has no room."""

import random
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
import redis
from sqlalchemy import make_url

from feedback.process import embedded
from feedback.record.db import Record, engine_for
from feedback.record.settings import Settings
from feedback.record.work.queue import WorkQueue
from feedback.record.work.stages import STAGES
from tests.faults.processes import STOPPED_SECONDS, server_pids
from tests.whole.system import Running

FULL_SECONDS = STOPPED_SECONDS


def flush(running: Running, _: random.Random) -> str:
    """Redis forgets everything."""
    with _redis(running) as client:
        client.flushall()
        return "flushed Redis"
    return ""


def fill_redis(running: Running, draw: random.Random) -> str:
    """Redis takes nothing more for a while."""
    with _redis(running) as client:
        room = client.config_get("maxmemory")["maxmemory"] or 0
        client.config_set("maxmemory", 1)
        time.sleep(FULL_SECONDS * draw.random())
        client.config_set("maxmemory", room)
        return "filled Redis"
    return ""


def repeat(running: Running, _: random.Random) -> str:
    """Every message of the work queue comes five times more."""
    with embedded.servers(running.data) as servers:
        work_queue = WorkQueue(servers.redis_url)
        for _again in range(5):
            work_queue.wake(*(stage.name for stage in STAGES))
    return "repeated messages"


def fill_disk(running: Running, draw: random.Random) -> str:
    """PostgreSQL's disk is full for a while; where it has none of its own, its files may not grow."""
    if running.disk:
        with running.disk.full():
            time.sleep(FULL_SECONDS * draw.random())
        return "filled the disk"
    pids = server_pids(running, "postgres")
    _limit_files(pids, 0)
    time.sleep(FULL_SECONDS * draw.random())
    _limit_files(pids, resource.RLIM_INFINITY)
    return "let no file grow"


def crowd_out(running: Running, draw: random.Random) -> str:
    """Others take all connections that PostgreSQL has left."""
    with embedded.servers(running.data) as servers:
        url = make_url(servers.database_url).set(drivername="postgresql").render_as_string()
        taken: list[psycopg.Connection] = []
        with suppress(psycopg.OperationalError):
            while len(taken) < 1_000:
                taken.append(psycopg.connect(url))
        time.sleep(FULL_SECONDS * draw.random())
        for connection in taken:
            connection.close()
    return f"took {len(taken)} connections"


@contextmanager
def store(running: Running) -> Iterator[Record]:
    """The way to what is stored, past every door."""
    with embedded.servers(running.data) as servers:
        engine = engine_for(servers.database_url, size=1)
        try:
            yield Record(Settings(data=running.data), engine)
        finally:
            engine.dispose()


@contextmanager
def _redis(running: Running) -> Iterator[redis.Redis]:
    """Whatever it does not answer is no fault of ours."""
    with (
        suppress(redis.exceptions.RedisError),
        embedded.servers(running.data) as servers,
        redis.Redis.from_url(servers.redis_url) as client,
    ):
        yield client


def _limit_files(pids: list[int], size: int) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, hard))
