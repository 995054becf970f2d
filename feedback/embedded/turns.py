"""Who runs a server: one process at a time; when it ends while others still work, one of those takes its turn.

Whoever holds `owner.lock` runs it. `alive.lock` is inherited by the server itself, so it tells whether one still lives
whose owner was killed, whatever became of the process numbers.
"""

import fcntl
import os
import signal
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, Protocol

import structlog

from feedback.record.errors import Unavailable
from feedback.supervise import Child, Supervisor

log = structlog.get_logger(__name__)

READY_WITHIN = 60.0  # seconds; recovery after a crash replays at most `max_wal_size`
ORPHAN_MAY_TAKE = 10.0  # seconds for a server without owner to end by itself
LOG_MAY_GROW_TO = 10_000_000  # bytes; checked at each start


class Server(Protocol):
    """A server of one folder, and how it is run."""

    @property
    def name(self) -> str: ...
    @property
    def folder(self) -> Path: ...
    def url(self) -> str: ...
    def answers(self) -> bool: ...
    def pid(self) -> int | None: ...
    def child(self, keep: int) -> Child: ...


class Turn(threading.Thread):
    """Sees to it that the server runs until `over()`: by running it, or by waiting for whoever does to end."""

    def __init__(self, server: Server) -> None:
        super().__init__(name=f"turn at {server.name}", daemon=True)
        self._server = server
        self._over = threading.Event()
        self._settled = threading.Event()  # it is known whether the server runs, or will be run by us
        self._failure: Exception | None = None
        self._supervisor = Supervisor()

    def wait_until_it_answers(self) -> None:
        """Unavailable when it cannot be started."""
        self._settled.wait()
        deadline = time.monotonic() + READY_WITHIN
        while self._failure is None and not self._server.answers():
            if self._supervisor.deaths() > 2 or time.monotonic() > deadline:
                raise Unavailable(f"{self._server.name} does not start; see {self._server.folder / 'log'}")
            time.sleep(0.02)
        if self._failure is not None:
            raise Unavailable(f"{self._server.name} cannot be started: {self._failure}") from self._failure

    def over(self) -> None:
        """Stop the server if it was we who ran it."""
        self._over.set()
        self.join()

    def run(self) -> None:
        try:
            self._server.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _lock_file(self._server.folder / "owner.lock") as owner:
                while not _locked(owner):
                    self._settled.set()
                    if self._over.wait(0.2):
                        return
                self._own()
        except Exception as failure:  # told by whoever waits
            log.error("server_failed", server=self._server.name, kind=type(failure).__name__)
            self._failure = failure
            self._settled.set()

    def _own(self) -> None:
        with _lock_file(self._server.folder / "alive.lock") as alive:
            _outlive_orphan(self._server, alive)
            _turn_log(self._server.folder / "log")
            with self._supervisor as supervisor:
                supervisor.start(self._server.child(keep=alive.fileno()))
                self._settled.set()
                self._over.wait()


def _lock_file(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_CREAT, 0o600), "rb")


def _locked(file: IO[bytes]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _outlive_orphan(server: Server, alive: IO[bytes]) -> None:
    """Wait for the end of a server whose owner was killed (on Linux it is ending already), and hurry it in the end."""
    began = time.monotonic()
    for wait, hurry in ((1.0, signal.SIGINT), (ORPHAN_MAY_TAKE, signal.SIGKILL), (ORPHAN_MAY_TAKE, None)):
        while time.monotonic() - began < wait:
            if _locked(alive):
                return
            time.sleep(0.02)
        if hurry is not None and (pid := server.pid()) is not None:  # the lock says that the number is still its own
            with suppress(ProcessLookupError):
                os.kill(pid, hurry)
    raise Unavailable(f"an older server still runs in {server.folder}")


def _turn_log(path: Path) -> None:
    if path.exists() and path.stat().st_size > LOG_MAY_GROW_TO:
        path.replace(path.with_suffix(".old"))
