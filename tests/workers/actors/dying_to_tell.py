"""A worker that kills itself once a text has been taken: `python -m ...actors.dying_to_tell SUPPLIER URL ...`."""

import os
import signal
import sys
from pathlib import Path

from feedback.record.db import Record, engine_for
from feedback.record.settings import Settings
from feedback.record.work.claims import Claimer
from feedback.record.work.queue import WorkQueue
from insights.replies import texts
from tests.insights import suppliers
from workers.actors.answer import ANSWER
from workers.runtime.actor import Worker, work_once
from workers.runtime.model_loader import Tools


def main(supplier: str, url: str, database_url: str, redis_url: str, data: str) -> None:
    settings = Settings(data=Path(data), **suppliers.settings(supplier, url))
    engine = engine_for(database_url)
    worker = Worker(Record(settings, engine), Claimer(engine), WorkQueue(redis_url), Tools(settings))
    send = texts.send

    def then_die(*args: object) -> None:
        send(*args)  # type: ignore[arg-type]
        os.kill(os.getpid(), signal.SIGKILL)

    texts.send = then_die  # type: ignore[assignment]
    work_once(worker, ANSWER)


if __name__ == "__main__":
    main(*sys.argv[1:])
