"""The walk without waiting for messages: every actor, until nothing waits anywhere."""

import datetime as dt
from typing import Any

from ingest.intake.accept import Accepted, accept
from ingest.intake.arrival import Arrival
from workers.actors.clean import CLEAN
from workers.actors.group import GROUP
from workers.actors.notice import NOTICE
from workers.actors.refit import REFIT
from workers.runtime.actor import Worker, work_once


def put(
    worker: Worker, *messages: str, at: dt.datetime | dt.date | None = None, channel: Any = "web", **more: Any
) -> list[Accepted]:
    """As any channel hands them over to Blue Badge."""
    arrivals = [Arrival("blue-badge", message, channel, "test", submitted_at=at, **more) for message in messages]
    with worker.record.transaction() as session:
        answers = accept(session, worker.record.keys, arrivals, dt.datetime.now(dt.UTC))
    return [answer for answer in answers if isinstance(answer, Accepted)]


def walk(worker: Worker) -> None:
    while any(
        [work_once(worker, CLEAN), work_once(worker, GROUP), work_once(worker, REFIT), work_once(worker, NOTICE)]
    ):
        pass
