"""What every command does first: settings read, servers joined or started, the schema brought up to date."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import click
from sqlalchemy import select

from feedback import tracing
from feedback.process.embedded import Servers, servers
from feedback.record import access
from feedback.record.db import CONNECTIONS_OF, Record
from feedback.record.migrations import migrate
from feedback.record.models import Service
from feedback.record.settings import Settings


@dataclass(frozen=True, slots=True)
class Runtime:
    """What a command works with: the settings, the servers that run, and the store on them."""

    settings: Settings
    servers: Servers
    record: Record


@contextmanager
def started(settings: Settings, *, pool: int = 10, process: str | None = None) -> Iterator[Runtime]:
    """Starts or joins the servers, and brings the schema up to date; what was started for it ends with it.

    `process` tells its traces and its connections from others'; the command is named where it is not given.
    """
    name = process or click.get_current_context().info_name or "feedback"
    os.environ["PGAPPNAME"] = CONNECTIONS_OF + name  # libpq has each connection bear it
    if settings.otlp_endpoint:
        _trace(settings.otlp_endpoint, name)
    with servers(settings.data, settings.database_url, settings.redis_url) as running:
        record = Record.at(settings, running.database_url, size=pool)
        try:
            migrate(record.direct_engine)
            yield Runtime(settings, running, record)
        finally:
            record.close()
            tracing.stop()


def _trace(endpoint: str, process: str) -> None:
    from feedback.tracing.otlp import Teller

    tracing.start(Teller(endpoint, process))


def first_link(runtime: Runtime) -> str | None:
    """Makes a link that signs an admin in once, for whoever sets an empty store up; None where there is a service."""
    with runtime.record.transaction() as session:
        if session.scalar(select(Service.id).limit(1)) is not None:
            return None
        secret = access.create_link(session, access.Role.admin, None, name="first run")
    return f"{access.sign_in_url(runtime.record.settings, secret)}?next=/setup"


def until_told_to_stop() -> threading.Event:
    """Returns an event that Ctrl-C and SIGTERM set."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop
