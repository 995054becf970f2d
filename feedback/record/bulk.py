"""Many rows written by one statement: triggers run once for all of them, and neither side handles each by itself.

PostgreSQL takes the rows from one JSON text, by the types of the table. All rows name the same columns.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import (
    JSON,
    TableValuedAlias,
    Text,
    bindparam,
    cast,
    column,
    func,
    literal_column,
    update,
)
from sqlalchemy.orm import Session

from feedback.record.models import Base
from feedback.record.models.base import written_vector


def update_rows(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write to the rows of these primary keys the other values that stand beside them."""
    if rows:
        [key], given = model.__mapper__.primary_key, as_table(model, rows)
        values = {name: given.c[name] for name in rows[0] if name != key.name}
        changed = update(model).where(key == given.c[key.name]).values(values)
        session.execute(changed, execution_options={"synchronize_session": False})


def as_table(model: type[Base], rows: Sequence[Mapping[str, Any]]) -> TableValuedAlias:
    """Make a table of rows that a statement can read, with the columns that they name.

    What JSON does not know, bytes and arrays, is written as PostgreSQL reads it.
    """
    table = model.__table__
    written = [
        {name: f"\\x{value.hex()}" if isinstance(value, bytes) else value for name, value in row.items()}
        for row in rows
    ]
    text = bindparam(None, msgspec.json.encode(written, enc_hook=written_vector).decode(), Text)
    taken = func.json_populate_recordset(literal_column(f"NULL::{model.__tablename__}"), cast(text, JSON))
    return taken.table_valued(*(column(name, table.c[name].type) for name in rows[0])).alias("given")
