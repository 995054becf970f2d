"""The rows of CSV files, streamed: one that cannot be read takes no other with it."""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from ingest.channels.files.lines import MOST_COLUMNS, Lines, TableRow

DELIMITERS: Final = ",;\t|"
HEAD_RECORDS: Final = 25
"""Records at the beginning of a file among which its header is sought."""
WHOLE_LINE: Final = "\x1f"
"""What parts the cells of a table of one column, whose texts may hold any other sign: nothing that is ever written."""
_RECORD_LIMIT: Final = 1_000
"""Lines of one record; more means that a quotation mark was never closed."""
_UNREADABLE: Final = "A quotation mark of the row is not closed, or not doubled within its cell."
_NAMED_DELIMITER: Final = re.compile(r'"?sep=(.)"?\s*', re.IGNORECASE)


def named_delimiter(lines: Lines) -> str | None:
    """Takes the line `sep=;`, which for Excel is an order and no row, and returns what it names."""
    found = _NAMED_DELIMITER.fullmatch(lines.after_blank_ones())
    if found:
        lines.next()
    return found[1] if found else None


def head(lines: Lines) -> list[str]:
    """Looks at the first records, each a text of one line or more, without taking them."""
    taken = [record for _ in range(HEAD_RECORDS) if (record := _one_record(lines))]
    lines.put_back([line for record in taken for line in record])
    return ["".join(record) for record in taken]


def skip(lines: Lines, records: int) -> None:
    """Takes so many records, of which nothing is wanted."""
    for _ in range(records):
        _one_record(lines)


def likeliest_delimiter(records: Sequence[str]) -> str:
    """Return the delimiter that parts most records into equally many cells, for a file of which nothing else is
    known.
    """

    def alike(delimiter: str) -> tuple[int, int]:
        widths = Counter(width for record in records if (width := len(parted(record, delimiter))) > 1)
        (width, times), *_ = widths.most_common(1) or [(0, 0)]
        return times, width

    return max(DELIMITERS, key=alike)


def parted(record: str, delimiter: str) -> list[str]:
    """Return the cells of a record, whatever is wrong with its quotation marks; of too many, one more than may be."""
    try:
        return next(csv.reader([record], delimiter=delimiter), [])[: MOST_COLUMNS + 1]
    except csv.Error:
        return record.rstrip("\r\n").split(delimiter)[: MOST_COLUMNS + 1]


def csv_rows(lines: Lines, delimiter: str, width: int | None = None) -> Iterator[TableRow]:
    """Reads row by row, without blank ones; a short row is filled up, one of more than `width` cells has a fault."""
    while (line := lines.next()) is not None:
        start = lines.number
        if '"' in line:
            lines.put_back([line])
            row = _quoted(lines, delimiter, width, start)
        else:
            row = _fitted(TableRow(start, line.rstrip("\r\n").split(delimiter)), width)
        if any(row.cells):
            yield row


def _quoted(lines: Lines, delimiter: str, width: int | None, start: int) -> TableRow:
    """The next record; what cannot be one record is only its first line."""
    taken = _one_record(lines)
    found = _strict(taken, delimiter)
    if found is None and any('\\"' in line for line in taken):
        found = _strict(taken, delimiter, escaped=True)
    if found is None and delimiter == WHOLE_LINE and len(taken) == 1:
        return TableRow(start, [taken[0].strip()])
    row = _fitted(TableRow(start, found[0]), width) if found else None
    if found is None or row is None or (len(taken) > 1 and row.fault):
        lines.put_back(taken[1:])
        return TableRow(start, parted(taken[0], delimiter), _UNREADABLE)
    lines.put_back(taken[found[1] :])
    return row


def _strict(taken: list[str], delimiter: str, *, escaped: bool = False) -> tuple[list[str], int] | None:
    """The cells and how many lines they take; `escaped` where a quotation mark in a cell has a backslash before it."""
    if escaped:
        reader = csv.reader(taken, delimiter=delimiter, strict=True, escapechar="\\", doublequote=False)
    else:
        reader = csv.reader(taken, delimiter=delimiter, strict=True)
    try:
        return next(reader), reader.line_num
    except csv.Error:
        return None


def _fitted(row: TableRow, width: int | None) -> TableRow:
    cells = row.cells
    if width is None or len(cells) == width:
        return row
    if len(cells) < width:
        return TableRow(row.line, cells + [""] * (width - len(cells)))
    if not any(cells[width:]):
        return TableRow(row.line, cells[:width])
    return TableRow(row.line, cells, f"The row has {len(cells)} cells, the header {width}.")


def _one_record(lines: Lines) -> list[str]:
    """As many lines as it takes until every quotation mark has its pair."""
    taken: list[str] = []
    is_open = False
    while len(taken) < _RECORD_LIMIT and (line := lines.next()) is not None:
        taken.append(line)
        is_open ^= line.count('"') % 2 == 1
        if not is_open:
            break
    return taken
