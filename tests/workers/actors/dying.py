"""A worker that kills itself at one point of a delivery: `python -m ...actors.dying POINT DATABASE REDIS DATA`."""

import os
import signal
import sys
from pathlib import Path
from typing import Any

from feedback.record.db import Record, engine_for
from feedback.record.settings import Settings
from feedback.record.work.claims import Claimer
from feedback.record.work.queue import WorkQueue
from insights.alerts.delivery import attempts
from insights.alerts.delivery.transports import Transports
from workers.actors.deliver import deliver
from workers.runtime.actor import Worker
from workers.runtime.model_loader import Tools


def die(*_: Any) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def then_die(do: Any) -> Any:
    def both(*args: Any) -> Any:
        do(*args)
        die()

    return both


def main(point: str, database_url: str, redis_url: str, data: str) -> None:
    settings = Settings(data=Path(data), webhook_allow=("127.0.0.0/8",))
    engine = engine_for(database_url)
    worker = Worker(Record(settings, engine), Claimer(engine), WorkQueue(redis_url), Tools(settings))
    if point == "claimed":
        Transports.send = die  # type: ignore[assignment, method-assign]
    elif point == "sent":
        Transports.send = then_die(Transports.send)  # type: ignore[method-assign]
    elif point == "saving":
        attempts.record = then_die(attempts.record)
    deliver(worker)
    die()


if __name__ == "__main__":
    main(*sys.argv[1:])
