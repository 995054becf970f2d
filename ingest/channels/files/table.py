"""Spreadsheets and exports of feedback: the rows of a file, of any size, as arrivals."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import IO, Final
from zlib import crc32

from feedback.record.errors import Malformed
from feedback.record.output.tables import as_written
from feedback.record.services import slug_of
from feedback.record.states import ChannelName
from ingest.channels import markup
from ingest.channels.channel_words import channel_of
from ingest.channels.dates import moment
from ingest.channels.files.columns import ColumnPlaces, Columns, ImportSource, places
from ingest.channels.files.header import Header
from ingest.channels.files.lines import TableRow
from ingest.channels.files.reading import Table, table
from ingest.channels.files.totals import is_line_of_totals
from ingest.channels.parsing import storable
from ingest.intake.arrival import MESSAGE_LIMIT, TRANSCRIPT_LIMIT, Arrival

__all__ = ["Columns", "FeedbackTable", "ImportRow", "ImportSource", "RowError", "feedback_table", "rows"]

SAMPLE: Final = 500
"""Rows at the beginning by which it is told how a file writes dates and ratings."""
_ID_LIMIT: Final = 200
_ATTRIBUTE_LIMIT: Final = 200
_MARKED_UP: Final = re.compile(
    r"</?(?:p|br|div|span|b|i|u|em|strong|ul|ol|li|a|font|html|body|table|h[1-6])\b[^<>]*>", re.IGNORECASE
)
_CODED: Final = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|pound|#\d{1,6}|#x[0-9a-f]{1,5});", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RowError:
    """A row that was not taken, and why, without its words. `line` is where it begins, from 1.

    `cells` are as they came, and `header` says how their columns are called, so that it can be mended and come again.
    """

    line: int
    reason: str
    cells: Sequence[str] = field(default=(), repr=False, compare=False)
    header: Header | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class ImportRow:
    """A row as it was read. `line` is where it begins, from 1; `service_name` is the service as the file names it."""

    line: int
    arrival: Arrival
    service_name: str | None = None
    cells: Sequence[str] = field(default=(), repr=False, compare=False)
    header: Header | None = field(default=None, repr=False, compare=False)

    def refused(self, reason: str) -> RowError:
        """Return the same row, which is not taken for some reason."""
        return RowError(self.line, reason, self.cells, self.header)


@dataclass(frozen=True, slots=True)
class FeedbackTable:
    """A file as it is read: `how` says what it was taken for, `columns` which column holds what, both in words.

    `left` names the columns that are not kept.
    """

    rows: Iterator[ImportRow | RowError]
    how: Mapping[str, str] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    left: tuple[str, ...] = ()


def rows(stream: IO[bytes], source: ImportSource) -> Iterator[ImportRow | RowError]:
    """Return the rows of a file in their order; the stream stays open. Raises what `feedback_table` raises."""
    with feedback_table(stream, source) as found:
        yield from found.rows


@contextmanager
def feedback_table(stream: IO[bytes], source: ImportSource) -> Iterator[FeedbackTable]:
    """Opens a file. A row without an id of its own gets one of its file, line and content.

    Raises `Malformed` where the file lacks a column that is needed, or cannot be read at all.
    """
    with table(stream, source.columns.needed) as found:
        if found is None:
            yield FeedbackTable(iter(()))
            return
        sample = list(islice(found.rows, SAMPLE))
        where = places(found, source.columns, sample)
        kept = {*where.text, *where.single.values(), *where.attributes.values()}
        left = tuple(name.strip() for at, name in enumerate(found.header.names) if at not in kept and name.strip())
        reader = _RowReader(found, where, source, sample)
        yield FeedbackTable(map(reader.read, chain(sample, found.rows)), found.how, where.told, left)


class _RowReader:
    """Makes arrivals of the rows of one table."""

    def __init__(self, found: Table, where: ColumnPlaces, source: ImportSource, sample: Sequence[TableRow]) -> None:
        self._table, self._where, self._source, self._sample = found, where, source, sample
        self._width = len(found.header.names)
        self._again = [name.strip() for name in found.header.written]
        self._how = {name: how for name, how in found.how.items() if name in ("format", "encoding")}

    def read(self, row: TableRow) -> ImportRow | RowError:
        header = self._table.header
        if len(header.names) != self._width:  # JSON: a further name came up
            self._width = len(header.names)
            self._where = places(self._table, self._source.columns, self._sample)
        if row.fault is None and [cell.strip() for cell in row.cells] == self._again and self._width > 1:
            return RowError(row.line, "This is the header again.", row.cells, header)
        if is_line_of_totals(row.cells, self._where.text):
            return RowError(row.line, "This is a line of totals.", row.cells, header)
        try:
            if row.fault:
                raise Malformed(row.fault)
            name, arrival = self._arrival(row)
        except Malformed as error:
            return RowError(row.line, str(error), row.cells, header)
        return ImportRow(row.line, arrival, name, row.cells, header)

    def _arrival(self, row: TableRow) -> tuple[str | None, Arrival]:
        source = self._source
        name, service = self._service(row)
        channel = self._channel(row)
        rated = self._cell(row, "rating")
        rating = self._where.scale.read(rated) if rated else None
        return name, Arrival(
            service=service,
            message=self._text(row, channel),
            channel=channel,
            caller=source.caller,
            external_id=self._identity(row),
            submitted_at=self._date(row, service),
            rating=rating,
            page_url=self._cell(row, "page_url") or None,
            language=self._cell(row, "language").lower() or None,
            batch=self._cell(row, "source")[:_ATTRIBUTE_LIMIT] or source.batch or source.file,
            assisted=channel == ChannelName.IMPORT,
            attributes={
                kept: value[:_ATTRIBUTE_LIMIT]
                for kept, at in self._where.attributes.items()
                if (value := _cell(row.cells, at))
            },
            read_as=self._read_as(rated, rating),
        )

    def _read_as(self, rated: str, rating: int | None) -> Mapping[str, str]:
        """A rating as it was given is a figure or one of known words, and so nothing that somebody wrote."""
        if not rated:
            return self._how
        given = f"{rated[:40]}, of {self._where.scale.best}" if rating else "given, and not read"
        return {**self._how, "rating": given}

    def _cell(self, row: TableRow, name: str) -> str:
        return _cell(row.cells, self._where.single.get(name))

    def _service(self, row: TableRow) -> tuple[str | None, str]:
        """The service as the file names it, and its slug."""
        if self._source.columns.service is None:
            if self._source.service is None:
                raise Malformed("Neither the import nor a column names the service.")
            return None, self._source.service
        name = self._cell(row, "service")
        made = slug_of(name)
        if not made:
            raise Malformed(
                "The service is blank." if not name else "The service's name has neither letter nor figure."
            )
        return name, made

    def _channel(self, row: TableRow) -> ChannelName:
        """As the column names it, in our word or a usual one; a blank one is that of the file."""
        name = self._cell(row, "channel")
        if not name:
            return self._source.channel
        if (found := channel_of(name)) is None:
            raise Malformed("The channel is not known: write website, text message, phone, e-mail or file.")
        return found

    def _text(self, row: TableRow, channel: ChannelName) -> str:
        limit = TRANSCRIPT_LIMIT if channel == ChannelName.CALL else MESSAGE_LIMIT
        text = "\n".join(filter(None, (words(_cell(row.cells, at)) for at in self._where.text)))
        if not text:
            raise Malformed("The text is blank.")
        if len(text) > limit:
            raise Malformed(f"The text is longer than {limit} characters.")
        return text

    def _date(self, row: TableRow, service: str) -> dt.datetime | dt.date | None:
        written = self._cell(row, "date")
        if not written:
            return None
        zone = self._where.zone or self._source.zones.get(service, self._source.zone)
        return moment(written, zone, month_first=self._where.month_first)

    def _identity(self, row: TableRow) -> str | None:
        own = self._cell(row, "id")
        if len(own) > _ID_LIMIT:
            raise Malformed(f"The id is longer than {_ID_LIMIT} characters.")
        # The sum tells a file from another of the same name.
        file = self._source.file
        return own or (f"{file}:{row.line}:{crc32(repr(row.cells).encode()):08x}" if file else None)


def _cell(cells: Sequence[str], at: int | None) -> str:
    found = cells[at] if at is not None and at < len(cells) else ""
    return as_written(storable(found)).strip() if found else ""


def words(cell: str) -> str:
    """Tell what a cell says: of HTML what a reader sees, and all else as it is."""
    if "<" in cell and _MARKED_UP.search(cell):
        return markup.text(cell).strip()
    return markup.text(cell.replace("<", "&lt;")).strip() if "&" in cell and _CODED.search(cell) else cell
