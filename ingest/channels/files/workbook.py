"""Workbooks of Excel and LibreOffice as they are, read by calamine: every visible sheet that has the columns."""

import datetime as dt
import re
import zipfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any, Final

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum, ZipError

from feedback.record.errors import Malformed
from ingest.channels.files.csv_rows import HEAD_RECORDS
from ingest.channels.files.header import Header, header, is_header, place_of_header
from ingest.channels.files.lines import TableRow
from ingest.channels.files.survey_tools import folded

_ZIP, _OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_MOST_BYTES: Final = 1 << 30
"""Of all parts of a workbook, unpacked."""
_MOST_CELLS: Final = 30_000_000
"""Of the rectangle that a sheet fills: one word in a far corner would fill the memory."""
_PLACE: Final = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"[^>/]*>')
_CHUNK: Final = 1 << 20


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
    try:
        book = CalamineWorkbook.from_filelike(stream)
        visible = [
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
        ]
        sheets = [(name, _rows(book, name)) for name in visible]
    except PasswordError as error:
        raise Malformed("This workbook is locked by a password: save it without.") from error
    except (CalamineError, ZipError) as error:
        raise Malformed("This workbook cannot be read: save the sheet as CSV.") from error
    return _of_sheets([(name, rows) for name, rows in sheets if rows], wanted, found_format)


def _of_sheets(sheets: list[tuple[str, list[TableRow]]], wanted: Collection[str], found_format: str) -> Workbook:
    if not sheets:
        raise Malformed("This workbook holds no word.")
    with_it = [(name, rows) for name, rows in sheets if _has_header(rows, wanted)] or sheets[:1]
    first, below = _parted(with_it[0][1], wanted)
    names = tuple(name for name, _ in with_it)
    rows = _in_columns_of(first, below, with_it, wanted)
    return Workbook(first, rows, found_format, names, tuple(name for name, _ in sheets if name not in names))


def _in_columns_of(
    first: Header, below: list[TableRow], sheets: Sequence[tuple[str, list[TableRow]]], wanted: Collection[str]
) -> Iterator[TableRow]:
    """The rows of the first sheet, then those of the others, each cell in the column of its name."""
    yield from below
    width = len(first.names)
    place = {folded(name): at for at, name in enumerate(first.names)}
    for _, rows in sheets[1:]:
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


def _rows(book: CalamineWorkbook, name: str) -> list[TableRow]:
    """The rows that say something. calamine's come one by one; only their texts are kept."""
    found = []
    for line, values in enumerate(book.get_sheet_by_name(name).iter_rows(), 1):
        cells = [_text(value) for value in values]
        if any(cells):
            found.append(TableRow(line, cells))
    return found


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime):
        whole = value + dt.timedelta(microseconds=500_000)  # days as fractions are a little off
        return whole.replace(microsecond=0).isoformat(" ")
    return str(value)


def _checked(stream: IO[bytes]) -> str:
    """The format of a workbook that is of a size to be read; the stream is at its beginning again."""
    if stream.read(4) == _OLD:
        stream.seek(0)
        return "Excel (before 2007)"
    try:
        with zipfile.ZipFile(stream) as packed:
            parts = packed.infolist()
            if sum(part.file_size for part in parts) > _MOST_BYTES:
                raise Malformed("This workbook is too large: save the sheet as CSV.")
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
