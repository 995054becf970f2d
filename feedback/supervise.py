"""Children that are kept alive: the servers beside us, the API, the workers, the scheduler.

One thread a child waits for its end and starts it anew, the first time at once. Each child leads a process group of its
own, so that Ctrl-C in a terminal reaches us alone and what a child leaves behind can be swept up. On Linux a child also
ends when we are killed: it asks the kernel for a signal at the death of the thread that started it, which is the one
that waits for it.
"""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog

from feedback import launch

log = structlog.get_logger(__name__)

STEADY = 10.0  # seconds after which a child counts as well and truly started
PAUSES = (0.0, 0.1, 0.3, 0.7, 1.5)  # seconds before starting one that keeps dying; the last goes on
GRACE = 10.0  # seconds between asking a child to stop and killing it


@dataclass(frozen=True, slots=True)
class Child:
    """A process to keep alive.

    `uid`, `gid`: whom it runs as, where we are root (0: as we are). `log`: the file that its output is added to (none:
    ours). `stop`: the signal that asks it to end; `orphaned`: the one that it gets when we are killed. `keep`: open
    descriptors that it inherits. `env`: its whole environment (none: ours).
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] | None = None
    cwd: Path | None = None
    uid: int = 0
    gid: int = 0
    log: Path | None = None
    stop: signal.Signals = signal.SIGTERM
    orphaned: signal.Signals = signal.SIGKILL
    keep: Sequence[int] = ()


class Supervisor:
    """Keeps children alive until the `with` block is left, then ends them in the reverse order of their start."""

    def __init__(self, grace: float = GRACE) -> None:
        self._grace = grace
        self._keepers: list[_Keeper] = []

    def start(self, child: Child) -> None:
        """Start it and keep it alive; returns before it is ready for anything."""
        keeper = _Keeper(child)
        self._keepers.append(keeper)
        keeper.start()

    def deaths(self) -> int:
        """How often a child had to be started anew."""
        return sum(keeper.deaths for keeper in self._keepers)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for keeper in reversed(self._keepers):
            keeper.ask_to_end()
        deadline = time.monotonic() + self._grace
        for keeper in reversed(self._keepers):
            keeper.end_by(deadline)


class _Keeper(threading.Thread):
    """Starts one child, waits for its end, starts it again."""

    def __init__(self, child: Child) -> None:
        super().__init__(name=f"keeper of {child.name}", daemon=True)
        self.deaths = 0
        self._child = child
        self._ending = threading.Event()
        self._lock = threading.Lock()  # a process is signalled only while it is not reaped: its number is its own
        self._process: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        in_a_row = 0
        while (process := self._spawn()) is not None:
            started = time.monotonic()
            log.info("child_started", child=self._child.name, pid=process.pid)
            status = self._reap(process)
            if self._ending.is_set():
                log.info("child_ended", child=self._child.name, pid=process.pid, status=status)
                return
            self.deaths += 1
            in_a_row = in_a_row + 1 if time.monotonic() - started < STEADY else 0
            pause = PAUSES[min(max(in_a_row - 1, 0), len(PAUSES) - 1)]
            log.warning("child_died", child=self._child.name, pid=process.pid, status=status, restart_in=pause)
            self._ending.wait(pause)

    def ask_to_end(self) -> None:
        self._ending.set()
        self._signal(self._child.stop)

    def end_by(self, deadline: float) -> None:
        self.join(max(0.0, deadline - time.monotonic()))
        if self.is_alive():
            log.warning("child_killed", child=self._child.name)
            self._signal(signal.SIGKILL)
            self.join()

    def _spawn(self) -> subprocess.Popen[bytes] | None:
        with self._lock:
            if self._ending.is_set():
                return None
            self._process = _spawn(self._child)
            return self._process

    def _reap(self, process: subprocess.Popen[bytes]) -> int:
        """Wait for the end and sweep up its group, before its number can become another's; returns its exit status."""
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        with self._lock:
            with suppress(ProcessLookupError, PermissionError):  # nobody is left of it
                os.killpg(process.pid, signal.SIGKILL)
            self._process = None
            return process.wait()

    def _signal(self, number: signal.Signals) -> None:
        with self._lock:
            if self._process is not None:
                os.kill(self._process.pid, number)


def _spawn(child: Child) -> subprocess.Popen[bytes]:
    launcher = (sys.executable, "-I", "-S", launch.__file__)
    who = (os.getpid(), int(child.orphaned), child.uid, child.gid)
    program = shutil.which(child.argv[0]) or child.argv[0]
    output = None if child.log is None else child.log.open("ab")
    try:
        return subprocess.Popen(
            [*launcher, *map(str, who), program, *child.argv[1:]],
            env=child.env,
            cwd=child.cwd,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=child.keep,
            start_new_session=True,
        )
    finally:
        if output is not None:
            output.close()


@contextmanager
def sigterm_is_ctrl_c() -> Iterator[None]:
    """Within it SIGTERM and a closed terminal raise KeyboardInterrupt, so that every `with` block is left in order.

    Does nothing outside the main thread, which alone may set handlers.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)  # Ctrl-C too: a background job starts deaf to it
    before = {number: signal.signal(number, signal.default_int_handler) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
