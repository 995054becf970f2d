"""Spreadsheets as files: read by the reader of imports, written back with what was found."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from feedback.record.errors import Malformed
from feedback.record.limits import UNSEEN
from feedback.record.output.files import whole_file
from feedback.record.output.tables import TableWriter
from ingest.channels.files.header import Header
from ingest.channels.files.reading import table
from ingest.channels.files.table import words


@dataclass(frozen=True, slots=True)
class Sheet:
    """A spreadsheet as it came; rows may be shorter or longer than the header."""

    header: Header
    rows: list[list[str]]
    delimiter: str

    @property
    def columns(self) -> list[str]:
        """The names of the columns; the second of one name has its number behind."""
        return self.header.names

    def texts(self, columns: Sequence[str]) -> list[str]:
        """Columns from top to bottom, those of a row put together; empty where a row has none. Raises `Malformed`."""
        places = []
        for column in columns:
            if not (found := self.header.places(column)):
                raise Malformed(f"no column {column!r}; there are {', '.join(map(repr, self.columns))}")
            places += found
        return ["\n".join(filter(None, (_cell(row, place) for place in places))) for row in self.rows]


def _cell(row: list[str], place: int) -> str:
    return UNSEEN.sub(_gap, words(row[place].strip())).strip() if place < len(row) else ""


def _gap(unseen: re.Match[str]) -> str:
    """Lines and tabs tell sentences apart; all else that nobody sees would go on into titles and what is written."""
    return unseen[0] if unseen[0] in "\t\n\r" else " "


def read(path: Path, wanted: Sequence[str] = ()) -> Sheet:
    """Reads a file that `feedback import` takes; `wanted` columns tell its header from titles. Raises `Malformed`."""
    with path.open("rb") as stream, table(stream, wanted) as found:
        if found is None:
            raise Malformed(f"{path.name} is empty")
        rows = [row.cells for row in found.rows]
        return Sheet(found.header, rows, found.delimiter)


def write(path: Path, sheet: Sheet, added: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    """Writes the rows of the sheet in their order, with further columns; one of the same name is replaced."""
    kept = [place for place, column in enumerate(sheet.columns) if column not in added]
    with whole_file(path) as file:
        out = TableWriter(file, sheet.delimiter, marked=True)
        out.row([*(sheet.columns[place] for place in kept), *added])
        for row, more in zip(sheet.rows, cells, strict=True):
            out.row([*(row[place] if place < len(row) else "" for place in kept), *more])
