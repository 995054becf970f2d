"""python -m tests.faults.forked: commands that begin at once, forked from a process that has loaded what they need.

To start Python and to load the product takes seconds of a processor, more than all that a command then does: a kill
within that time would try nothing.
"""

import importlib
import json
import os
import runpy
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

LOADED = (
    *("feedback.cli.import_file", "feedback.cli.mailbox", "feedback.cli.subject", "feedback.record.privacy.erasure"),
    *("tests.faults.migrations", "workers.runtime.schedule"),
)

PATIENCE = 300.0


@dataclass(frozen=True, slots=True)
class Commands:
    """`python -m` for the modules that are loaded, one command at a time."""

    process: subprocess.Popen[str]

    def start(self, module: str, *words: str) -> int:
        """Begins `python -m module words`; returns the number of its process, which stays its own until `end`."""
        return self._ask(json.dumps((module, *words)))

    def end(self) -> int:
        """Waits for the end of what was started; returns its status, which is below zero where a signal ended it."""
        return self._ask("")

    def run(self, module: str, *words: str) -> int:
        self.start(module, *words)
        return self.end()

    def run_through(self, module: str, *words: str, killed_after: float) -> None:
        """So many seconds after its begin it is killed, unless it has ended; then it is run until it ends well."""
        pid = self.start(module, *words)
        time.sleep(killed_after)
        os.kill(pid, signal.SIGKILL)
        self.end()
        gives_up = time.monotonic() + PATIENCE
        while self.run(module, *words):
            assert time.monotonic() < gives_up, f"{module} {words} does not go through"

    def _ask(self, line: str) -> int:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


@contextmanager
def commands(env: Mapping[str, str]) -> Iterator[Commands]:
    """Commands with these variables set."""
    command = [sys.executable, "-m", "tests.faults.forked"]
    with subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Commands(process)
        finally:
            process.kill()


def main() -> None:
    """Reads a command, says the number of its process; reads that its end is awaited, says its status; and so on."""
    for module in LOADED:
        importlib.import_module(module)
    while line := sys.stdin.readline():
        pid = os.fork()
        if not pid:
            _become(*json.loads(line))
        _say(pid)
        sys.stdin.readline()
        _say(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def _say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def _become(module: str, *words: str) -> None:
    """What it says goes nowhere, as the lines are for numbers alone."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nowhere, stream)
    sys.argv[1:] = words
    runpy.run_module(module, run_name="__main__", alter_sys=True)
    sys.exit()


if __name__ == "__main__":
    main()
