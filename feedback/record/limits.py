"""Which values any door takes: when something was said, when something is planned, which signs can be stored."""

import datetime as dt
import re
from typing import TypeVar

import msgspec

from feedback.record.errors import Malformed

EARLIEST = dt.datetime(1900, 1, 1, tzinfo=dt.UTC)
"""No door lets a moment before this one through."""

STORED_FROM = EARLIEST - dt.timedelta(days=1)
"""A day begins earlier where the sun does."""

LATEST = dt.datetime(2200, 1, 1, tzinfo=dt.UTC)
"""Nor one from this on. What is stored all the same, before `STORED_FROM` or from `LATEST` on, is `OutOfRange`."""

CLOCK_LEEWAY = dt.timedelta(days=1)
"""How far a clock that tells when something was said may be ahead of ours, time zones and dates alone included."""

PLANNING_HORIZON = dt.timedelta(days=3_653)
"""Plans reach ten years ahead."""

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""NUL, which PostgreSQL has no place for, and halves of characters, which UTF-8 has none for."""

_UNSEEN_SIGNS = "\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff"
UNSEEN = re.compile(f"[{_UNSEEN_SIGNS}]")
"""Control characters, breaks of lines, those that turn the direction of what follows, and halves of characters."""

NO_NAME = re.compile(f"[{_UNSEEN_SIGNS}\xad\u061c\u180e\u200b\u200e\u200f\u2060-\u2065\ufeff]")
"""Those and what has no width: by them two names look the same. Joiners stay, which names in Persian or Hindi have."""

MOST_DIGITS = 18
"""A number of more digits is counted by no column, and one of thousands raises when it is read."""

Wanted = TypeVar("Wanted")
_FIELD = re.compile(r"at `\$\.(\w+)|^Object missing required field `(\w+)`$")  # as msgspec names it

Moment = dt.datetime | dt.date


def whole_number(text: str) -> int | None:
    """Reads a number that people or programs typed; None for what is none, or larger than anything is counted."""
    return int(text) if text.isdecimal() and len(text) <= MOST_DIGITS else None


class OutOfRange(dt.datetime):
    """Stands for a stored moment that no door takes: the nearest one that any does, so that arithmetic goes on."""

    @classmethod
    def nearest(cls, at: dt.datetime) -> "OutOfRange":
        """Makes the one that counts as that moment."""
        return cls.fromtimestamp(at.timestamp(), dt.UTC)


def was_sayable(at: Moment, now: dt.datetime | None = None) -> bool:
    """Tells whether something may have been said then: from 1900 to a day from now. A time without a zone is UTC."""
    return EARLIEST <= _zoned(at) <= (now or dt.datetime.now(dt.UTC)) + CLOCK_LEEWAY


def require_said(at: object, field: str) -> None:
    """Raises `Malformed` for a moment at which nothing can have been said or done. What is no moment passes."""
    if isinstance(at, Moment) and not was_sayable(at):
        raise Malformed("from 1900-01-01 to a day from now", field=field)


def require_planned(at: object, field: str) -> None:
    """Raises `Malformed` for a moment that is no plan: before 1900, or more than ten years ahead."""
    if isinstance(at, Moment) and not EARLIEST <= _zoned(at) <= dt.datetime.now(dt.UTC) + PLANNING_HORIZON:
        raise Malformed("from 1900-01-01 to ten years from now", field=field)


def require_name(name: object, field: str) -> None:
    """Raises `Malformed` for a name with signs that nobody sees, or that turn what follows. What is no text passes."""
    if isinstance(name, str) and NO_NAME.search(name):
        raise Malformed("a name is written on one line, in signs that are seen", field=field)


def _zoned(at: Moment) -> dt.datetime:
    if not isinstance(at, dt.datetime):
        return dt.datetime.combine(at, dt.time(), dt.UTC)
    return at if at.tzinfo else at.replace(tzinfo=dt.UTC)


def convert(values: object, kind: type[Wanted], *, strict: bool = True) -> Wanted:
    """Returns the values as a msgspec `kind`. Raises `Malformed`, which names the first field that does not fit."""
    try:
        return msgspec.convert(values, kind, strict=strict)
    except (msgspec.ValidationError, ValueError) as error:
        found = _FIELD.search(str(error))
        raise Malformed(str(error), field=(found[1] or found[2]) if found else None) from None
