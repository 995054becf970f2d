"""The hot path: the arrivals of many requests are committed in one transaction, and only then answered."""

import asyncio
import datetime as dt
import time
import uuid
from collections.abc import Sequence

import psycopg
import structlog

from feedback import tracing
from feedback.record.db import Record, direct_connection
from feedback.record.errors import FeedbackError, Unavailable
from feedback.record.models import new_id
from feedback.record.privacy import raw
from feedback.record.work.queue import WorkQueue
from ingest.intake.accept import Accepted, accept, tell_stored
from ingest.intake.arrival import Arrival
from ingest.intake.batcher import Batcher, in_a_thread
from ingest.intake.insertion import GUARDED_INSERTION
from ingest.intake.rows import Facts, FeedbackRow, as_json, checked_row, read_facts

log = structlog.get_logger()

Answers = list[Accepted | FeedbackError]
Identified = tuple[uuid.UUID, Arrival]
"""An arrival and the id of its piece, under which it is stored once, however often that is tried."""


class FastPath:
    """Stores what is plain to store by one prepared statement, which the event loop itself sends.

    Nothing is taken for true that was read before: the statement stores only what it still holds for. What it did not
    store, or what failed, is left to those who look closer, under the same id, so that nothing is stored twice.
    """

    def __init__(self, record: Record, work_queue: WorkQueue) -> None:
        self._record, self._work_queue = record, work_queue
        self._connection: psycopg.AsyncConnection | None = None
        self._facts: Facts | None = None
        self._wrapped: bytes | None = None

    async def store(self, named: Sequence[Identified]) -> list[Accepted | None]:
        """Returns for each whether it is stored, and committed; None for what it does not tell of."""
        try:
            return await self._stored(named)
        except Exception as error:  # the store, or one of them, which those who look closer will find
            log.warning("the fast path of intake failed", error=type(error).__name__)
            await self.close()
            return [None] * len(named)

    async def close(self) -> None:
        """Gives the connection back, and forgets what is known."""
        connection, self._connection, self._facts = self._connection, None, None
        if connection is not None:
            await connection.close()

    async def _stored(self, named: Sequence[Identified]) -> list[Accepted | None]:
        began, now = time.time_ns(), dt.datetime.now(dt.UTC)
        facts = await self._known({arrival.service for _, arrival in named}, now.date())
        found = [
            None if arrival.contact else checked_row(arrival, identity, facts, self._record.keys, now)
            for identity, arrival in named
        ]
        rows = {row.id: row for row in found if isinstance(row, FeedbackRow)}
        for identity in await self._insert(list(rows.values()), facts.day):
            del rows[identity]
        if rows:
            self._work_queue.wake("clean")
        if tracing.is_on:
            tell_stored(rows.values(), began)
        return [Accepted(identity, rows[identity].receipt) if identity in rows else None for identity, _ in named]

    async def _known(self, slugs: set[str], day: dt.date) -> Facts:
        """What is known, with what was not yet: who asks for services that there are not has nothing else read."""
        known = self._facts.services if self._facts and self._facts.day == day else {}
        if self._facts is None or not slugs <= known.keys():
            read = await asyncio.to_thread(self._read, slugs - known.keys(), day)
            self._facts = read._replace(services={**known, **read.services})
        return self._facts

    def _read(self, slugs: set[str], day: dt.date) -> Facts:
        with self._record.transaction() as session:
            facts = read_facts(session, self._record.keys, list(slugs), day)
            self._wrapped = raw.wrapped_key(session, day)
            return facts

    async def _insert(self, rows: Sequence[FeedbackRow], day: dt.date) -> list[uuid.UUID]:
        """Returns the ids of those that were not stored."""
        if not rows:
            return []
        if self._connection is None:
            self._connection = await direct_connection(self._record.direct_engine)
        given = {"rows": as_json(rows), "day": day, "wrapped": self._wrapped}
        cursor = await self._connection.execute(GUARDED_INSERTION, given, prepare=True)
        left = await cursor.fetchall()
        if not all(held for _, held in left):
            self._facts = None
        return [identity for identity, _ in left]


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
