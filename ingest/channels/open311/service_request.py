"""Open311 GeoReport v2, what comes in: requests filed, and what is asked for. `responses.py` has what goes out."""

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Final

import multipart  # type: ignore[import-untyped]

from feedback.record.errors import Malformed
from feedback.record.limits import UNSTORABLE
from feedback.record.states import ChannelName
from ingest.channels.contract import Directory, Inbound, OpenChannel, Parsed, Secrets, require_media_type
from ingest.channels.dates import moment
from ingest.channels.open311.place import point, street
from ingest.channels.open311.responses import CONTACT_AGREED
from ingest.channels.parsing import attributes, form_pairs, storable
from ingest.intake.arrival import MESSAGE_LIMIT, Arrival

_FORM, _MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
_LONGEST_RANGE: Final = dt.timedelta(days=90)
_STATUSES: Final = frozenset(("open", "closed"))
_ASKED: Final = re.compile(r"attribute\[(\w{1,50})\]")
_ZONED: Final = re.compile(r"(?:[zZ]|[+-]\d\d:?\d\d)$")
_YES: Final = ("yes", "true", "1", "on")
PAGE_SIZE_LIMIT: Final = 1_000
"""Requests that one answer holds at most, as the specification has it."""


KNOWN: Final = frozenset(
    ("api_key", "jurisdiction_id", "service_request_id", "service_code", "start_date", "end_date", "status")
) | frozenset(("updated_after", "updated_before", "page", "page_size"))
"""What a list of requests may be asked by."""


@dataclass(frozen=True, slots=True)
class RequestFilters:
    """Which requests are asked for; empty means all.

    They were filed from `start` up to `end`, and last changed from `updated_after` up to `updated_before`, where these
    are set.
    """

    start: dt.datetime | None
    end: dt.datetime | None
    ids: frozenset[str]
    services: frozenset[str]
    statuses: frozenset[str]
    page: int = 1
    size: int = PAGE_SIZE_LIMIT
    updated_after: dt.datetime | None = None
    updated_before: dt.datetime | None = None


def read(inbound: Inbound, secrets: Secrets, directory: Directory) -> Parsed:
    """Read one request; names, devices, addresses by id and pictures are not kept, a contact only as agreed."""
    require_media_type(inbound, _FORM, _MULTIPART)
    pairs = _multipart(inbound) if inbound.media_type == _MULTIPART else form_pairs(inbound.body)
    fields = {name: storable(value).strip() for name, value in pairs}
    for name in ("service_code", "description"):
        if not fields.get(name):
            raise Malformed(f"{name} is missing.")
    asked = [(found[1], value.strip()) for name, value in pairs if (found := _ASKED.fullmatch(name))]
    agreed = dict(asked).get(CONTACT_AGREED, "").lower() in _YES
    place = {
        "location": point(fields.get("lat", ""), fields.get("long", "")),
        "street": street(fields.get("address_string", "")),
    }
    arrival = Arrival(
        service=fields["service_code"],
        message=fields["description"][:MESSAGE_LIMIT],
        channel=ChannelName.WEB,
        caller=inbound.caller,
        external_id=hashlib.sha256(repr(sorted(pairs)).encode()).hexdigest(),  # a form that is sent again is the same
        contact=(fields.get("email") or fields.get("phone") or None) if agreed else None,
        attributes=attributes([*pairs, *asked]) | {name: value for name, value in place.items() if value},
    )
    return Parsed(arrivals=(arrival,))


def filters(query: Iterable[tuple[str, str]], now: dt.datetime) -> RequestFilters:
    """Tell what a GET asks for: the 90 days up to now where it names no time. Raises `Malformed` for what is not
    known.
    """
    fields = dict(query)
    if unknown := sorted(fields.keys() - KNOWN):
        raise Malformed(f"There is no parameter {unknown[0][:50]!r}.")
    statuses = _list(fields.get("status", ""))
    if not statuses <= _STATUSES:
        raise Malformed("status is open or closed.")
    updated = _range(fields, "updated_after", "updated_before", now)
    filed = _range(fields, "start_date", "end_date", now)
    start, end = filed or (updated and (None, None)) or (now - _LONGEST_RANGE, now)
    ids, services = _list(fields.get("service_request_id", "")), _list(fields.get("service_code", ""))
    page, size = _figure(fields, "page", 1), _figure(fields, "page_size", PAGE_SIZE_LIMIT)
    return RequestFilters(start, end, ids, services, statuses, page, size, *(updated or (None, None)))


def _range(
    fields: Mapping[str, str], first: str, last: str, now: dt.datetime
) -> tuple[dt.datetime, dt.datetime] | None:
    """From when until when, 90 days at most; None where neither is given."""
    start, end = _time(fields.get(first, "")), _time(fields.get(last, ""))
    if start is None and end is None:
        return None
    end = end or min(start + _LONGEST_RANGE if start else now, now)
    start = start or end - _LONGEST_RANGE
    if end - start > _LONGEST_RANGE:
        raise Malformed(f"From {first} to {last} are 90 days at most.")
    return start, end


def _multipart(inbound: Inbound) -> list[tuple[str, str]]:
    """The words of a form with pictures."""
    _, options = multipart.parse_options_header(inbound.headers.get("content-type", ""))
    try:
        parts = multipart.MultipartParser(BytesIO(inbound.body), options.get("boundary", ""), part_limit=100)
        pairs = [(part.name, part.value) for part in parts if part.filename is None]
    except (multipart.MultipartError, ValueError, LookupError) as error:
        raise Malformed("This is no multipart form.") from error
    if any(UNSTORABLE.search(name + value) for name, value in pairs):
        raise Malformed("A field holds a sign that cannot be stored.")
    return pairs


def _list(text: str) -> frozenset[str]:
    return frozenset(part.strip() for part in text.split(",") if part.strip())


def _figure(fields: Mapping[str, str], name: str, usual: int) -> int:
    text = fields.get(name, "")
    if not text:
        return usual
    if not (text.isascii() and text.isdecimal() and len(text) <= 5 and 1 <= int(text) <= PAGE_SIZE_LIMIT):
        raise Malformed(f"{name} is a number from 1 to {PAGE_SIZE_LIMIT}.")
    return int(text)


def _time(text: str) -> dt.datetime | None:
    """With its time zone, which the specification makes mandatory; a date alone begins in UTC."""
    if not text:
        return None
    # A plus sign that was not encoded arrives as a space.
    text = re.sub(r" (\d\d:?\d\d)$", r"+\1", text)
    if "T" in text.upper() and not _ZONED.search(text):
        raise Malformed("A time needs its time zone: 2025-03-31T09:30:00Z.")
    read = moment(text, dt.UTC)
    return read if isinstance(read, dt.datetime) else dt.datetime.combine(read, dt.time(), dt.UTC)


CHANNEL = OpenChannel(read)
