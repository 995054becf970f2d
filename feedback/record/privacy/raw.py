"""The sealed raw text: put away on receipt, opened once for cleaning, shredded with its day."""

import datetime as dt
import os
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from sqlalchemy import delete, insert, select, text
from sqlalchemy.orm import Session

from feedback.record.encryption import KeyRing, open_sealed, seal
from feedback.record.models import DayKey, Raw
from feedback.record.work.claims import ADVISORY_LOCKS

KEPT_DAYS = 2  # the longest that raw text waits, whatever happens


def day_key(session: Session, keys: KeyRing, day: dt.date) -> bytes:
    """The key of that day; made with the day's partition when it is the first to be asked for."""
    found = session.get(DayKey, day)
    if found is None:
        session.execute(text("SELECT pg_advisory_xact_lock(:c, 1)"), {"c": ADVISORY_LOCKS})
        found = session.get(DayKey, day) or _open_day(session, keys, day)
    return keys.unwrap(found.wrapped, str(day).encode())


def _open_day(session: Session, keys: KeyRing, day: dt.date) -> DayKey:
    name, after = _partition(day), day + dt.timedelta(days=1)
    session.execute(text(f"CREATE TABLE {name} PARTITION OF raw FOR VALUES FROM ('{day}') TO ('{after}')"))
    made = DayKey(day=day, wrapped=keys.wrap(os.urandom(32), str(day).encode()))
    session.add(made)
    session.flush()
    return made


def _partition(day: dt.date) -> str:
    return f"raw_{day:%Y%m%d}"


def put_away(session: Session, keys: KeyRing, day: dt.date, contents: Mapping[uuid.UUID, Mapping[str, Any]]) -> None:
    """Seals what came in for each piece of feedback, under the key of `day`."""
    key = day_key(session, keys, day)
    rows = [
        {"day": day, "feedback_id": identity, "sealed": seal(key, msgspec.json.encode(content), identity.bytes)}
        for identity, content in contents.items()
    ]
    session.execute(insert(Raw), rows)


def take_out(session: Session, keys: KeyRing, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, dict[str, Any]]:
    """What came in for these pieces, as far as it is still there."""
    rows = session.execute(
        select(Raw.feedback_id, Raw.sealed, DayKey.day, DayKey.wrapped)
        .join(DayKey, DayKey.day == Raw.day)
        .where(Raw.feedback_id.in_(list(ids)))
    ).all()
    day_keys = {row.day: keys.unwrap(row.wrapped, str(row.day).encode()) for row in rows}
    return {
        row.feedback_id: msgspec.json.decode(open_sealed(day_keys[row.day], row.sealed, row.feedback_id.bytes))
        for row in rows
    }


def forget(session: Session, ids: Iterable[uuid.UUID]) -> None:
    """The redacted form is stored: the raw one goes."""
    session.execute(delete(Raw).where(Raw.feedback_id.in_(list(ids))))


def shred_days(session: Session, today: dt.date) -> list[dt.date]:
    """Drops the partitions, and destroys the keys, of the days that are over; says which."""
    over = list(session.scalars(select(DayKey.day).where(DayKey.day < today - dt.timedelta(days=KEPT_DAYS - 1))))
    for day in over:
        session.execute(text(f"DROP TABLE IF EXISTS {_partition(day)}"))
    session.execute(delete(DayKey).where(DayKey.day.in_(over)))
    return over
