"""The hot path: the arrivals of many requests are committed in one transaction, and only then answered."""

import datetime as dt
from collections.abc import Sequence

import structlog

from feedback.record.db import Record
from feedback.record.errors import FeedbackError, Unavailable
from feedback.record.work.queue import WorkQueue
from ingest.intake.accept import Accepted, accept
from ingest.intake.arrival import Arrival
from ingest.intake.batcher import Batcher

log = structlog.get_logger()

Answers = list[Accepted | FeedbackError]


class Writer:
    """Stores what handlers hand over."""

    def __init__(self, record: Record, work_queue: WorkQueue) -> None:
        self._record, self._work_queue = record, work_queue
        self._batches: Batcher[Sequence[Arrival], Answers] = Batcher("intake", self._commit)

    async def store(self, arrivals: Sequence[Arrival]) -> Answers:
        """Returns the answers, one for each arrival, once they are committed. Raises `Unavailable`."""
        return await self._batches.ask(arrivals)

    async def close(self) -> None:
        """Ends once all that was handed over is answered."""
        await self._batches.close()

    def _commit(self, requests: Sequence[Sequence[Arrival]]) -> list[Answers | Exception]:
        try:
            answers = self._store([arrival for request in requests for arrival in request])
        except Exception as error:
            log.error("intake failed", error=type(error).__name__, requests=len(requests))
            if len(requests) == 1:
                return [Unavailable("this could not be stored just now; please try again")]
            return [self._commit([one])[0] for one in requests]  # find the one that is to blame; the others are stored
        self._work_queue.wake("clean")
        following = iter(answers)
        return [[next(following) for _ in request] for request in requests]

    def _store(self, arrivals: Sequence[Arrival]) -> Answers:
        with self._record.transaction() as session:
            return accept(session, self._record.keys, arrivals, dt.datetime.now(dt.UTC))
