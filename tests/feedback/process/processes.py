"""What the tests of running processes share."""

import fcntl
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from feedback.process import embedded

ROOT = Path(__file__).parents[3]
HOLD = """
import json, sys
from dataclasses import asdict
from pathlib import Path
from feedback.process import embedded
with embedded.servers(Path(sys.argv[1])) as found:
    print(json.dumps(asdict(found)), flush=True)
    sys.stdin.read()
"""


def eventually(condition: Callable[[], object], within: float = 20.0) -> None:
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)


def lives(pid: int) -> bool:
    """Whether the process runs; one that only waits to be reaped does not."""
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
        except (FileNotFoundError, ProcessLookupError):
            return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def ask(database_url: str, question: str) -> Any:
    with psycopg.connect(database_url.replace("+psycopg", ""), autocommit=True) as connection:
        found = connection.execute(question)
        row = found.fetchone() if found.description else None
        return row and row[0]


def nothing_lives_in(data: Path) -> bool:
    """Whether no process of either server is left: each inherits the lock."""
    for name in ("postgres", "valkey"):
        with (data / name / "alive.lock").open() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
    return True


@contextmanager
def another_command(
    data: Path, *, python: str = sys.executable, **options: Any
) -> Iterator[tuple[Any, embedded.Servers]]:
    """A second process that has the servers until its input ends."""
    command = subprocess.Popen(
        [python, "-c", HOLD, str(data)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **options
    )
    assert command.stdin
    assert command.stdout
    try:
        lines = iter(command.stdout.readline, "")
        yield command, embedded.Servers(**json.loads(next(line for line in lines if line.startswith("{"))))
    finally:
        command.stdin.close()
        command.wait()
        command.stdout.close()
