"""The hot path: what is plain to store goes in by one prepared statement, which the event loop itself sends.

Nothing is taken for true that was read before: the statement stores only what it still holds for. What it did not
store, or what failed, is left to those who look closer, under the same id, so that nothing is stored twice.
"""

import asyncio
import datetime as dt
import time
import uuid
from collections.abc import Sequence

import psycopg
import structlog
from sqlalchemy.exc import SQLAlchemyError

from feedback import tracing
from feedback.record.db import Record, direct_connection
from feedback.record.privacy import raw
from feedback.record.work.queue import WorkQueue
from ingest.intake.accept import Accepted, tell_stored
from ingest.intake.arrival import Arrival
from ingest.intake.insertion import GUARDED_INSERTION
from ingest.intake.rows import Facts, FeedbackRow, as_json, checked_row, read_facts

log = structlog.get_logger()


class FastPath:
    """Holds one connection to the store, and what was last known of the services."""

    def __init__(self, record: Record, work_queue: WorkQueue) -> None:
        self._record, self._work_queue = record, work_queue
        self._connection: psycopg.AsyncConnection | None = None
        self._facts: Facts | None = None
        self._wrapped: bytes | None = None

    async def store(self, named: Sequence[tuple[uuid.UUID, Arrival]]) -> list[Accepted | None]:
        """Returns for each whether it is stored, and committed; None for what it does not tell of."""
        try:
            return await self._stored(named)
        except (psycopg.Error, SQLAlchemyError, OSError) as error:
            log.warning("the fast path of intake failed", error=type(error).__name__)
            await self.close()
            return [None] * len(named)

    async def close(self) -> None:
        """Gives the connection back, and forgets what is known."""
        connection, self._connection, self._facts = self._connection, None, None
        if connection is not None:
            await connection.close()

    async def _stored(self, named: Sequence[tuple[uuid.UUID, Arrival]]) -> list[Accepted | None]:
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
        facts = self._facts
        if facts is None or facts.day != day or not slugs <= facts.services.keys():
            known = facts.services.keys() if facts else ()
            facts = self._facts = await asyncio.to_thread(self._read, slugs.union(known), day)
        return facts

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
            self._connection = await direct_connection(self._record.engine)
        given = {"rows": as_json(rows), "day": day, "wrapped": self._wrapped}
        cursor = await self._connection.execute(GUARDED_INSERTION, given, prepare=True)
        left = await cursor.fetchall()
        if not all(held for _, held in left):
            self._facts = None
        return [identity for identity, _ in left]
