"""The sealed raw text: stored on receipt, read once for cleaning, shredded with the key of its day."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from sqlalchemy import bindparam, delete, func, select, text
from sqlalchemy.orm import Session

from feedback.record.access import scope
from feedback.record.encryption import KeyRing, new_key, open_sealed, seal
from feedback.record.models import DayKey, Feedback, Raw
from feedback.record.work.claims import ADVISORY_LOCKS

LONGEST_KEPT_DAYS = 2  # the longest that raw text waits, whatever happens

WARN_AFTER = dt.timedelta(days=1)
"""An operator is told of raw text that has waited so long to be cleaned: it is shredded a day later at the latest."""


def day_key(session: Session, keys: KeyRing, day: dt.date) -> bytes:
    """Returns the key of that day. Whoever asks for it first makes it, with the day's partition."""
    found = kept_key(session, keys, day)
    if found is None:
        with scope.lifted(session):  # a day is of all services
            session.execute(text("SELECT pg_advisory_xact_lock(:c, 1)"), {"c": ADVISORY_LOCKS})
            found = kept_key(session, keys, day) or _open_day(session, keys, day)
    return found


_KEPT_KEY = select(DayKey.wrapped).where(DayKey.day == bindparam("day"))
"""Made once, as whoever takes something in asks it."""


def kept_key(session: Session, keys: KeyRing, day: dt.date) -> bytes | None:
    """Returns the key of that day; None where the day is shredded."""
    found = wrapped_key(session, day)
    return keys.unwrap(found, str(day).encode()) if found else None


def wrapped_key(session: Session, day: dt.date) -> bytes | None:
    """Returns the key of that day as it is stored."""
    return session.scalar(_KEPT_KEY, {"day": day})


def _open_day(session: Session, keys: KeyRing, day: dt.date) -> bytes:
    name, after = _partition(day), day + dt.timedelta(days=1)
    session.execute(text(f"CREATE TABLE {name} PARTITION OF raw FOR VALUES FROM ('{day}') TO ('{after}')"))
    made = new_key()
    session.add(DayKey(day=day, wrapped=keys.wrap(made, str(day).encode())))
    session.flush()
    return made


def _partition(day: dt.date) -> str:
    return f"raw_{day:%Y%m%d}"


def sealed(key: bytes, identity: uuid.UUID, content: Mapping[str, Any]) -> bytes:
    """Seals what came in for a piece of feedback under the key of its day."""
    return seal(key, msgspec.json.encode(content), identity.bytes)


def read(session: Session, keys: KeyRing, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, dict[str, Any]]:
    """Returns what came in for these pieces, as far as it is still there."""
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


def discard(session: Session, ids: Iterable[uuid.UUID]) -> None:
    """Deletes the raw form of pieces whose redacted form is stored, or which are erased."""
    session.execute(delete(Raw).where(Raw.feedback_id.in_(list(ids))))


def oldest_uncleaned_seconds(session: Session) -> float:
    """Says for how long the oldest raw text has waited to be cleaned; 0 where none does.

    Ids are ordered by time, so a few of the first hold the oldest, however many wait.
    """
    first = select(Raw.feedback_id).order_by(Raw.feedback_id).limit(100)
    waited = select(func.extract("epoch", func.now() - func.min(Feedback.received_at))).where(Feedback.id.in_(first))
    return max(0.0, float(session.scalar(waited) or 0.0))


def shred_days(session: Session, today: dt.date) -> dict[dt.date, int]:
    """Drops the partitions and destroys the keys of the days that are over.

    Returns these days, each with how many pieces had not been cleaned by then: their words are lost.
    """
    oldest = today - dt.timedelta(days=LONGEST_KEPT_DAYS - 1)
    over = list(session.scalars(select(DayKey.day).where(DayKey.day < oldest)))
    uncleaned = dict.fromkeys(over, 0)
    for day in over:
        uncleaned[day] = session.scalar(select(func.count()).select_from(Raw).where(Raw.day == day)) or 0
        session.execute(text(f"DROP TABLE IF EXISTS {_partition(day)}"))
    session.execute(delete(DayKey).where(DayKey.day.in_(over)))
    return uncleaned
