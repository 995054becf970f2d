"""Workbooks of Excel and LibreOffice as they are: every visible sheet that has the columns."""

import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Final

from feedback.record.errors import Malformed
from ingest.channels.files.csv_rows import HEAD_RECORDS
from ingest.channels.files.header import Header, header, is_header, place_of_header
from ingest.channels.files.lines import TableRow
from ingest.channels.files.survey_tools import folded
from ingest.channels.files.workbooks import sheets

_ZIP, _OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_MOST_BYTES: Final = 1 << 30
"""Of all parts of a workbook, unpacked."""
_MOST_CELLS: Final = 30_000_000
"""Of the rectangle that a sheet fills: one word in a far corner would fill the memory."""
_PLACE: Final = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"[^>/]*>')
_CHUNK: Final = 1 << 20
_MOST_SECONDS: Final = 300
_COMPLAINTS: Final = {
    sheets.LOCKED: "This workbook is locked by a password: save it without.",
    sheets.UNREADABLE: "This workbook cannot be read: save the sheet as CSV.",
    sheets.TOO_LARGE: "This workbook is too large: save the sheet as CSV.",
}


@dataclass(frozen=True, slots=True)
class Workbook:
    """What is read of a workbook: the header of the first sheet, the rows of all that have it, the sheets by name."""

    header: Header
    rows: Iterator[TableRow]
    format: str
    read: tuple[str, ...]
    passed_over: tuple[str, ...]


def is_workbook(head: bytes) -> bool:
    """Tells by its first bytes whether a file may be one."""
    return head[:4] in (_ZIP, _OLD)


def workbook(stream: IO[bytes], wanted: Collection[str]) -> Workbook:
    """Opens a workbook. Raises `Malformed` for what is none, is locked by a password or holds no word."""
    found_format = _checked(stream)
    return _of_sheets([(name, rows) for name, rows in _sheets(stream.read()) if rows], wanted, found_format)


def _sheets(body: bytes) -> list[tuple[str, list[TableRow]]]:
    """The rows of each visible sheet, by its name. Another process takes the workbook apart."""
    command = [sys.executable, "-I", sheets.__file__]
    try:
        child = subprocess.run(command, input=body, env={}, capture_output=True, timeout=_MOST_SECONDS, check=True)
    except subprocess.TimeoutExpired:
        raise Malformed(_COMPLAINTS[sheets.TOO_LARGE]) from None
    except subprocess.CalledProcessError as error:
        status = sheets.TOO_LARGE if error.returncode < 0 else error.returncode
        raise Malformed(_COMPLAINTS.get(status, _COMPLAINTS[sheets.UNREADABLE])) from None
    found: list[tuple[str, list[TableRow]]] = []
    for line in map(json.loads, child.stdout.splitlines()):
        if isinstance(line, str):
            found.append((line, []))
        else:
            found[-1][1].append(TableRow(*line))
    return found


def _of_sheets(found: list[tuple[str, list[TableRow]]], wanted: Collection[str], found_format: str) -> Workbook:
    if not found:
        raise Malformed("This workbook holds no word.")
    with_it = [(name, rows) for name, rows in found if _has_header(rows, wanted)] or found[:1]
    first, below = _parted(with_it[0][1], wanted)
    names = tuple(name for name, _ in with_it)
    rows = _in_columns_of(first, below, with_it, wanted)
    return Workbook(first, rows, found_format, names, tuple(name for name, _ in found if name not in names))


def _in_columns_of(
    first: Header, below: list[TableRow], found: Sequence[tuple[str, list[TableRow]]], wanted: Collection[str]
) -> Iterator[TableRow]:
    """The rows of the first sheet, then those of the others, each cell in the column of its name."""
    yield from below
    width = len(first.names)
    place = {folded(name): at for at, name in enumerate(first.names)}
    for _, rows in found[1:]:
        other, under = _parted(rows, wanted)
        to = [place.get(folded(name)) for name in other.names]
        for row in under:
            cells = [""] * width
            for at, cell in zip(to, row.cells, strict=False):
                if at is not None:
                    cells[at] = cell
            yield TableRow(row.line, cells)


def _has_header(rows: list[TableRow], wanted: Collection[str]) -> bool:
    return any(is_header(row.cells, wanted) for row in rows[:HEAD_RECORDS])


def _parted(rows: list[TableRow], wanted: Collection[str]) -> tuple[Header, list[TableRow]]:
    """The header, and the rows that are below it."""
    at = place_of_header([row.cells for row in rows[:HEAD_RECORDS]], wanted)
    found, more = header(rows[at].cells, [row.cells for row in rows[at + 1 : at + 4]])
    return found, rows[at + 1 + more :]


def _checked(stream: IO[bytes]) -> str:
    """The format of a workbook that is of a size to be read; the stream is at its beginning again."""
    if stream.read(4) == _OLD:
        stream.seek(0)
        return "Excel (before 2007)"
    try:
        with zipfile.ZipFile(stream) as packed:
            parts = packed.infolist()
            if sum(part.file_size for part in parts) > _MOST_BYTES:
                raise Malformed(_COMPLAINTS[sheets.TOO_LARGE])
            for part in parts:
                if part.filename.startswith("xl/worksheets/sheet") and part.filename.endswith(".xml"):
                    _require_near(packed, part)
            is_office = any(part.filename == "content.xml" for part in parts)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise Malformed("This is an archive, or a workbook that cannot be read: save the sheet as CSV.") from error
    stream.seek(0)
    return "OpenDocument" if is_office else "Excel"


def _require_near(packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    rows = columns = 1
    with packed.open(part) as sheet:
        rest = b""
        while chunk := sheet.read(_CHUNK):
            found = _PLACE.findall(rest + chunk)
            rows = max(rows, max((int(row) for _, row in found[-1:]), default=1))
            columns = max(columns, max((_number(letters) for letters in {one for one, _ in found}), default=1))
            rest = (rest + chunk)[-80:]
    if rows * columns > _MOST_CELLS:
        raise Malformed("A cell of this workbook stands far from all others: delete it, or save the sheet as CSV.")


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number
