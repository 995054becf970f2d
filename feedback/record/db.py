"""The way to PostgreSQL: an engine, and transactions, which commands, handlers and workers alone begin."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import msgspec
import psycopg
from prometheus_client import Gauge
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from sqlalchemy import Engine, create_engine, event, make_url, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from feedback.record.encryption import KeyRing
from feedback.record.installation.live import LiveSettings
from feedback.record.limits import EARLIEST, LATEST, STORED_FROM, OutOfRange
from feedback.record.settings import Settings

ERASURE_LEDGER = "erased.log"
"""A file in the data folder: the time and the id of each piece that was taken back. Sessions hold its path so named."""


WAITING = Gauge("feedback_pool_waiting", "Who waits for a connection", multiprocess_mode="livesum")
UNDER_WAY = Gauge("feedback_transactions_in_progress", "Transactions under way", multiprocess_mode="livesum")

CONNECTIONS_OF = "feedback "
"""Before the name of a process: what its connections are called in `pg_stat_activity`."""

POOL_SECONDS = 10.0
"""How long one waits for a connection while all are in use."""

REPLICA_SECONDS = 60
"""How long a connection to a replica is kept: where the primary stood in for one, the replica serves again after it."""

PATIENCE = {
    "connect_timeout": 5,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""A server that has vanished from the network is given up after a minute at most, where the system's own habit is two
hours. Seconds, the last in milliseconds; what the URL sets counts first."""


_SESSION = "; ".join(
    (
        *(
            f"SET tcp_{name} = {PATIENCE[name]}"
            for name in ("keepalives_idle", "keepalives_interval", "keepalives_count")
        ),
        f"SET tcp_user_timeout = {PATIENCE['tcp_user_timeout']}",
        "SET plan_cache_mode = force_custom_plan",
    )
)
"""The server, too, gives up who has vanished, after a minute at most: until then what they had claimed and locked stays
theirs. And it plans each statement for its own values: a plan for whatever values is taken from the sixth time on
otherwise, and reads all of a table that a service's month is a thousandth of."""


class _WiderLoader(Loader):
    """Holds the usual loader of its type, which raises for what Python has no name for."""

    def __init__(self, oid: int, context: Any = None) -> None:
        super().__init__(oid, context)
        usual = cast(type[Loader], psycopg.adapters.get_loader(oid, self.format))
        self._usual = usual(oid, context)


class MomentLoader(_WiderLoader):
    """Loads a `timestamptz`; one that no door takes is `OutOfRange`.

    PostgreSQL's own span is wider than Python's, infinity included, and a driver that raises over one such value fails
    over all the rows that come with it.
    """

    def load(self, data: Buffer) -> dt.datetime:
        """Returns a time with its zone."""
        try:
            at: dt.datetime = self._usual.load(data)
        except psycopg.DataError:
            return OutOfRange.nearest(EARLIEST if _is_past(data) else LATEST)
        return at if STORED_FROM <= at < LATEST else OutOfRange.nearest(EARLIEST if at < EARLIEST else LATEST)


class DayLoader(_WiderLoader):
    """Loads a `date`; one that Python has no name for is the nearest that any door takes."""

    def load(self, data: Buffer) -> dt.date:
        """Returns a date."""
        try:
            day: dt.date = self._usual.load(data)
        except psycopg.DataError:
            day = (EARLIEST if _is_past(data) else LATEST).date()
        return day


def _is_past(data: Buffer) -> bool:
    """Minus infinity, and what was before Christ."""
    return bytes(data).startswith(b"-") or bytes(data).endswith(b"BC")


def _adapt(connection: Any, _: object) -> None:
    connection.adapters.register_loader("timestamptz", MomentLoader)
    connection.adapters.register_loader("date", DayLoader)


def _set_session(connection: Any, _: object) -> None:
    connection.execute(_SESSION)
    connection.commit()


def engine_for(url: str, *, size: int = 10, pooler: bool = False, seconds: float = -1) -> Engine:
    """Makes an engine that keeps `size` connections, each for so many `seconds` (-1: for good).

    Parameters, which may be citizens' words, enter no message.

    `pooler`: the URL leads through one that gives a connection for a transaction at a time, so that nothing may stay
    with a connection: neither what was set, nor prepared statements (which alone are planned for whatever values).
    """
    if url.startswith(("postgres://", "postgresql://")):
        url = "postgresql+psycopg://" + url.split("://", 1)[1]
    given = make_url(url)
    patience = {name: seconds for name, seconds in PATIENCE.items() if name not in given.query}
    engine = create_engine(
        given,
        pool_size=size,
        max_overflow=size,
        pool_timeout=POOL_SECONDS,
        pool_pre_ping=True,
        pool_recycle=seconds,
        hide_parameters=True,
        connect_args={**patience, **({"prepare_threshold": None} if pooler else {})},
        json_deserializer=msgspec.json.decode,  # pages read thousands of small documents
    )
    event.listen(engine, "connect", _adapt)
    if not pooler:
        event.listen(engine, "connect", _set_session)
    return engine


async def direct_connection(engine: Engine) -> psycopg.AsyncConnection:
    """Opens a connection beside the pool, for one statement again and again, each committed by itself."""
    _, how = engine.dialect.create_connect_args(engine.url)
    return await psycopg.AsyncConnection.connect(**{**PATIENCE, **how}, autocommit=True)


def is_reachable(engine: Engine) -> bool:
    """Tells whether PostgreSQL answers."""
    try:
        with engine.connect() as connection:
            return bool(connection.scalar(select(1)))
    except SQLAlchemyError:
        return False


class Record:
    """Gives access to what is stored, and holds the keys to it; made once a process and passed down.

    `direct_engine` passes by a pooler: what holds a lock, or changes the schema, keeps its connection. `replica` gives
    what may be a moment late, from another server where there is one.
    """

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self.operators_settings = settings
        self.engine = engine
        direct = settings.database_direct_url
        self.direct_engine = engine_for(direct, size=2) if direct else engine
        self.replica = self
        self.keys = KeyRing(settings.keys())
        self.live_settings = LiveSettings(settings, self.keys, engine)
        self._sessions = sessionmaker(
            engine, expire_on_commit=False, info={ERASURE_LEDGER: settings.data / ERASURE_LEDGER}
        )

    @classmethod
    def at(cls, settings: Settings, database_url: str, *, size: int = 10) -> "Record":
        """Joins the store at this address, and keeps `size` connections to it."""
        found = cls(settings, engine_for(database_url, size=size, pooler=settings.has_pooler))
        if settings.database_read_url:
            read = settings.database_read_url
            found.replica = cls(
                settings, engine_for(read, size=size, pooler=settings.has_pooler, seconds=REPLICA_SECONDS)
            )
        return found

    def close(self) -> None:
        """Closes all connections."""
        for one in (self, self.replica):
            one.engine.dispose()
            one.direct_engine.dispose()

    @property
    def has_replica(self) -> bool:
        """Whether pages are read from another server."""
        return self.replica is not self

    @property
    def settings(self) -> Settings:
        """The settings that count now: the operator's, and beneath them what admins have set."""
        return self.live_settings.get()

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Commits at the end, or rolls back and raises. Whoever is given the session does not commit."""
        with self._sessions.begin() as session:
            with WAITING.track_inprogress():
                session.connection()
            with UNDER_WAY.track_inprogress():
                yield session
