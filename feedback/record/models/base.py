"""What every table shares."""

import datetime as dt
import os
import time
import uuid
from typing import Any

from pgvector.sqlalchemy import HALFVEC
from sqlalchemy import DateTime, Dialect, MetaData, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it from the class
        dt.datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
        dict[str, int]: JSONB,
        dict[str, str]: JSONB,
        list[dict[str, Any]]: JSONB,
    }


class Vector(HALFVEC):
    """Written to as many digits as matter: pgvector writes all those of every half float, which takes far longer."""

    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Any:
        return _written


def _written(value: Any) -> str | None:
    """`value`: a list of numbers, or an array."""
    if value is None:
        return None
    numbers = value if isinstance(value, list) else value.tolist()
    return f"[{','.join(['%.7g'] * len(numbers))}]" % tuple(numbers)


class Timed:
    created_at: Mapped[dt.datetime] = mapped_column(server_default=func.now())


class Claimable:
    """A row that workers claim: `feedback.record.work.claims` alone writes these columns."""

    stage: Mapped[str]
    claimed_by: Mapped[int | None]
    attempts: Mapped[int] = mapped_column(server_default="0", default=0)
    reason: Mapped[str | None]


def new_id() -> uuid.UUID:
    """A UUID of version 7 (RFC 9562): ordered by time, so that an index grows at its end."""
    stamp = (time.time_ns() // 1_000_000).to_bytes(6, "big")
    raw = bytearray(stamp + os.urandom(10))
    raw[6] = raw[6] & 0x0F | 0x70
    raw[8] = raw[8] & 0x3F | 0x80
    return uuid.UUID(bytes=bytes(raw))
