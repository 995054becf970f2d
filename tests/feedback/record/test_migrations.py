"""The schema is what the models say, and every migration goes down and up on a database that holds something."""

import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import ARRAY, JSON, Column, Connection, Engine, Table, func, inspect, select, text
from sqlalchemy.dialects.postgresql import JSONB

from feedback.record.migrations import NEWEST, alembic_config, migrate
from feedback.record.models import Base
from feedback.record.models.base import EnumText, Vector
from tests.conftest import RealServers, database

NOW = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
OF_TYPE: dict[type, Any] = {
    bool: True,
    int: 1,
    float: 0.5,
    str: "x",
    bytes: b"x",
    dt.datetime: NOW,
    dt.date: NOW.date(),
    uuid.UUID: uuid.UUID(int=1),
}
FIRST = "0001"


@pytest.fixture
def engine(servers: RealServers) -> Iterator[Engine]:
    """A database of its own beside that of the other tests."""
    with database(servers, "migrations") as made:
        yield made


def test_a_migrated_database_is_what_the_models_say(engine: Engine) -> None:
    migrate(engine)
    assert differences(engine) == []


def test_every_migration_goes_down_and_up_on_a_filled_database(engine: Engine) -> None:
    migrate(engine)
    with engine.begin() as connection:
        fill(connection)
    newest_first = [revision.revision for revision in revisions(engine)]
    for revision in newest_first[1:]:
        step(engine, command.downgrade, revision)
    lasting = counts(engine)
    assert {"services", "feedback", "statements", "issues", "signals", "raw", "contacts"} <= lasting.keys()
    assert set(lasting.values()) == {1}
    for revision in reversed(newest_first[:-1]):
        step(engine, command.upgrade, revision)
    again = counts(engine)
    assert {name: again[name] for name in lasting} == lasting
    assert differences(engine) == []


def test_only_who_has_something_to_change_loads_alembic(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    migrate(engine)
    assert revisions(engine)[0].revision == NEWEST
    monkeypatch.setattr(command, "upgrade", lambda *_: pytest.fail("there is nothing to upgrade"))
    migrate(engine)
    engine.dispose()


def test_the_first_tables_go_and_come_again(engine: Engine) -> None:
    migrate(engine)
    step(engine, command.downgrade, "base")
    assert counts(engine) == {}
    migrate(engine)
    assert differences(engine) == []


def test_tallies_that_were_kept_by_language_are_counted_anew_by_channel(engine: Engine) -> None:
    migrate(engine)
    step(engine, command.downgrade, "0040")
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE issue_tallies DROP CONSTRAINT pk_issue_tallies, ADD language varchar"))
        connection.execute(text("ALTER TABLE issue_tallies ADD PRIMARY KEY (issue_id, channel, language)"))
    migrate(engine)
    assert differences(engine) == []
    with engine.connect() as connection:
        assert inspect(connection).get_pk_constraint("issue_tallies")["constrained_columns"] == ["issue_id", "channel"]


def test_none_is_null_in_every_column_of_json() -> None:
    kinds = [column.type for table in Base.metadata.sorted_tables for column in table.columns]
    of_json = [kind for kind in kinds if isinstance(kind, JSON)]
    assert len(of_json) > 10
    assert all(kind.none_as_null for kind in of_json)


def revisions(engine: Engine) -> list[Any]:
    with engine.connect() as connection:
        found = list(ScriptDirectory.from_config(alembic_config(connection)).walk_revisions())
    assert found[-1].revision == FIRST
    return found


def step(engine: Engine, to: Any, revision: str) -> None:
    with engine.connect() as connection:
        to(alembic_config(connection), revision)


def differences(engine: Engine) -> list[Any]:
    """Without the partitions of the raw text, which come and go by the day."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_name": is_ours})
        return list(compare_metadata(context, Base.metadata))


def is_ours(name: str | None, kind: str, parents: Any) -> bool:
    return not (kind == "table" and str(name).startswith("raw_"))


def fill(connection: Connection) -> None:
    """Puts one row into each table, with a value in every column."""
    connection.execute(
        text("CREATE TABLE raw_20260302 PARTITION OF raw FOR VALUES FROM ('2026-03-02') TO ('2026-03-03')")
    )
    keys: dict[Column[Any], Any] = {}
    for table in Base.metadata.sorted_tables:
        row = {column.name: value(column, keys) for column in table.columns if not column.identity}
        stored = connection.execute(table.insert().values(row).returning(*table.primary_key.columns)).one()
        keys |= dict(zip(table.primary_key.columns, stored, strict=True))


def value(column: Column[Any], keys: dict[Column[Any], Any]) -> Any:
    """Of another table's key where it refers to one (null where that row comes later), else of its type."""
    if column.foreign_keys:
        [key] = column.foreign_keys
        return keys.get(key.column)
    if isinstance(column.type, EnumText):
        return next(iter(column.type.kind))
    if isinstance(column.type, Vector):
        return [0.5] * (column.type.dim or 2)
    if isinstance(column.type, ARRAY | JSONB):
        return [] if isinstance(column.type, ARRAY) else {}
    return OF_TYPE[column.type.python_type]


def counts(engine: Engine) -> dict[str, int]:
    """How many rows each of the tables holds that there are now."""
    with engine.connect() as connection:
        there = set(inspect(connection).get_table_names()) - {"alembic_version"}
        ours: list[Table] = [table for table in Base.metadata.sorted_tables if table.name in there]
        return {table.name: connection.scalar(select(func.count()).select_from(table)) or 0 for table in ours}
