"""Single values that several formats share: text, numbers, dates, slugs, JSON."""

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from feedback.record.errors import Malformed
from feedback.record.limits import EARLIEST, LATEST, UNSTORABLE, was_sayable

ATTRIBUTES: Final = ("office", "ward", "team", "page", "form")
"""What feedback is filtered and detected by besides its service and channel."""
LONDON: Final = ZoneInfo("Europe/London")
_YEARS = range(EARLIEST.year, LATEST.year)
_FORM_FIELDS_AT_MOST = 1_000
_LONGEST_DATE = 40
_DAY_FIRST = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d\d)(?: (\d{1,2}):(\d\d)(?::(\d\d))?)?")
_DAY_AND_MONTH = re.compile(r"\d{1,2} ([A-Za-z]{3,9}) \d{4}")


def storable(text: str) -> str:
    """The text as UTF-8 and PostgreSQL can hold it: NUL and halves of characters are replaced, all else unchanged."""
    return UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def slug(name: str) -> str:
    """The name in lower case with hyphens: `Tŷ Hapus & Children's care` is `ty-hapus-childrens-care`; may be empty."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower().replace("'", "")
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def moment(text: str, zone: dt.tzinfo = LONDON) -> dt.datetime | dt.date:
    """A date or a time, as RFC 3339 or with the day first.

    A time without an offset is one of `zone`; midnight without an offset is what spreadsheets make of a date alone.
    Raises `Malformed` where it is neither.
    """
    text = text.strip()
    read = (_iso(text) or _day_first(text)) if len(text) <= _LONGEST_DATE else None
    if read is None or read.year not in _YEARS:
        raise Malformed("This is no date: write 2025-03-31, 2025-03-31T09:30:00Z or 31/03/2025.")
    if read.tzinfo is not None:
        return read
    return read.date() if read.time() == dt.time() else read.replace(tzinfo=zone)


def moment_or_none(value: object, zone: dt.tzinfo = dt.UTC) -> dt.datetime | dt.date | None:
    """The same where a provider says when, and what it says is worth less than the message."""
    try:
        said = moment(value, zone) if isinstance(value, str) else value
    except Malformed:
        return None
    return said if isinstance(said, dt.datetime | dt.date) and was_sayable(said) else None


def instant(value: object) -> dt.datetime | None:
    """A time as RFC 3339 writes it, in UTC where it has no offset; None for all else."""
    read = _iso(value) if isinstance(value, str) else None
    if read is None or read.year not in _YEARS:
        return None
    return read if read.tzinfo else read.replace(tzinfo=dt.UTC)


def _iso(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        return None


def _day_first(text: str) -> dt.datetime | None:
    """Without a zone, which the caller adds."""
    try:
        if named := _DAY_AND_MONTH.fullmatch(text):
            return dt.datetime.strptime(text, f"%d {'%b' if len(named[1]) == 3 else '%B'} %Y")  # noqa: DTZ007
        figures = _DAY_FIRST.fullmatch(text)
        if figures is None:
            return None
        day, _, month, year, *time = figures.groups()
        hour, minute, second = (int(part or 0) for part in time)
        century = 2000 if len(year) == 2 else 0
        return dt.datetime(century + int(year), int(month), int(day), hour, minute, second)  # noqa: DTZ001
    except ValueError:
        return None


def attributes(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Those of `ATTRIBUTES` among the names, each with its value."""
    return {name: storable(value).strip()[:200] for name, value in pairs if name in ATTRIBUTES and value.strip()}


def form_pairs(body: bytes) -> list[tuple[str, str]]:
    """The names and values of a form; what is not UTF-8 is replaced, so that a signature over it fails."""
    text = body.decode("utf-8", "replace")
    try:
        return parse_qsl(text, keep_blank_values=True, errors="replace", max_num_fields=_FORM_FIELDS_AT_MOST)
    except ValueError as error:
        raise Malformed("The form has too many fields.") from error


def word(value: object) -> str:
    """A text or a whole number from JSON as text; empty for all else, however deep it is nested."""
    return str(value) if isinstance(value, str | int) else ""


def objects(items: object) -> list[dict[str, Any]]:
    """Those items of a JSON list that are objects; none where it is no list."""
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def json_object(body: bytes | str) -> dict[str, Any]:
    """The JSON object that the bytes hold, or `Malformed`."""
    found = json_value(body)
    if not isinstance(found, dict):
        raise Malformed("This is JSON, but not an object.")
    return found


def json_value(body: bytes | str) -> Any:
    """The JSON value that the text holds, or `Malformed`; for bytes, in whichever UTF they are."""
    try:
        return json.loads(body)
    # RecursionError: nested deeper than anyone means it.
    except (ValueError, RecursionError) as error:
        raise Malformed("This is not JSON.") from error
