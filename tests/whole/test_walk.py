"""The whole loop as it runs: `feedback up` with every process of its own, spoken to over HTTP."""

import datetime as dt
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.workers.texts import BROKEN, USUAL, said

START = 180.0  # seconds that it may take on a busy machine
PATIENCE = 120.0


@dataclass(frozen=True)
class Running:
    process: subprocess.Popen[bytes]
    http: httpx.Client
    log: Path

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


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def command(env: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "feedback", *words], env=env, capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    data, port = tmp_path_factory.mktemp("up"), free_port()
    env = {**os.environ, "FEEDBACK_DATA": str(data), "PORT": str(port), "FEEDBACK_INTAKE_RATE": "0"}
    log = data / "up.log"
    with log.open("wb") as output:
        process = subprocess.Popen([sys.executable, "-m", "feedback", "up"], env=env, stderr=output)
    http = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30)
    try:
        until(lambda: "Ready at" in log.read_text() or process.poll() is not None, START)
        command(env, "service", "add", "blue-badge", "--name", "Blue Badge")
        key = command(env, "key", "create", "--role", "admin").split()[-1]
        http.headers["Authorization"] = f"Bearer {key}"
        yield Running(process, http, log)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def post(running: Running, messages: list[str], at: dt.datetime) -> None:
    for message in messages:
        body = {"message": message, "submitted_at": at.isoformat()}
        assert running.http.post("/v1/services/blue-badge/feedback", json=body).status_code == 202


def waiting(running: Running) -> int:
    return int(running.get("/v1/services/blue-badge/summary")["waiting"])


def test_messages_in_one_issue_and_one_signal_out(running: Running) -> None:
    now = dt.datetime.now(dt.UTC)
    for day in range(3, 31):
        post(running, said(USUAL, 12, skip=12 * day), now - dt.timedelta(days=day, hours=day % 8))
    until(lambda: waiting(running) == 0)
    until(lambda: len(running.get("/v1/services/blue-badge/issues")["items"]) >= 2)
    assert running.get("/v1/services/blue-badge/emerging")["items"] == []
    for place, hours in enumerate((44, 38, 30, 22, 14, 6, 1)):
        post(running, said(BROKEN, 3, skip=3 * place), now - dt.timedelta(hours=hours))
    until(lambda: bool(running.get("/v1/services/blue-badge/emerging")["items"]))
    [issue] = running.get("/v1/services/blue-badge/emerging")["items"]
    assert issue["signal"]["observed"] > issue["signal"]["expected"]
    found = {row["id"]: row["text"] for row in running.get("/v1/services/blue-badge/feedback?limit=100")["items"]}
    about = [found[identity] for identity in issue["signal"]["feedback_ids"] if identity in found]
    assert sum("photo" in text.lower() for text in about) >= 0.8 * len(about) > 0


def test_killed_workers_lose_nothing_and_repeat_nothing(running: Running) -> None:
    before = running.get("/v1/services/blue-badge/summary")["feedback"]
    post(running, said(USUAL, 60), dt.datetime.now(dt.UTC))
    for name in ("worker-1", "worker-2"):
        for pid in running.children(name)[-1:]:
            os.kill(pid, signal.SIGKILL)
    until(lambda: waiting(running) == 0)
    summary = running.get("/v1/services/blue-badge/summary")
    assert (summary["feedback"], summary["set_aside"]) == (before + 60, 0)


@pytest.mark.parametrize("server", ["postgres", "valkey"])
def test_a_killed_server_comes_back_and_loses_nothing(running: Running, server: str) -> None:
    before = running.get("/v1/services/blue-badge/summary")["feedback"]
    kill_server(running, server)
    until(lambda: running.http.get("/health/ready").json() == {"store": "ok", "redis": "ok"})
    post(running, ["Is anybody there?"], dt.datetime.now(dt.UTC))
    until(lambda: waiting(running) == 0)
    assert running.get("/v1/services/blue-badge/summary")["feedback"] == before + 1


def kill_server(running: Running, server: str) -> None:
    folder = running.log.parent / server
    for found in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words, place = found.read_bytes().split(b"\0"), (found.parent / "cwd").resolve()
        except OSError:
            continue
        if folder in (place, *place.parents) and server[:6].encode() in words[0]:
            os.kill(int(found.parent.name), signal.SIGKILL)
            return
    pytest.fail(f"no {server} runs in {folder}")
