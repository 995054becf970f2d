"""`feedback up`: API, workers and scheduler as processes of their own, each kept alive."""

import os
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
from prometheus_client.multiprocess import mark_process_dead

import feedback
from feedback.cli.bootstrap import Runtime, until_told_to_stop
from feedback.process.code_changes import code_changes
from feedback.process.supervisor import Child, Supervisor, to_stderr
from feedback.record.errors import Unavailable
from feedback.record.settings import Settings

PACKAGES = ("feedback", "ingest", "insights", "nlp", "workers")
COMMAND = (sys.executable, "-m", "feedback")
START_TIMEOUT_SECONDS = 120.0  # that the API may take to answer
BACKLOG = 2048  # connections that may wait to be accepted, as many as uvicorn's own


def listen(settings: Settings) -> socket.socket:
    """Opens the port before anything is started, and for as long as we run.

    Who connects while one API has died and the next takes over waits, and is not refused. Raises `Unavailable` naming
    the port where it cannot be had.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise Unavailable(f"port {settings.port} cannot be used ({error.strerror}); set another: PORT=8080") from None


@contextmanager
def running(runtime: Runtime, listener: socket.socket) -> Iterator[Supervisor]:
    """Within it everything is at work, and the API answers.

    A worker loads its models beside it; all others follow, so that the API waits for no core.
    """
    first, *others = workers(runtime)
    with Supervisor() as supervisor:
        for child in (api(runtime, "api", listener), first):
            supervisor.start(child)
        wait_until(lambda: answers(runtime.settings), "the API does not answer")
        for child in (*others, api(runtime, "api-standby", listener)):
            supervisor.start(child)
        yield supervisor


def restart_on_changes(supervisor: Supervisor) -> None:
    """Starts every process anew whenever our code changes, until Ctrl-C."""
    root = Path(feedback.__file__).parents[1]
    for changed in code_changes([root / name for name in PACKAGES]):
        click.echo(f"Changed: {', '.join(str(path.relative_to(root)) for path in changed)}; starting anew.", err=True)
        supervisor.restart()


def api(runtime: Runtime, name: str, listener: socket.socket) -> Child:
    """One of those that take turns to serve: the others are loaded already when it dies."""
    number = listener.fileno()
    return Child(name, (*COMMAND, "serve", "--listener", str(number)), environment(runtime), keep=(number,))


def serve_by_many(runtime: Runtime, count: int) -> None:
    """Keeps so many processes of the API alive, which share one port and tell their figures together."""

    def tell(event: str, **facts: Any) -> None:
        to_stderr(event, **facts)
        if event in ("child_died", "child_ended"):
            mark_process_dead(facts["pid"], figures)  # type: ignore[no-untyped-call]

    with listen(runtime.settings) as listener, TemporaryDirectory() as figures, Supervisor(tell=tell) as supervisor:
        number = listener.fileno()
        env = {**environment(runtime), "PROMETHEUS_MULTIPROC_DIR": figures}
        for n in range(count):
            command = (*COMMAND, "serve", "--shared", "--listener", str(number))
            supervisor.start(Child(f"api-{n + 1}", command, env, keep=(number,)))
        until_told_to_stop().wait()


def workers(runtime: Runtime) -> list[Child]:
    """Each joins the servers by address. Deliveries have a process of their own: slow receivers delay nobody."""
    env = environment(runtime)
    return [
        *(
            Child(f"worker-{n + 1}", (*COMMAND, "work", "--queue", "pipeline", "--queue", "services"), env)
            for n in range(runtime.settings.workers or os.cpu_count() or 1)
        ),
        Child("scheduler", (*COMMAND, "schedule"), env),
        Child("deliveries", (*COMMAND, "work", "--queue", "deliveries", "--threads", "16"), env),
    ]


def environment(runtime: Runtime) -> Mapping[str, str]:
    """Returns what a part is started with; where a variable stood in a file, its value takes the place of the file."""
    given = {
        "DATABASE_URL": runtime.servers.database_url,
        "REDIS_URL": runtime.servers.redis_url,
        "FEEDBACK_DATA": str(runtime.settings.data.absolute()),
        "PORT": str(runtime.settings.port),
        "FEEDBACK_DEV": str(int(runtime.settings.dev)),
        "FEEDBACK_WEBHOOK_ALLOW": " ".join(runtime.settings.webhook_allow),
        "OMP_NUM_THREADS": "1",  # one process a core: libraries that start a thread for each core only get in the way
        "OPENBLAS_NUM_THREADS": "1",
    }
    return {name: value for name, value in os.environ.items() if name.removesuffix("_FILE") not in given} | given


def answers(settings: Settings) -> bool:
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104 - only compared
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
