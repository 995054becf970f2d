"""Spreadsheets and exports of feedback: the rows of a CSV or JSON-lines file, of any size, as arrivals."""

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO, Final
from zlib import crc32

from feedback.record.errors import Malformed
from feedback.record.states import ChannelName
from ingest.channels.files.csv_rows import Cells, RowError, column, records
from ingest.channels.parsing import ATTRIBUTES, LONDON, moment, slug, storable
from ingest.intake.arrival import MESSAGE_LIMIT, TRANSCRIPT_LIMIT, Arrival

_ID_LIMIT: Final = 200
_ATTRIBUTE_LIMIT: Final = 200
_RATINGS: Final = range(1, 6)
_CHANNELS: Final[dict[str, ChannelName]] = {
    **dict.fromkeys(("web", "website", "online", "form", "app"), ChannelName.WEB),
    **dict.fromkeys(("sms", "text", "text message"), ChannelName.SMS),
    **dict.fromkeys(("call", "phone", "telephone"), ChannelName.CALL),
    **dict.fromkeys(("email", "e-mail", "mail"), ChannelName.EMAIL),
    **dict.fromkeys(("import", "paper", "letter", "post", "counter", "in person", "face to face"), ChannelName.IMPORT),
}


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column holds what; capitals do not matter. `text` and `service` must exist, the others may be missing.

    `source`: who entered it. `attributes`: the columns by the names that they are kept under.
    """

    text: str = "text"
    date: str = "date"
    id: str = "id"
    service: str | None = None
    channel: str | None = None
    source: str = "source"
    rating: str = "rating"
    language: str = "language"
    page_url: str = "page_url"
    attributes: Mapping[str, str] = field(default_factory=lambda: dict(zip(ATTRIBUTES, ATTRIBUTES, strict=True)))

    @property
    def needed(self) -> tuple[str, ...]:
        """What must exist: the text, the service if a column names it, and whatever else was asked for by a name."""
        usual = Columns()
        single = ("date", "id", "service", "channel", "source", "rating", "language", "page_url")
        named = {getattr(self, name) for name in single if getattr(self, name) != getattr(usual, name)}
        return tuple(sorted({self.text} | named | set(self.attributes.values()) - set(usual.attributes)))


@dataclass(frozen=True, slots=True)
class ImportSource:
    """What all rows of a file share.

    `service` is a slug, None where a column names it; `channel` is where no column names one. `batch` is who entered
    it, or the file. `zone` is of times without.
    """

    caller: str
    service: str | None = None
    channel: ChannelName = ChannelName.IMPORT
    file: str | None = None
    batch: str | None = None
    zone: dt.tzinfo = LONDON
    columns: Columns = field(default_factory=Columns)


@dataclass(frozen=True, slots=True)
class ImportRow:
    """A row as it was read. `line` is where it begins, from 1; `service_name` is the service as the file names it."""

    line: int
    arrival: Arrival
    service_name: str | None = None


def rows(stream: IO[bytes], source: ImportSource) -> Iterator[ImportRow | RowError]:
    """The rows of a file in their order; the stream stays open.

    A row without an id of its own gets one of its file, line and content. Raises `Malformed` before the first row
    where the file lacks a column that is needed.
    """
    for line, cells in records(stream, source.columns.needed):
        try:
            yield cells if isinstance(cells, RowError) else _row(line, cells, source)
        except Malformed as error:
            yield RowError(line, str(error))


def _row(line: int, cells: Cells, source: ImportSource) -> ImportRow:
    columns = source.columns
    name, service = _service(cells, source)
    channel = _channel(cells, source)
    date = _cell(cells, columns.date)
    arrival = Arrival(
        service=service,
        message=_text(cells, columns.text, channel),
        channel=channel,
        caller=source.caller,
        external_id=_identity(line, cells, source),
        submitted_at=moment(date, source.zone) if date else None,
        rating=_rating(_cell(cells, columns.rating)),
        page_url=_cell(cells, columns.page_url) or None,
        language=_cell(cells, columns.language).lower() or None,
        batch=_cell(cells, columns.source)[:_ATTRIBUTE_LIMIT] or source.batch or source.file,
        assisted=channel == ChannelName.IMPORT,
        attributes={
            name: value[:_ATTRIBUTE_LIMIT]
            for name, header in columns.attributes.items()
            if (value := _cell(cells, header))
        },
    )
    return ImportRow(line, arrival, name)


def _cell(cells: Cells, name: str) -> str:
    found = cells.get(column(name))
    return storable(found).strip() if found else ""


def _service(cells: Cells, source: ImportSource) -> tuple[str | None, str]:
    """The service as the file names it, and its slug."""
    if source.columns.service is None:
        if source.service is None:
            raise Malformed("Neither the import nor a column names the service.")
        return None, source.service
    name = _cell(cells, source.columns.service)
    made = slug(name)
    if not made:
        raise Malformed("The service is blank." if not name else "The service's name has neither letter nor figure.")
    return name, made


def _channel(cells: Cells, source: ImportSource) -> ChannelName:
    """As the column names it, in our word or a usual one; a blank one is that of the file."""
    name = _cell(cells, source.columns.channel).lower() if source.columns.channel else ""
    if not name:
        return source.channel
    if name not in _CHANNELS:
        raise Malformed("The channel is none of web, sms, call, email, import.")
    return _CHANNELS[name]


def _text(cells: Cells, header: str, channel: ChannelName) -> str:
    limit = TRANSCRIPT_LIMIT if channel == ChannelName.CALL else MESSAGE_LIMIT
    text = _cell(cells, header)
    if not text:
        raise Malformed("The text is blank.")
    if len(text) > limit:
        raise Malformed(f"The text is longer than {limit} characters.")
    return text


def _identity(line: int, cells: Cells, source: ImportSource) -> str | None:
    own = _cell(cells, source.columns.id)
    if len(own) > _ID_LIMIT:
        raise Malformed(f"The id is longer than {_ID_LIMIT} characters.")
    # The sum tells a file from another of the same name.
    return own or (f"{source.file}:{line}:{crc32(repr(cells).encode()):08x}" if source.file else None)


def _rating(text: str) -> int | None:
    """Files rate in many ways; only one to five is understood."""
    return int(text) if text.isdecimal() and len(text) == 1 and int(text) in _RATINGS else None
