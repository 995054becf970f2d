"""The one statement that stores what arrived: sessions run it, and the fast path does, prepared.

Rows come as one JSON text, which PostgreSQL takes apart: neither side handles each value by itself.
"""

from typing import Any

import msgspec
from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    Dialect,
    LargeBinary,
    Select,
    Text,
    bindparam,
    cast,
    column,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import JSON, insert
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

from feedback.record.models import DayKey, Feedback, Raw, Service
from ingest.intake.rows import VERSION, FeedbackRow


def _rows() -> CTE:
    taken = func.json_to_recordset(cast(bindparam("rows", type_=Text), JSON))
    typed = [
        column(name, Text if _is_bytes(name) else _TYPES.get(name, Text)) for name in FeedbackRow.__struct_fields__
    ]
    return select(taken.table_valued(*typed).render_derived(name="given", with_types=True)).cte("given")


def _stored(rows: CTE) -> tuple[CTE, CTE]:
    """What is inserted: the feedback, and the raw text of what was."""
    given = [func.decode(rows.c[name], _BASE64) if _is_bytes(name) else rows.c[name] for name in _GIVEN]
    stored = (
        insert(Feedback)
        .from_select([*_GIVEN, *_DEFAULTS], select(*given, *_DEFAULTS.values()), include_defaults=False)
        .on_conflict_do_nothing()
        .returning(Feedback.id)
        .cte("stored")
    )
    words = select(bindparam("day", type_=Date), rows.c.id, func.decode(rows.c.sealed, _BASE64))
    kept = insert(Raw).from_select(["day", "feedback_id", "sealed"], words.join(stored, stored.c.id == rows.c.id))
    return stored, kept.cte("kept")


def _is_bytes(name: str) -> bool:
    """JSON has them in base 64."""
    return name == "sealed" or isinstance(_TYPES.get(name), LargeBinary)


def _constant(one: Any) -> ColumnElement[Any]:
    """What SQLAlchemy would give the column as a parameter each time."""
    default: Any = one.default
    given = default.arg(None) if default.is_callable else default.arg
    text = given if isinstance(given, str) else msgspec.json.encode(given).decode()
    return cast(literal_column(f"'{text}'"), one.type)


_DIALECT: Dialect = PGDialect_psycopg()  # type: ignore[no-untyped-call]
_BASE64: ColumnElement[str] = literal_column("'base64'")
_TYPES = {one.name: one.type for one in Feedback.__table__.c}
_GIVEN = [name for name in FeedbackRow.__struct_fields__ if name in _TYPES]
_SET_BY_US = [one for one in Feedback.__table__.c if one.default is not None and one.name not in _GIVEN]
_DEFAULTS = {one.name: _constant(one) for one in _SET_BY_US}


def _insertion() -> Select[Any]:
    stored, kept = _stored(_rows())
    return select(stored.c.id).add_cte(kept)


def _guarded_insertion() -> str:
    rows = _rows()
    holds = (
        select(rows)
        .join(Service, (Service.id == rows.c.service_id) & (rows.c.version == VERSION))
        .join(DayKey, (DayKey.day == bindparam("day")) & (DayKey.wrapped == bindparam("wrapped")))
        .cte("holds")
    )
    stored, kept = _stored(holds)
    held = rows.c.id.in_(select(holds.c.id))
    left = select(rows.c.id, held).where(rows.c.id.not_in(select(stored.c.id))).add_cte(kept)
    return str(left.compile(dialect=_DIALECT))


INSERTION = _insertion()
"""Stores `rows` that did not come before, with their raw text on `day`, and returns their ids."""

GUARDED_INSERTION = _guarded_insertion()
"""Stores them as far as what was known of their services and of the day still holds, as psycopg takes it.

`wrapped` is the key of the day as it was known. Returned are the ids of the rows that were not stored, and
whether it held for them: what it held for came before.
"""
