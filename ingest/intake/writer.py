"""The hot path: the arrivals of many requests are committed in one transaction, and only then answered."""

import datetime as dt
import uuid
from collections.abc import Sequence

import structlog

from feedback.record.db import Record
from feedback.record.errors import FeedbackError, Unavailable
from feedback.record.models import new_id
from feedback.record.work.queue import WorkQueue
from ingest.intake.accept import Accepted, accept
from ingest.intake.arrival import Arrival
from ingest.intake.batcher import Batcher, in_a_thread
from ingest.intake.fast_path import FastPath

log = structlog.get_logger()

Answers = list[Accepted | FeedbackError]
Identified = tuple[uuid.UUID, Arrival]
"""An arrival and the id of its piece, under which it is stored once, however often that is tried."""


class Writer:
    """Stores what handlers hand over: by the fast path what is plain to store, and the rest with care."""

    def __init__(self, record: Record, work_queue: WorkQueue) -> None:
        self._record, self._work_queue = record, work_queue
        self._fast_path = FastPath(record, work_queue)
        self._plain: Batcher[Identified, Accepted | None] = Batcher(self._fast_path.store)
        self._rest: Batcher[Sequence[Identified], Answers] = Batcher(in_a_thread("intake", self._commit))

    async def store(self, arrivals: Sequence[Arrival]) -> Answers:
        """Returns the answers, one for each arrival, once they are committed. Raises `Unavailable`."""
        named = [(new_id(), arrival) for arrival in arrivals]
        if len(named) == 1 and (stored := await self._plain.ask(named[0])):
            return [stored]
        return await self._rest.ask(named)

    async def close(self) -> None:
        """Ends once all that was handed over is answered."""
        await self._plain.close()
        await self._rest.close()
        await self._fast_path.close()

    def _commit(self, requests: Sequence[Sequence[Identified]]) -> list[Answers | Exception]:
        try:
            answers = self._store([named for request in requests for named in request])
        except Exception as error:
            log.error("intake failed", error=type(error).__name__, requests=len(requests))
            if len(requests) == 1:
                return [Unavailable("this could not be stored just now; please try again")]
            return [self._commit([one])[0] for one in requests]  # find the one that is to blame; the others are stored
        self._work_queue.wake("clean")
        following = iter(answers)
        return [[next(following) for _ in request] for request in requests]

    def _store(self, named: Sequence[Identified]) -> Answers:
        ids, arrivals = [identity for identity, _ in named], [arrival for _, arrival in named]
        with self._record.transaction() as session:
            return accept(session, self._record.keys, arrivals, dt.datetime.now(dt.UTC), ids=ids)
