"""One command's use of a server beside us: joined where it runs, started where it does not.

Three locks in the server's folder say how things are. Whoever uses the server shares `users.lock`. Its keeper, a
process that one of the users started, has `owner.lock`. The server itself inherits `alive.lock`, so it tells whether
one still lives whose keeper was killed, whatever became of the process numbers.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, Protocol, cast

import structlog

from feedback.process import server_keeper
from feedback.process.embedded.wheels import environment
from feedback.process.file_locks import is_mine, is_shared, lock_file, release, share
from feedback.process.supervisor import Child
from feedback.record.errors import Unavailable

log = structlog.get_logger(__name__)

READY_WITHIN = 60.0  # seconds; recovery after a crash replays at most `max_wal_size`
ORPHAN_MAY_TAKE = 10.0  # seconds for a server without keeper to end by itself
LOOK_EVERY_SECONDS = 0.5  # whether the server still has a keeper
LOG_MAY_GROW_TO = 10_000_000  # bytes; checked at each start
HOME = Path(server_keeper.__file__).parents[2]  # where `feedback` is imported from


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


class Use(threading.Thread):
    """The server runs from `begin()` to `end()`; should its keeper die, we start another."""

    def __init__(self, server: Server) -> None:
        super().__init__(name=f"use of {server.name}", daemon=True)
        self._server = server
        self._over = threading.Event()
        self._keeper: subprocess.Popen[str] | None = None
        server.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._users = lock_file(server.folder / "users.lock")

    def begin(self) -> None:
        """Have the server started, if need be; Unavailable when that cannot be done."""
        share(self._users)  # waits for a keeper that is just stopping
        self._see_that_it_is_kept()
        self.start()

    def wait_until_it_answers(self) -> None:
        """Unavailable when it does not."""
        deadline = time.monotonic() + READY_WITHIN
        while not self._server.answers():
            gave_up = self._keeper is not None and self._keeper.poll() is not None
            if gave_up or time.monotonic() > deadline:
                raise Unavailable(f"{self._server.name} does not start; see {self._server.folder / 'log'}")
            time.sleep(0.05)

    def end(self) -> None:
        """Stop the server if nobody else uses it, and wait until it has stopped."""
        self._over.set()
        if self.is_alive():
            self.join()
        self._users.close()
        with lock_file(self._server.folder / "users.lock") as users, self._owner_lock() as owner:
            deadline = time.monotonic() + server_keeper.GRACE
            while not is_mine(owner) and time.monotonic() < deadline:
                if not is_mine(users) and is_shared(users):
                    return  # others use it still
                release(users)
                time.sleep(0.02)

    def run(self) -> None:
        while not self._over.wait(LOOK_EVERY_SECONDS):
            try:
                self._see_that_it_is_kept()
            except Unavailable as failure:
                log.error("server_cannot_be_kept", server=self._server.name, reason=str(failure))
                self._over.wait(2.0)

    def _see_that_it_is_kept(self) -> None:
        if self._keeper is not None:
            self._keeper.poll()  # an ended one is to leave the table of processes
        with self._owner_lock() as owner:
            if is_mine(owner):
                self._keeper = _start_keeper(self._server, owner)

    def _owner_lock(self) -> IO[bytes]:
        return lock_file(self._server.folder / "owner.lock")


def _start_keeper(server: Server, owner: IO[bytes]) -> subprocess.Popen[str]:
    with lock_file(server.folder / "alive.lock") as alive, (server.folder / "keeper.log").open("ab") as output:
        _outlive_orphan(server, alive)
        _turn_log(server.folder / "log")
        child = server.child(keep=alive.fileno())
        process = subprocess.Popen(
            [sys.executable, "-m", "feedback.process.server_keeper", server.name],
            env={**environment(), "PYTHONPATH": str(HOME)},
            cwd=server.folder,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            pass_fds=(owner.fileno(), alive.fileno()),
            start_new_session=True,
            text=True,
        )
    with suppress(BrokenPipeError), cast("IO[str]", process.stdin) as told:
        told.write(server_keeper.spec(child, server.folder / "users.lock"))
    return process


def _outlive_orphan(server: Server, alive: IO[bytes]) -> None:
    """Wait for the end of a server whose keeper was killed (on Linux it is ending already), and hurry it in the end."""
    began = time.monotonic()
    for wait, hurry in ((1.0, signal.SIGINT), (ORPHAN_MAY_TAKE, signal.SIGKILL), (ORPHAN_MAY_TAKE * 2, None)):
        while time.monotonic() - began < wait:
            if is_mine(alive):
                return
            time.sleep(0.02)
        if hurry is not None and (pid := server.pid()) is not None:  # the lock says that the number is still its own
            with suppress(ProcessLookupError):
                os.kill(pid, hurry)
    raise Unavailable(f"an older server still runs in {server.folder}")


def _turn_log(path: Path) -> None:
    if path.exists() and path.stat().st_size > LOG_MAY_GROW_TO:
        path.replace(path.with_suffix(".old"))
