"""Children that are kept alive: the servers beside us, the API, the workers, the scheduler.

One thread a child waits for its end and starts it anew, the first time at once. Each child leads a process group of its
own, so that Ctrl-C in a terminal reaches us alone and what a child leaves behind can be swept up. On Linux a child also
ends when we are killed: it asks the kernel for a signal at the death of the thread that started it, which is the one
that waits for it.

Nothing but the standard library is imported, as each embedded server has a process that does this (`server_keeper.py`).
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from feedback.process import exec

STEADY = 10.0  # seconds after which a child counts as well and truly started
PAUSES = (0.0, 0.1, 0.3, 0.7, 1.5)  # seconds before starting one that keeps dying; the last goes on
GRACE = 25.0  # seconds between asking a child to stop and killing it: a worker has 20 for what it has in hand


@dataclass(frozen=True, slots=True)
class Child:
    """A process to keep alive.

    `uid`, `gid`: whom it runs as, where we are root (0: as we are). `log`: the file that its output is added to (none:
    ours). `stop`: the signal that asks it to end; `orphaned`: the one that it gets when we are killed. `keep`: open
    descriptors that it inherits. `env`: its whole environment (none: ours). `tries`: how often in a row it may die
    before it counts as started, after which it is given up (0: never).
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
    tries: int = 0


def to_stderr(event: str, **facts: object) -> None:
    """One JSON object a line."""
    line = json.dumps({"event": event, **facts, "timestamp": datetime.now(UTC).isoformat()})
    with suppress(OSError):  # the terminal may be gone
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()


class Supervisor:
    """Keeps children alive until the `with` block is left, then ends them in the reverse order of their start.

    `tell` hears of every start and end.
    """

    def __init__(self, grace: float = GRACE, tell: Callable[..., None] = to_stderr) -> None:
        self._grace = grace
        self._tell = tell
        self._watches: list[_Watch] = []

    def start(self, child: Child) -> None:
        """Start it and keep it alive; returns before it is ready for anything."""
        watch = _Watch(child, self._tell)
        self._watches.append(watch)
        watch.start()

    def restart(self) -> None:
        """Ask every child to end, so that each is started anew."""
        for watch in reversed(self._watches):
            watch.ask_to_restart()

    def has_given_up(self) -> bool:
        """Tell whether a child died as often as it may."""
        return any(watch.gave_up for watch in self._watches)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for watch in reversed(self._watches):
            watch.ask_to_end()
        deadline = time.monotonic() + self._grace
        for watch in reversed(self._watches):
            watch.end_by(deadline)


class _Watch(threading.Thread):
    """Starts one child, waits for its end, starts it again."""

    def __init__(self, child: Child, tell: Callable[..., None]) -> None:
        super().__init__(name=f"watch over {child.name}", daemon=True)
        self.gave_up = False
        self._child = child
        self._tell = tell
        self._ending = threading.Event()
        self._lock = threading.Lock()  # a process is signalled only while it is not reaped: its number is its own
        self._process: subprocess.Popen[bytes] | None = None

    def run(self) -> None:
        in_a_row = 0
        while (process := self._spawn()) is not None:
            started = time.monotonic()
            self._tell("child_started", child=self._child.name, pid=process.pid)
            status = self._reap(process)
            if self._ending.is_set():
                self._tell("child_ended", child=self._child.name, pid=process.pid, status=status)
                return
            self._tell("child_died", child=self._child.name, pid=process.pid, status=status)
            in_a_row = 1 if time.monotonic() - started >= STEADY else in_a_row + 1
            if in_a_row == self._child.tries:
                self.gave_up = True
                return
            self._ending.wait(PAUSES[min(in_a_row, len(PAUSES)) - 1])

    def ask_to_restart(self) -> None:
        self._signal(self._child.stop)

    def ask_to_end(self) -> None:
        self._ending.set()
        self._signal(self._child.stop)

    def end_by(self, deadline: float) -> None:
        self.join(max(0.0, deadline - time.monotonic()))
        if self.is_alive():
            self._tell("child_killed", child=self._child.name)
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
    launcher = (sys.executable, "-I", "-S", exec.__file__)
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

    Once it has, only Ctrl-C does so again: make, for one, passes on a SIGTERM that its whole group got already, and the
    way out is not to be cut short by that. Does nothing outside the main thread, which alone may set handlers.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    told = threading.Event()

    def leave(number: int, _: FrameType | None) -> None:
        if number == signal.SIGINT or not told.is_set():
            told.set()
            raise KeyboardInterrupt

    numbers = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)  # Ctrl-C too: a background job starts deaf to it
    before = {number: signal.signal(number, leave) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
