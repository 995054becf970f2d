"""The API as a process of its own, and its port. It starts before what takes long to load: little is imported here."""

import os
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from feedback.process.supervisor import Child, Supervisor
from feedback.record.errors import Unavailable
from feedback.record.settings import Settings

if TYPE_CHECKING:
    from feedback.process.embedded import Servers

LOOPBACK = "127.0.0.1"
COMMAND = (sys.executable, "-m", "feedback")
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
def api_starting(settings: Settings, listener: socket.socket) -> Iterator[Supervisor]:
    """Within it children are kept alive: first the API, which loads while the servers come up, and joins them."""
    with Supervisor() as supervisor:
        supervisor.start(api("api", listener, environment(settings)))
        yield supervisor


def api(name: str, listener: socket.socket, env: Mapping[str, str]) -> Child:
    """One of those that take turns to serve: the others are loaded already when it dies."""
    number = listener.fileno()
    return Child(name, (*COMMAND, "serve", "--listener", str(number)), env, keep=(number,))


def environment(settings: Settings, servers: "Servers | None" = None) -> Mapping[str, str]:
    """Returns what a part is started with; where a variable stood in a file, its value takes the place of the file.

    Without `servers` it finds those itself.
    """
    urls = {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url} if servers else {}
    given = {
        **urls,
        "FEEDBACK_DATA": str(settings.data.absolute()),
        "PORT": str(settings.port),
        "FEEDBACK_DEV": str(int(settings.dev)),
        "FEEDBACK_WEBHOOK_ALLOW": " ".join(settings.webhook_allow),
        "OMP_NUM_THREADS": "1",  # one process a core: libraries that start a thread for each core only get in the way
        "OPENBLAS_NUM_THREADS": "1",
    }
    return {name: value for name, value in os.environ.items() if name.removesuffix("_FILE") not in given} | given
