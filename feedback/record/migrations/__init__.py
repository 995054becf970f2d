"""Brings the database to the schema of this version, while others go on reading and writing.

Alembic takes 12 MB of a process, so only the one that has something to change loads it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from psycopg.errors import DeadlockDetected, LockNotAvailable
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from feedback.record.errors import Unavailable
from feedback.record.work.claims import ADVISORY_LOCKS

if TYPE_CHECKING:
    from alembic.config import Config

_HERE = Path(__file__).parent
NEWEST = max(path.name for path in (_HERE / "versions").glob("[0-9]*.py")).partition("_")[0]
"""The newest migration, by which Alembic calls the schema of this version."""

LOCK_WAIT = "500ms"
"""How long a migration waits for a table, as whoever comes after it waits with it."""
VACUUM_WAIT = "3s"
"""How long it waits for an autovacuum to go, while nobody waits with it. PostgreSQL sends one away after a second."""
PATIENCE_SECONDS = 300.0
"""After which it gives up, with what it has done so far kept."""


def alembic_config(connection: Connection) -> Config:
    """Returns what Alembic's commands need to run our migrations on this connection."""
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def migrate(engine: Engine, patience: float = PATIENCE_SECONDS) -> None:
    """Upgrades to the newest schema, one process at a time; the others wait and then find nothing to do.

    Each migration is a transaction of its own. One that cannot have a table at once lets the others pass, and is tried
    again; `Unavailable` after `patience` seconds, with the migrations kept that were done.
    """
    deadline = time.monotonic() + patience
    with engine.connect() as connection:
        if _is_newest(connection):
            return
        with _alone(connection):
            while not (_is_newest(connection) or _upgraded(connection)):
                _send_vacuum_away(connection)
                if time.monotonic() > deadline:
                    raise Unavailable(
                        "A table is in use that the schema of this version changes. Try again when less goes on."
                    )
                time.sleep(0.2)


def _is_newest(connection: Connection) -> bool:
    """Tells whether nothing is to be done, as is usual; leaves no transaction open."""
    with connection.begin():
        known = connection.scalar(text("SELECT to_regclass('alembic_version')"))
        return bool(known) and connection.scalar(text("SELECT version_num FROM alembic_version")) == NEWEST


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """Asks now and then: who waits in a transaction is waited for by an index that is made beside others."""
    key = {"c": ADVISORY_LOCKS}
    while not connection.scalar(text("SELECT pg_try_advisory_lock(:c, 0)"), key):
        connection.commit()
        time.sleep(0.1)
    connection.execute(text(f"SET lock_timeout = '{LOCK_WAIT}'"))
    connection.commit()
    try:
        yield
    finally:
        connection.rollback()
        connection.execute(text("RESET lock_timeout"))
        connection.execute(text("SELECT pg_advisory_unlock(:c, 0)"), key)
        connection.commit()


_VACUUMED = text(
    "SELECT DISTINCT relation::regclass::text FROM pg_locks JOIN pg_class ON pg_class.oid = relation"
    " WHERE mode = 'ShareUpdateExclusiveLock' AND granted AND relkind IN ('r', 'p') AND pid <> pg_backend_pid()"
    " AND relnamespace = 'public'::regnamespace"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


def _send_vacuum_away(connection: Connection) -> None:
    """PostgreSQL sends an autovacuum away for whoever has waited for its table for a second.

    Who waits to have the table alone keeps all others waiting as long; in this mode no reader and no writer waits.
    """
    with connection.begin():
        tables = connection.scalars(_VACUUMED).all()
    for table in tables:
        with suppress(OperationalError), connection.begin():  # one that is not automatic stays
            connection.execute(text(f"SET LOCAL lock_timeout = '{VACUUM_WAIT}'"))
            connection.execute(text(f"LOCK TABLE {table} IN SHARE UPDATE EXCLUSIVE MODE"))


def _upgraded(connection: Connection) -> bool:
    """Tells whether nothing stood in the way."""
    from alembic import command  # noqa: PLC0415

    try:
        command.upgrade(alembic_config(connection), "head")
    except OperationalError as error:
        connection.rollback()
        if not isinstance(error.orig, LockNotAvailable | DeadlockDetected):
            raise
        return False
    connection.commit()
    return True
