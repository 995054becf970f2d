"""What every table shares."""

import datetime as dt
import os
import time
import uuid
from enum import StrEnum
from typing import Any, ClassVar

from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import DateTime, Dialect, MetaData, String, TypeDecorator, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

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
        return written_vector


def written_vector(value: Any) -> str | None:
    """Write a list of numbers or an array, as pgvector reads it."""
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
