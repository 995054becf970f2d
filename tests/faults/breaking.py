"""What may happen to a running product: each fault does its harm once, and says on what."""

import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import redis

from feedback.process import embedded
from feedback.record.work.queue import WorkQueue
from feedback.record.work.stages import STAGES
from tests.faults.proxy import Line
from tests.whole.system import Running

OURS = ("api", "api-standby", "scheduler", "worker-1", "deliveries")
SERVERS = ("postgres", "valkey")
BROKEN_LINES: tuple[Line, ...] = ("slow", "dead", "broken", "cut")
STOPPED_SECONDS = 2.0

Fault = Callable[[Running, random.Random], str]


def kill(running: Running, draw: random.Random) -> str:
    """One process, as if the machine ran out of memory."""
    name = draw.choice((*OURS, *SERVERS))
    if name in SERVERS:
        kill_server(running, name)
    else:
        _signal(running.children(name)[-1:], signal.SIGKILL)
    return f"killed {name}"


def stop(running: Running, draw: random.Random) -> str:
    """One process hangs, and then goes on as if nothing had been."""
    name = draw.choice((*OURS, *SERVERS))
    pids = server_pids(running, name) if name in SERVERS else running.children(name)[-1:]
    _signal(pids, signal.SIGSTOP)
    try:
        time.sleep(STOPPED_SECONDS)
    finally:
        _signal(pids, signal.SIGCONT)
    return f"stopped {name}"


def flush(running: Running, _: random.Random) -> str:
    """Redis forgets everything."""
    with (
        suppress(redis.exceptions.ConnectionError),
        embedded.servers(running.log.parent) as servers,
        redis.Redis.from_url(servers.redis_url) as client,
    ):
        client.flushall()
    return "flushed Redis"


def break_line(running: Running, draw: random.Random) -> str:
    """The line of all processes to a server is slow, goes dead, breaks or is cut for a while."""
    place, how = draw.randrange(len(running.lines)), draw.choice(BROKEN_LINES)
    line = running.lines[place]
    line.become(how)
    time.sleep(STOPPED_SECONDS * draw.random())
    line.become("well")
    return f"the line to {SERVERS[place]} was {how}"


def repeat(running: Running, _: random.Random) -> str:
    """Every message of the work queue comes five times more."""
    with embedded.servers(running.log.parent) as servers:
        work_queue = WorkQueue(servers.redis_url)
        for _again in range(5):
            work_queue.wake(*(stage.name for stage in STAGES))
    return "repeated messages"


FAULTS: tuple[Fault, ...] = (kill, kill, stop, flush, break_line, break_line, repeat)


def kill_server(running: Running, server: str) -> None:
    pids = server_pids(running, server)
    if not pids:
        pytest.fail(f"no {server} runs for {running.log.parent}")
    os.kill(pids[0], signal.SIGKILL)


def server_pids(running: Running, server: str) -> list[int]:
    """The first is what was started; PostgreSQL's children follow."""
    folder = running.log.parent / server
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            words, place = file.read_bytes().split(b"\0"), (file.parent / "cwd").resolve()
            if folder in (place, *place.parents) and server[:6].encode() in words[0]:
                found.append(int(file.parent.name))
    return sorted(found)


def _signal(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
