"""Faults of the processes of a running product: killed, hung, told to end, one too many."""

import os
import random
import signal
import time
from contextlib import suppress
from pathlib import Path

from tests.whole.system import Running, until

OURS = ("api", "api-standby", "scheduler", "worker-1", "deliveries")
SERVERS = ("postgres", "valkey")
STOPPED_SECONDS = 2.0
SECOND_SCHEDULER_SECONDS = 3.0


def kill(running: Running, draw: random.Random) -> str:
    """One process, as if the machine ran out of memory."""
    name = draw.choice((*OURS, *SERVERS))
    if name in SERVERS:
        kill_server(running, name)
    else:
        kill_one(running, name)
    return f"killed {name}"


def kill_one(running: Running, name: str) -> None:
    """The latest of ours of this name."""
    _signal(running.children(name)[-1:], signal.SIGKILL)


def stop(running: Running, draw: random.Random) -> str:
    """One process hangs, and then goes on as if nothing had been."""
    name = draw.choice((*OURS, *SERVERS))
    pids = server_pids(running, name) if name in SERVERS else running.children(name)[-1:]
    _signal(pids, signal.SIGSTOP)
    try:
        time.sleep(STOPPED_SECONDS * draw.random())
    finally:
        _signal(pids, signal.SIGCONT)
    return f"stopped {name}"


def restart(running: Running, draw: random.Random) -> str:
    """One process after another is told to end, as when a new version is put in place; each is started anew."""
    names = draw.sample(OURS, k=draw.randint(1, len(OURS)))
    for name in names:
        _signal(running.children(name)[-1:], signal.SIGTERM)
        time.sleep(draw.random() / len(names))
    return f"restarted {', '.join(names)}"


def end_server(running: Running, draw: random.Random) -> str:
    """A server is told to end, as when it is updated: what is under way there is broken off, and it is started anew."""
    name = draw.choice(SERVERS)
    _signal(server_pids(running, name)[:1], signal.SIGINT)
    return f"ended {name}"


def second_scheduler(running: Running, draw: random.Random) -> str:
    """Another one runs for a while, and may see the first one die."""
    second = running.commands.start("feedback", "schedule")
    time.sleep(SECOND_SCHEDULER_SECONDS * draw.random())
    if first_dies := draw.random() < 0.5:
        kill_one(running, "scheduler")
        time.sleep(STOPPED_SECONDS)
    os.kill(second, signal.SIGKILL)
    running.commands.end()
    return "ran two schedulers" + (", of which the first died" if first_dies else "")


def kill_server(running: Running, server: str) -> None:
    """Once it runs: what was just killed takes a while to come back."""
    until(lambda: bool(server_pids(running, server)))
    _signal(server_pids(running, server)[:1], signal.SIGKILL)


def server_pids(running: Running, server: str) -> list[int]:
    """The first is what was started; PostgreSQL's children follow."""
    folder = running.data / server
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
