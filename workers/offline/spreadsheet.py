"""Spreadsheets as files: read as they come, written back with what was found."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from feedback.record.errors import Malformed
from feedback.record.output.files import whole_file
from feedback.record.output.tables import TableWriter

LONGEST_CELL = 10_000_000
"""Characters: a call's transcript fits, a binary file does not."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A spreadsheet as it came; rows may be shorter or longer than the header."""

    columns: list[str]
    rows: list[list[str]]
    delimiter: str

    def texts(self, column: str) -> list[str]:
        """A column from top to bottom, "" where a row lacks it. Raises Malformed."""
        if column not in self.columns:
            raise Malformed(f"no column {column!r}; there are {', '.join(map(repr, self.columns))}")
        place = self.columns.index(column)
        return [row[place] if place < len(row) else "" for row in self.rows]


def read(path: Path) -> Sheet:
    """A CSV in UTF-8, whichever of comma, semicolon and tab its header is divided by. Raises Malformed."""
    csv.field_size_limit(LONGEST_CELL)
    try:
        with path.open(newline="", encoding="utf-8-sig") as handle:
            header = handle.readline()
            delimiter = max(",;\t", key=header.count)
            handle.seek(0)
            rows = [row for row in csv.reader(handle, delimiter=delimiter) if row]
    except (UnicodeDecodeError, csv.Error) as failure:
        raise Malformed(f"{path.name} cannot be read as CSV in UTF-8") from failure
    if not rows:
        raise Malformed(f"{path.name} is empty")
    return Sheet([rows[0][0].removeprefix("\ufeff"), *rows[0][1:]], rows[1:], delimiter)


def write(path: Path, sheet: Sheet, added: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    """The rows of the sheet in their order, with further columns; one of the same name is replaced."""
    kept = [place for place, column in enumerate(sheet.columns) if column not in added]
    with whole_file(path) as file:
        table = TableWriter(file, sheet.delimiter)
        table.row([*(sheet.columns[place] for place in kept), *added])
        for row, more in zip(sheet.rows, cells, strict=True):
            table.row([*(row[place] if place < len(row) else "" for place in kept), *more])
