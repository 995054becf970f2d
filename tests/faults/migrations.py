"""python -m tests.faults.migrations URL: what the next version may do to the schema while this one is at work."""

import random
import sys
import time
from collections.abc import Callable

import sqlalchemy as sa
from alembic import op
from alembic.migration import MigrationContext
from alembic.operations import Operations
from psycopg.errors import LockNotAvailable
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from feedback.process import embedded
from feedback.record.db import engine_for
from feedback.record.migrations import LOCK_WAIT, beside
from tests.whole.system import Running

KILLED_WITHIN_SECONDS = 1.0


def migrate_and_kill(running: Running, draw: random.Random) -> str:
    """The schema is changed beside all that goes on, cut off at any point, and done again until it goes through."""
    with embedded.servers(running.data) as servers:
        command = ("tests.faults.migrations", servers.database_url)
    running.commands.run_through(*command, killed_after=KILLED_WITHIN_SECONDS * draw.random())
    return "migrated, killed at first"


def expand() -> None:
    """A column that refers to another table, found by an index, and two that are one of a kind."""
    op.execute("CREATE TABLE IF NOT EXISTS next_things (id int PRIMARY KEY)")
    for table in ("feedback", "statements"):
        op.execute(f"ALTER TABLE {table} ADD COLUMN IF NOT EXISTS next_thing int")
        beside.create_index(f"ix_{table}_next_thing", table, ["next_thing"])
        beside.add_foreign_key(f"fk_{table}_next_thing", table, "next_thing", "next_things", "SET NULL")
    beside.add_unique("uq_feedback_next_thing", "feedback", ["id", "next_thing"])


def contract() -> None:
    """What the version after the next does, which is why this can be done again."""
    for table in ("feedback", "statements"):
        op.execute(f"ALTER TABLE {table} DROP COLUMN IF EXISTS next_thing")
    op.execute("DROP TABLE IF EXISTS next_things")


def main(engine: Engine) -> None:
    for step in (expand, contract):
        while not _went_through(engine, step):
            time.sleep(0.2)


def _went_through(engine: Engine, step: Callable[[], None]) -> bool:
    """As `migrate` does it: what cannot have a table at once lets others pass."""
    try:
        with engine.connect() as connection:
            connection.execute(sa.text(f"SET lock_timeout = '{LOCK_WAIT}'"))
            connection.commit()
            context = MigrationContext.configure(connection)
            with context.begin_transaction(), Operations.context(context):
                step()
    except OperationalError as error:
        if not isinstance(error.orig, LockNotAvailable):
            raise
        return False
    return True


if __name__ == "__main__":
    main(engine_for(sys.argv[1]))
