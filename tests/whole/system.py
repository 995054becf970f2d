"""The product as it runs: `feedback up` with every process of its own, spoken to over HTTP."""

import datetime as dt
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.faults.clock import Clock
from tests.faults.disk import Disk
from tests.faults.forked import Commands
from tests.faults.proxy import Proxy
from tests.workers.texts import USUAL, said

START = 180.0  # seconds that it may take on a busy machine
PATIENCE = 120.0

BEGUN = """
from feedback.cli import main
main(["service", "add", "blue-badge", "--name", "Blue Badge"], standalone_mode=False)
main(["key", "create", "--role", "admin"], standalone_mode=False)
"""
"""Two commands in one process: to start each takes longer than what it does."""


@dataclass(frozen=True)
class Running:
    process: subprocess.Popen[bytes]
    http: httpx.Client
    log: Path
    env: Mapping[str, str] = field(default_factory=dict)
    lines: tuple[Proxy, ...] = ()
    """Those to PostgreSQL and Redis, and of citizens to it, where these can break."""
    disk: Disk | None = None
    """That of PostgreSQL, where it can be full."""
    clock: Clock | None = None
    """Its own, where it can be set."""
    forks: Commands | None = None
    """Commands of it that begin at once, where somebody wants many."""
    owner: Mapping[str, str] = field(default_factory=dict)
    """The cookies of a browser in which an owner of the service is signed in, where somebody needs one."""

    @property
    def data(self) -> Path:
        return self.log.parent

    @property
    def commands(self) -> Commands:
        assert self.forks
        return self.forks

    def get(self, path: str) -> Any:
        return self.http.get(path).raise_for_status().json()

    def children(self, name: str) -> list[int]:
        """The process ids that `up` said it started, of children of this name, the latest last."""
        lines = self.log.read_text().splitlines()
        started = [line for line in lines if '"child_started"' in line and f'"child": "{name}"' in line]
        return [int(line.split('"pid": ')[1].split(",")[0].rstrip("}")) for line in started]


def until(holds: Callable[[], bool], seconds: float = PATIENCE) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come to hold"
        time.sleep(0.1)


def answers(url: str) -> bool:
    """Tells whether the API there is ready."""
    try:
        return httpx.get(f"{url}/health/ready").is_success
    except httpx.HTTPError:
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def command(env: dict[str, str], *words: str) -> str:
    return _python(env, "-m", "feedback", *words)


def _python(env: dict[str, str], *words: str) -> str:
    return subprocess.run([sys.executable, *words], env=env, capture_output=True, text=True, check=True).stdout


@contextmanager
def up(data: Path, **settings: str) -> Iterator[Running]:
    """All of it, on the embedded servers of this folder; whoever speaks to it over `http` is an admin.

    In a fresh folder it gets the service `blue-badge`; in another it goes on.
    """
    port = free_port()
    env = {**os.environ, "FEEDBACK_DATA": str(data), "PORT": str(port), "FEEDBACK_INTAKE_RATE": "0", **settings}
    log = data / "up.log"
    with log.open("wb") as output:
        process = subprocess.Popen([sys.executable, "-m", "feedback", "up"], env=env, stderr=output)
    http = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30)
    try:
        until(lambda: "Ready at" in log.read_text() or process.poll() is not None, START)
        key = data / "key"
        if not key.exists():
            key.write_text(_python(env, "-c", BEGUN).split()[-1])
        http.headers["Authorization"] = f"Bearer {key.read_text()}"
        yield Running(process, http, log, env)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def post(running: Running, messages: list[str], at: dt.datetime, service: str = "blue-badge") -> None:
    for message in messages:
        body = {"message": message, "submitted_at": at.isoformat()}
        assert running.http.post(f"/v1/services/{service}/feedback", json=body).status_code == 202


def waiting(running: Running, service: str = "blue-badge") -> int:
    return int(running.get(f"/v1/services/{service}/summary")["waiting"])


def usual_month(running: Running) -> None:
    """Twelve usual things a day, up to three days ago; all of it is grouped when this returns, and looked at."""
    now = dt.datetime.now(dt.UTC)
    for day in range(3, 31):
        post(running, said(USUAL, 12, skip=12 * day), now - dt.timedelta(days=day))
    while waiting(running) or not running.get("/v1/services/blue-badge/issues")["items"]:
        time.sleep(0.5)
    time.sleep(10)
