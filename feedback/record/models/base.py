"""What every table shares."""

import datetime as dt
import os
import time
import uuid
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, ClassVar

import msgspec
from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    MetaData,
    String,
    TableValuedAlias,
    Text,
    TypeDecorator,
    bindparam,
    cast,
    column,
    func,
    literal_column,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from feedback.record import states


class EnumText(TypeDecorator[StrEnum]):
    """Stores a member of a `StrEnum` as its text. A text that this version has no member for is loaded as it is."""

    impl = String
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__()
        self.kind = kind
        self._members: dict[str, StrEnum] = {member.value: member for member in kind}

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Writes the text of a member, or any other text as it is."""
        return None if value is None else str(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Reads the member of a text, or the text itself where there is none."""
        return self._members.get(value, value)


_ENUM_COLUMNS = {kind: EnumText(kind) for kind in StrEnum.__subclasses__() if kind.__module__ == states.__name__}


DOCUMENT = JSONB(none_as_null=True)
"""A column of JSON: None is SQL's NULL, as in every other column, and never the JSON value `null`."""


class Base(DeclarativeBase):
    """The declarative base of every table: names of constraints, and which column type stands for which annotation."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        dt.datetime: DateTime(timezone=True),
        dict[str, Any]: DOCUMENT,
        dict[str, int]: DOCUMENT,
        dict[str, str]: DOCUMENT,
        list[dict[str, Any]]: DOCUMENT,
    } | _ENUM_COLUMNS


class Vector(HALFVEC):
    """Half floats, written to as many digits as matter: pgvector's own type writes all, which takes far longer."""

    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Any:
        """Returns what writes a list of numbers or an array."""
        return _written


def _written(value: Any) -> str | None:
    """Writes a list of numbers or an array, as pgvector reads it."""
    if value is None:
        return None
    numbers = value if isinstance(value, list) else value.tolist()
    return f"[{','.join(['%.7g'] * len(numbers))}]" % tuple(numbers)


class Timed:
    """Adds when a row was made."""

    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class Claimable:
    """Adds what workers need to claim a row; each table says which stages it knows.

    `claimed_by` is the number of the worker that has it in hand, `attempts` counts the tries of this stage, and
    `reason` says why the last one failed.
    """

    stage: Mapped[str]
    claimed_by: Mapped[int | None]
    attempts: Mapped[int] = mapped_column(server_default="0", default=0)
    reason: Mapped[str | None]


def new_id() -> uuid.UUID:
    """Makes a UUID of version 7 (RFC 9562): ordered by time, so that an index grows at its end.

    Ids made one after the other in a process stay in that order: the bits below the millisecond are of its
    fraction (method 3 of section 6.2).
    """
    millisecond, rest = divmod(time.time_ns(), 1_000_000)
    fraction = (rest << 12) // 1_000_000
    raw = bytearray(millisecond.to_bytes(6, "big") + fraction.to_bytes(2, "big") + os.urandom(8))
    raw[6] |= 0x70
    raw[8] = raw[8] & 0x3F | 0x80
    return uuid.UUID(bytes=bytes(raw))


def update_rows(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Writes to the rows of these primary keys the other values that stand beside them.

    By one statement, so that triggers run once for all; all rows name the same columns.
    """
    if rows:
        [key], given = model.__mapper__.primary_key, as_table(model, rows)
        values = {name: given.c[name] for name in rows[0] if name != key.name}
        changed = update(model).where(key == given.c[key.name]).values(values)
        session.execute(changed, execution_options={"synchronize_session": False})


def as_table(model: type[Base], rows: Sequence[Mapping[str, Any]]) -> TableValuedAlias:
    """Makes a table of rows that a statement can read, with the columns that they name.

    PostgreSQL takes them from one JSON text, by the types of the table: neither side handles each by itself. What JSON
    does not know, bytes and arrays, is written as PostgreSQL reads it.
    """
    table = model.__table__
    written = [
        {name: f"\\x{value.hex()}" if isinstance(value, bytes) else value for name, value in row.items()}
        for row in rows
    ]
    text = bindparam(None, msgspec.json.encode(written, enc_hook=_written).decode(), Text)
    taken = func.json_populate_recordset(literal_column(f"NULL::{model.__tablename__}"), cast(text, JSON))
    return taken.table_valued(*(column(name, table.c[name].type) for name in rows[0])).alias("given")
