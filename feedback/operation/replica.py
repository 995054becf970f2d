"""How the replica of PostgreSQL does that pages are read from (`DATABASE_READ_URL`), and how far it is behind."""

import threading
import time
from collections.abc import Callable
from typing import Generic, Literal, NamedTuple, TypeVar

from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from feedback.record.db import Record

PATIENCE_SECONDS = 1.0
"""How long whoever asks waits for a replica to answer."""

CATCH_UP_SECONDS = 0.5
"""How long a replica is given to catch up: what was stored a moment ago is on its way."""

OfReplica = TypeVar("OfReplica")

ReplicaState = Literal["ok", "away", "primary"]
"""`primary`: no replica answers, and the primary stands in for it."""


class Lag(NamedTuple):
    """How far a replica is behind: bytes of the log (0: not at all), and seconds since what it has was committed.

    Where it got nothing since it was started, that counts.
    """

    size: int
    seconds: float


def state(replica: Record) -> ReplicaState:
    """Tells whether a replica answers."""
    try:
        with replica.transaction() as session:
            return "ok" if session.scalar(select(func.pg_is_in_recovery())) else "primary"
    except SQLAlchemyError:
        return "away"


def lag(record: Record) -> Lag:
    """Tells how far the replica is behind what was stored when it was asked; it is given a moment to catch up."""
    with record.transaction() as session:
        stored = session.scalar(text("SELECT pg_current_wal_lsn()::text"))
    patient_until = time.monotonic() + CATCH_UP_SECONDS
    while (found := _lag(record.replica, stored)).size and time.monotonic() < patient_until:
        time.sleep(0.1)
    return found


def lag_of_standby(record: Record) -> Lag | None:
    """Tells the same; None where no replica answers, though the primary may stand in for it."""
    return lag(record) if state(record.replica) == "ok" else None


def _lag(replica: Record, stored: str | None) -> Lag:
    size = "greatest(pg_wal_lsn_diff(CAST(:stored AS pg_lsn), pg_last_wal_replay_lsn()), 0)"
    age = "extract(epoch FROM now() - coalesce(pg_last_xact_replay_timestamp(), pg_postmaster_start_time()))"
    with replica.transaction() as session:
        found = session.execute(text(f"SELECT {size}, {age}"), {"stored": stored}).one()
    return Lag(int(found[0] or 0), float(found[1] or 0))


class ReplicaWatch(Generic[OfReplica]):
    """Asks a replica in a thread of its own, once at a time: one that hangs keeps nobody waiting, nor ends late.

    `ask` does it; `away` is told where that takes too long or fails.
    """

    def __init__(self, ask: Callable[[], OfReplica], away: OfReplica) -> None:
        self._ask, self._away = ask, away
        self._found = away
        self._asking = threading.Thread()
        self._lock = threading.Lock()

    def look(self) -> OfReplica:
        """Returns what it tells, after a second at most; who does not answer until then is away."""
        with self._lock:
            if not self._asking.is_alive():
                self._asking = threading.Thread(target=self._look, daemon=True)
                self._asking.start()
            asking = self._asking
        asking.join(PATIENCE_SECONDS)
        return self._away if asking.is_alive() else self._found

    def _look(self) -> None:
        try:
            self._found = self._ask()
        except SQLAlchemyError:
            self._found = self._away
