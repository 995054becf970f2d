"""Migrations lock nobody out: what waits lets others pass, and what takes long is done beside them."""

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, Engine, event, text

from feedback.record.errors import Unavailable
from feedback.record.migrations import alembic_config, beside, migrate
from tests.bench.rows import fill
from tests.conftest import RealServers, database
from tests.feedback.process.processes import eventually

SQUAWK = Path(sys.executable).parent / "squawk"
RULES = {
    *("adding-field-with-default", "adding-foreign-key-constraint", "adding-not-nullable-field"),
    *("adding-required-field", "adding-serial-primary-key-field", "ban-drop-column", "ban-drop-default"),
    *("ban-drop-not-null", "ban-drop-table", "changing-column-type", "constraint-missing-not-valid"),
    *("disallowed-unique-constraint", "renaming-column", "renaming-table", "require-concurrent-index-creation"),
}
"""Of squawk: what scans or rewrites a table under a lock, and what the version that still runs cannot live with."""
FIRST_UNDER_RULES = "0044"
"""Those before it were run while all else stood still, by the few installations that there were."""
CONTRACTS = {"0047": "a language that nobody chose may be none: none of 0.1.0 knew the column"}
"""Migrations that loosen or take away what was, and why no version that runs minds."""


@pytest.fixture
def engine(servers: RealServers) -> Iterator[Engine]:
    with database(servers, "beside") as made:
        yield made


ENDLESS_VACUUM = ", ".join(
    f"autovacuum_{name} = {value}"
    for name, value in {
        "enabled": "true",
        "vacuum_threshold": 0,
        "vacuum_scale_factor": 0,
        "vacuum_cost_delay": 100,
        "vacuum_cost_limit": 1,
    }.items()
)


def test_each_migration_leaves_the_version_that_runs_at_work(engine: Engine) -> None:
    ran = statements(engine)
    assert ran["0038"] and "alembic_version" not in "".join(ran["0038"])
    for revision, sql in ran.items():
        if revision >= FIRST_UNDER_RULES and revision not in CONTRACTS:
            assert found_by_squawk(sql) == set(), revision


def test_what_locks_others_out_is_found() -> None:
    assert found_by_squawk(["CREATE INDEX ix ON feedback (text)"]) == {"require-concurrent-index-creation"}
    assert found_by_squawk(["ALTER TABLE feedback ALTER COLUMN text TYPE jsonb"]) == {"changing-column-type"}
    assert found_by_squawk(["ALTER TABLE feedback DROP COLUMN text"]) == {"ban-drop-column"}
    assert "adding-required-field" in found_by_squawk(["ALTER TABLE feedback ADD COLUMN of text NOT NULL"])
    assert found_by_squawk(["CREATE TABLE t (id int)", "CREATE INDEX ix ON t (id)"]) == set()


def test_a_migration_lets_others_pass_while_it_waits_for_a_table(engine: Engine) -> None:
    _to(engine, "0037")
    with engine.connect() as holds:
        holds.execute(text("LOCK TABLE feedback IN ACCESS SHARE MODE"))
        with pytest.raises(Unavailable, match="in use"):
            migrate(engine, patience=0)
        with engine.connect() as other:
            other.execute(text("SET lock_timeout = '50ms'"))
            assert other.scalar(text("SELECT count(*) FROM feedback")) == 0
        waits = threading.Thread(target=migrate, args=(engine,))
        waits.start()
        waits.join(0.5)
        assert waits.is_alive()
    waits.join(60)
    assert _version(engine) > "0037"


def test_an_autovacuum_is_sent_away_and_nobody_waits_for_that(engine: Engine) -> None:
    _to(engine, "0058")
    with engine.begin() as connection:
        fill(connection, "bins", 8_000, vectors=False)
        connection.execute(text("UPDATE feedback SET weight = weight"))
        connection.execute(text(f"ALTER TABLE feedback SET ({ENDLESS_VACUUM})"))
    with vacuuming_each_second(engine):
        eventually(lambda: _vacuums(engine))
        migrate(engine, patience=60)
    assert _version(engine) > "0058"


def test_migrations_that_begin_together_take_turns(engine: Engine) -> None:
    """An index that is made beside others waits for every transaction: the one that waits for its turn holds none."""
    both = [threading.Thread(target=migrate, args=(engine,)) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join(120)
    assert _version(engine) > "0037"


def test_an_index_that_was_cut_off_is_made_anew(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE things (id int, name text)"))
        connection.execute(text("INSERT INTO things VALUES (1, 'x'), (1, 'y')"))
    with pytest.raises(sa.exc.IntegrityError), operations(engine):
        beside.add_unique("uq_things_id", "things", ["id"])
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM things WHERE name = 'y'"))
    for _ in range(2):  # and again, as a migration that was cut off after it would
        with operations(engine):
            beside.add_unique("uq_things_id", "things", ["id"])
    with pytest.raises(sa.exc.IntegrityError), engine.begin() as connection:
        connection.execute(text("INSERT INTO things VALUES (1, 'z')"))


@contextmanager
def vacuuming_each_second(engine: Engine) -> Iterator[None]:
    """The server looks each second for what is to be vacuumed."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ALTER SYSTEM SET autovacuum_naptime = '1s'"))
        connection.execute(text("SELECT pg_reload_conf()"))
        try:
            yield
        finally:
            connection.execute(text("ALTER SYSTEM RESET autovacuum_naptime"))
            connection.execute(text("SELECT pg_reload_conf()"))


@contextmanager
def operations(engine: Engine) -> Iterator[None]:
    """As within a migration."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        with context.begin_transaction(), Operations.context(context):
            yield


def statements(engine: Engine) -> dict[str, list[str]]:
    """What each migration from the first on runs, by its revision."""
    ran: dict[str, list[str]] = {}
    since: list[str] = []

    def note(connection: Connection, _k: Any, statement: str, _p: Any, _x: Any, _m: Any) -> None:
        if re.search(r"(INSERT INTO|UPDATE) alembic_version", statement):
            revision = re.findall(r"'(\d+)'", statement)[0]
            ran[revision] = [sql for sql in since if not re.match(r"\s*(SELECT|SET|RESET)\b", sql)]
            since.clear()
        elif connection.get_execution_options().get("isolation_level") == "AUTOCOMMIT":
            since.extend(("COMMIT", statement, "BEGIN"))
        else:
            since.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    migrate(engine)
    event.remove(engine, "before_cursor_execute", note)
    return ran


def found_by_squawk(sql: list[str]) -> set[str]:
    """The rules of ours that these statements break."""
    script = ";\n".join(("BEGIN", *sql, "COMMIT")) + ";\n"
    words = [str(SQUAWK), "--reporter", "json", "--pg-version", "15.0"]
    done = subprocess.run(words, input=script, capture_output=True, text=True, check=False)
    return {found["rule_name"] for found in json.loads(done.stdout)} & RULES


def _to(engine: Engine, revision: str) -> None:
    with engine.connect() as connection:
        command.upgrade(alembic_config(connection), revision)


def _version(engine: Engine) -> str:
    with engine.connect() as connection:
        return str(connection.scalar(text("SELECT version_num FROM alembic_version")))


def _vacuums(engine: Engine) -> int:
    """How many are at work on `feedback` of this database."""
    ours = "relid = 'feedback'::regclass AND datname = current_database()"
    with engine.connect() as connection:
        return int(connection.scalar(text(f"SELECT count(*) FROM pg_stat_progress_vacuum WHERE {ours}")) or 0)
