"""Single values that several formats share: text, numbers, dates, JSON."""

import datetime as dt
import json
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import parse_qsl

from feedback.record.errors import Malformed
from feedback.record.limits import EARLIEST, LATEST, UNSTORABLE, was_sayable
from ingest.channels.dates import moment

ATTRIBUTES: Final = ("office", "ward", "team", "page", "form")
"""What feedback is filtered and detected by besides its service and channel."""
_YEARS = range(EARLIEST.year, LATEST.year)
_FORM_FIELDS_AT_MOST = 1_000


def storable(text: str) -> str:
    """Return the text as UTF-8 and PostgreSQL can hold it: NUL and halves of characters are replaced, all else
    unchanged.
    """
    return UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def moment_or_none(value: object, zone: dt.tzinfo = dt.UTC) -> dt.datetime | dt.date | None:
    """Reads a `moment`, where a provider says when; None where it is none, since the message is worth more."""
    try:
        said = moment(value, zone) if isinstance(value, str) and value else value
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


def attributes(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return those of `ATTRIBUTES` among the names, each with its value."""
    return {name: storable(value).strip()[:200] for name, value in pairs if name in ATTRIBUTES and value.strip()}


def form_pairs(body: bytes) -> list[tuple[str, str]]:
    """Return the names and values of a form; what is not UTF-8 is replaced, so that a signature over it fails."""
    text = body.decode("utf-8", "replace")
    try:
        return parse_qsl(text, keep_blank_values=True, errors="replace", max_num_fields=_FORM_FIELDS_AT_MOST)
    except ValueError as error:
        raise Malformed("The form has too many fields.") from error


def word(value: object) -> str:
    """Return a text or a whole number from JSON as text; empty for all else, however deep it is nested."""
    return str(value) if isinstance(value, str | int) else ""


def objects(items: object) -> list[dict[str, Any]]:
    """Return those items of a JSON list that are objects; none where it is no list."""
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def json_object(body: bytes | str) -> dict[str, Any]:
    """Return the JSON object that the bytes hold, or `Malformed`."""
    found = json_value(body)
    if not isinstance(found, dict):
        raise Malformed("This is JSON, but not an object.")
    return found


def json_value(body: bytes | str) -> Any:
    """Return the JSON value that the text holds, or `Malformed`; for bytes, in whichever UTF they are."""
    try:
        return json.loads(body)
    # RecursionError: nested deeper than anyone means it.
    except (ValueError, RecursionError) as error:
        raise Malformed("This is not JSON.") from error
