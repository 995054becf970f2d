"""`feedback up`: API, workers and scheduler as processes of their own, each kept alive."""

import os
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
from prometheus_client.multiprocess import mark_process_dead

import feedback
from feedback.cli.bootstrap import Runtime, until_told_to_stop
from feedback.process.api_process import COMMAND, LOOPBACK, api, environment, listen
from feedback.process.code_changes import code_changes
from feedback.process.supervisor import Child, Supervisor, to_stderr
from feedback.record.errors import Unavailable
from feedback.record.settings import Settings

PACKAGES = ("feedback", "ingest", "insights", "nlp", "workers")
START_TIMEOUT_SECONDS = 120.0  # that the API may take to answer


@contextmanager
def running(runtime: Runtime, supervisor: Supervisor, listener: socket.socket) -> Iterator[None]:
    """Within it everything is at work beside the API that was started, and that answers; all ends before the servers.

    A worker loads its models beside it; all others follow, so that the API waits for no core.
    """
    first, *others = workers(runtime)
    with supervisor:
        supervisor.start(first)
        wait_until(lambda: answers(runtime.settings), "the API does not answer")
        for child in (*others, api("api-standby", listener, environment(runtime.settings, runtime.servers))):
            supervisor.start(child)
        try:
            yield
        except KeyboardInterrupt:
            click.echo("Stopping: what is under way is ended in order, which may take half a minute.", err=True)
            raise


def restart_on_changes(supervisor: Supervisor) -> None:
    """Starts every process anew whenever our code changes, until Ctrl-C."""
    root = Path(feedback.__file__).parents[1]
    for changed in code_changes([root / name for name in PACKAGES]):
        click.echo(f"Changed: {', '.join(str(path.relative_to(root)) for path in changed)}; starting anew.", err=True)
        supervisor.restart()


def serve_by_many(runtime: Runtime, count: int) -> None:
    """Keeps so many processes of the API alive, which share one port and tell their figures together."""

    def tell(event: str, **facts: Any) -> None:
        to_stderr(event, **facts)
        if event in ("child_died", "child_ended"):
            mark_process_dead(facts["pid"], figures)  # type: ignore[no-untyped-call]

    with listen(runtime.settings) as listener, TemporaryDirectory() as figures, Supervisor(tell=tell) as supervisor:
        number = listener.fileno()
        env = {**environment(runtime.settings, runtime.servers), "PROMETHEUS_MULTIPROC_DIR": figures}
        for n in range(count):
            command = (*COMMAND, "serve", "--shared", "--listener", str(number))
            supervisor.start(Child(f"api-{n + 1}", command, env, keep=(number,)))
        until_told_to_stop().wait()


def workers(runtime: Runtime) -> list[Child]:
    """Each joins the servers by address. Deliveries have a process of their own: slow receivers delay nobody."""
    env = environment(runtime.settings, runtime.servers)
    return [
        *(
            Child(f"worker-{n + 1}", (*COMMAND, "work", "--queue", "pipeline", "--queue", "services"), env)
            for n in range(runtime.settings.workers or os.cpu_count() or 1)
        ),
        Child("scheduler", (*COMMAND, "schedule"), env),
        Child("deliveries", (*COMMAND, "work", "--queue", "deliveries", "--threads", "16"), env),
    ]


def answers(settings: Settings) -> bool:
    host = LOOPBACK if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104 - only compared
    try:
        with urllib.request.urlopen(f"http://{host}:{settings.port}/health/ready", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def wait_until(holds: Callable[[], bool], otherwise: str) -> None:
    """Raises `Unavailable` when it does not come to hold in time."""
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while not holds():
        if time.monotonic() > deadline:
            raise Unavailable(otherwise)
        time.sleep(0.1)
