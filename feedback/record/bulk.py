"""Many rows written by one statement: triggers run once for all of them, and neither side handles each by itself.

PostgreSQL takes the rows from one JSON text, by the types of the table. All rows name the same columns.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import (
    JSON,
    LargeBinary,
    Table,
    TableValuedAlias,
    Text,
    bindparam,
    cast,
    column,
    func,
    insert,
    literal_column,
    select,
    update,
)
from sqlalchemy.orm import Session

from feedback.record.models import Base
from feedback.record.models.base import Vector, written_vector


def insert_rows(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Store new rows; a column that they do not name gets its default."""
    if rows:
        given = _given(_table(model), rows)
        session.execute(insert(model).from_select(list(rows[0]), select(*given.c)))


def update_rows(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write to the rows of these primary keys the other values that stand beside them."""
    if rows:
        table = _table(model)
        [key], given = table.primary_key, _given(table, rows)
        values = {name: given.c[name] for name in rows[0] if name != key.name}
        found = update(model).where(key == given.c[key.name]).values(values)
        session.execute(found, execution_options={"synchronize_session": False})


def _table(model: type[Base]) -> Table:
    return model.metadata.tables[model.__tablename__]


def _given(table: Table, rows: Sequence[Mapping[str, Any]]) -> TableValuedAlias:
    text = bindparam(None, _as_json(table, rows), Text)
    taken = func.json_populate_recordset(literal_column(f"NULL::{table.name}"), cast(text, JSON))
    return taken.table_valued(*(column(name, table.c[name].type) for name in rows[0])).alias("given")


def _as_json(table: Table, rows: Sequence[Mapping[str, Any]]) -> str:
    ways = {name: way for name in rows[0] if (way := _way(table.c[name].type))}
    written = [{**row, **{name: way(row[name]) for name, way in ways.items()}} for row in rows]
    return msgspec.json.encode(written).decode()


def _way(kind: Any) -> Callable[[Any], str | None] | None:
    """How what JSON does not know is written so that PostgreSQL reads it."""
    if isinstance(kind, Vector):
        return written_vector
    return _hexadecimal if isinstance(kind, LargeBinary) else None


def _hexadecimal(value: bytes | None) -> str | None:
    return None if value is None else f"\\x{value.hex()}"
