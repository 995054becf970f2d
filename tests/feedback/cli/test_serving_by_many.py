"""`feedback serve --processes`: several processes serve on one port, and are one to whoever asks."""

import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress

import psutil
import pytest

from feedback.record.db import Record
from tests.bench.serving import free_port
from tests.conftest import RealServers

COUNTED = re.compile(r'^feedback_requests_total\{[^}]*path="/health/live"[^}]*\} (\d+)', re.MULTILINE)


def ask(port: int, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
        return str(answer.read().decode())


def until(found: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not _holds(found):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def _holds(found: Callable[[], bool]) -> bool:
    with suppress(OSError, psutil.NoSuchProcess):  # a child may end while it is looked at
        return found()
    return False


@pytest.fixture
def two(record: Record, servers: RealServers) -> Iterator[tuple[int, psutil.Process]]:
    """A port that two processes serve on, and the process that keeps them."""
    port = free_port()
    own = {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url, "FEEDBACK_DATA": str(servers.data)}
    command = [sys.executable, "-m", "feedback", "serve", "--processes", "2"]
    keeper = subprocess.Popen(command, env={**os.environ, **own, "PORT": str(port)}, stderr=subprocess.DEVNULL)
    try:
        until(lambda: bool(ask(port, "/health/live")))
        yield port, psutil.Process(keeper.pid)
    finally:
        keeper.terminate()
        assert keeper.wait(30) == 0


def test_one_that_dies_is_started_anew_and_the_figures_of_all_are_told(two: tuple[int, psutil.Process]) -> None:
    port, keeper = two
    until(lambda: len(serving(keeper)) == 2)
    first, second = serving(keeper)
    first.send_signal(signal.SIGKILL)
    assert ask(port, "/health/live"), "the other one answers"
    until(lambda: len(set(serving(keeper)) - {first, second}) == 1)
    before = counted(port)
    for _ in range(20):
        ask(port, "/health/live")
    assert counted(port) == before + 20, "whichever of them answered, and whichever is asked"


def serving(keeper: psutil.Process) -> list[psutil.Process]:
    """Those of its processes that are loaded, and listen."""
    return [one for one in keeper.children(recursive=True) if "--shared" in one.cmdline()]


def counted(port: int) -> int:
    return sum(int(count) for count in COUNTED.findall(ask(port, "/metrics")))
