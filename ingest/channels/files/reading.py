"""Files of feedback as tables, whatever they are saved as: the one reader of all that is imported or analysed."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Final

from feedback.record.errors import Malformed
from ingest.channels.files.csv_rows import (
    DELIMITERS,
    WHOLE_LINE,
    csv_rows,
    head,
    likeliest_delimiter,
    named_delimiter,
    parted,
    skip,
)
from ingest.channels.files.decoding import decoded
from ingest.channels.files.header import Header, header, is_header, place_of_header
from ingest.channels.files.json_rows import json_rows
from ingest.channels.files.lines import Lines, TableRow
from ingest.channels.files.workbooks.workbook import is_workbook, workbook

JSON: Final = "JSON lines"
_SHOWN_NAME: Final = 40
_DELIMITER_NAMES: Final = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


@dataclass(frozen=True, slots=True)
class Table:
    """A table as it is read, row by row.

    `how` tells in words what it was taken for: its format, encoding, delimiter, sheets. `delimiter` is how it may be
    written again.
    """

    header: Header
    rows: Iterator[TableRow]
    how: dict[str, str]
    delimiter: str = ","

    def require(self, names: Collection[str]) -> None:
        """Raises `Malformed` where a column is missing, and names those that there are."""
        for name in names:
            if not self.header.places(name):
                known = [one.strip() for one in self.header.names if 0 < len(one.strip()) <= _SHOWN_NAME]
                raise Malformed(f"The file has no column {name!r}; there are {', '.join(map(repr, known)) or 'none'}.")


@contextmanager
def table(stream: IO[bytes], wanted: Collection[str]) -> Iterator[Table | None]:
    """Opens a table: a workbook, JSON lines where it begins with a brace, else CSV. None for an empty file.

    `wanted` are the columns that tell its header from titles above it; that they are there is not made sure of. Raises
    `Malformed` where the file is none of these, is a JSON array, or holds no text at all. The stream stays open.
    """
    if is_workbook(_peeked(stream)):
        book = workbook(stream, wanted)
        how = {"format": book.format, "sheets": ", ".join(book.read)}
        if book.passed_over:
            how["sheets not read"] = ", ".join(book.passed_over)
        yield Table(book.header, book.rows, how)
        return
    with decoded(stream) as text:
        lines = Lines(text.lines)
        first = lines.after_blank_ones().lstrip()
        if first.startswith("["):
            raise Malformed("This is a JSON array; write one object a line.")
        if not first:
            yield None
        elif first.startswith("{"):
            names: list[str] = []
            yield Table(Header(names, names), json_rows(lines, names), {"format": JSON, "encoding": text.encoding})
        else:
            yield _csv(lines, wanted, text.encoding)


def _peeked(stream: IO[bytes]) -> bytes:
    """The first bytes of a file; none of a stream that cannot go back, which is read as text."""
    if not stream.seekable():
        return b""
    start = stream.tell()
    first = stream.read(4)
    stream.seek(start)
    return first


def _csv(lines: Lines, wanted: Collection[str], encoding: str) -> Table:
    named = named_delimiter(lines)
    records = head(lines)
    delimiter = named or _delimiter(records, wanted)
    cells = [parted(record, delimiter) for record in records]
    at = place_of_header(cells, wanted)
    skip(lines, at + 1)
    found, more = header(cells[at], [row for row in cells[at + 1 :] if any(row)])
    rows = csv_rows(lines, delimiter, len(cells[at]))
    for _ in range(more):
        next(rows, None)
    how = {"format": "CSV", "encoding": encoding, "delimiter": _DELIMITER_NAMES.get(delimiter, "none")}
    if above := sum(any(row) for row in cells[:at]):
        how["rows above the header"] = str(above)
    if more:
        how["rows of the header"] = str(more + 1)
    return Table(found, rows, how, delimiter if delimiter in DELIMITERS else ",")


def _delimiter(records: Sequence[str], wanted: Collection[str]) -> str:
    """Of those that make a header of a record the one that parts most; of a header of one name, none."""
    for record in records:
        makes = [one for one in DELIMITERS if is_header(parted(record, one), wanted)]
        if makes:
            best = max(makes, key=lambda one: len(parted(record, one)))
            return best if len(parted(record, best)) > 1 else WHOLE_LINE
    return likeliest_delimiter(records)
