"""What may happen to a running product: each fault does its harm once, and says on what."""

import random
import time
from collections.abc import Callable
from contextlib import suppress

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from feedback.record.models import Service
from feedback.record.states import WorkKind
from feedback.record.work import service_work
from tests.faults.migrations import migrate_and_kill
from tests.faults.poison import poison, poison_delivery, poison_service
from tests.faults.processes import STOPPED_SECONDS, end_server, kill, kill_one, restart, second_scheduler, stop
from tests.faults.proxy import Line
from tests.faults.stores import crowd_out, fill_disk, fill_redis, flush, repeat, store
from tests.whole.system import Running

BROKEN_LINES: tuple[Line, ...] = ("slow", "dead", "broken", "cut", "half open")
ENDS = ("PostgreSQL", "Redis", "citizens")
CLOCK_SECONDS = 600
REFIT_SECONDS = 3.0

Fault = Callable[[Running, random.Random], str]
"""Says what it did; nothing where it could do nothing."""


def break_line(running: Running, draw: random.Random) -> str:
    """The line of all processes to a server, or of citizens to us, is slow, goes dead, breaks or is cut for a while."""
    place, how = draw.randrange(len(running.lines)), draw.choice(BROKEN_LINES)
    line = running.lines[place]
    line.become(how)
    time.sleep(STOPPED_SECONDS * draw.random())
    line.become("well")
    return f"the line to {ENDS[place]} was {how}"


def move_clock(running: Running, draw: random.Random) -> str:
    """Our clock is ten minutes behind that of the stores, or before it, until it is set again."""
    seconds = draw.choice((-CLOCK_SECONDS, 0, CLOCK_SECONDS))
    if not running.clock:
        return ""
    running.clock.set(seconds)
    return f"set the clock {seconds:+} seconds"


def kill_refit(running: Running, draw: random.Random) -> str:
    """The topics are trained anew, and the worker dies at any point of it."""
    with suppress(SQLAlchemyError), store(running) as record, record.transaction() as session:
        service_work.ask(session, session.scalars(select(Service.id)).all(), WorkKind.REFIT)
    time.sleep(REFIT_SECONDS * draw.random())
    kill_one(running, "worker-1")
    return "killed a refit"


FAULTS: tuple[Fault, ...] = (
    *(kill, kill, stop, restart, end_server, second_scheduler, kill_refit),
    *(break_line, break_line, break_line),
    *(flush, fill_redis, repeat),
    *(fill_disk, crowd_out, move_clock, migrate_and_kill),
    *(poison, poison_service, poison_delivery),
)
