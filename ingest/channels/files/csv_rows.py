"""The rows of CSV and JSON-lines files, streamed: one that cannot be read takes no other with it."""

import codecs
import csv
import io
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import IO, Any, Final

from feedback.record.errors import Malformed
from ingest.channels.parsing import json_object

_DELIMITERS: Final = ",;\t|"
_LINE_LIMIT: Final = 1_000_000
"""Characters of one line; what is longer is cut, and then fails as a row."""
_RECORD_LIMIT: Final = 1_000
"""Lines of one record; more means that a quotation mark was never closed."""

Cells = Mapping[str, str]
"""What a row says, by the name of the column in lower case."""


@dataclass(frozen=True, slots=True)
class RowError:
    """A row that could not be read, and why, without its words. `line` is where it begins, from 1."""

    line: int
    reason: str


NumberedRow = tuple[int, Cells | RowError]


def records(stream: IO[bytes], needed: Iterable[str]) -> Iterator[NumberedRow]:
    """The rows of a file with their lines: JSON lines where it begins with a brace, CSV with a header otherwise.

    Reads UTF-8, UTF-16 (with its mark) and, byte by byte where it is not UTF-8, Windows-1252. Raises `Malformed` where
    a CSV file lacks a column of `needed`, the file is a JSON array, or no text at all.
    """
    with _decoded(stream) as text:
        lines = _Lines(text)
        first = lines.next()
        while first is not None and not first.strip():
            first = lines.next()
        if first is None:
            return
        lines.put_back([first])
        if first.lstrip().startswith("["):
            raise Malformed("This is a JSON array; write one object a line.")
        yield from _json(lines) if first.lstrip().startswith("{") else _csv(lines, needed)


@lru_cache
def column(name: str) -> str:
    """A column's name as `Cells` has it."""
    return name.strip().lower()


class _Lines:
    """Lines that are counted, and can be put back."""

    def __init__(self, text: IO[str]) -> None:
        self.number = 0
        self._text = text
        self._back: deque[str] = deque()

    def next(self) -> str | None:
        line = self._back.popleft() if self._back else self._read()
        self.number += bool(line)
        return line or None

    def put_back(self, lines: list[str]) -> None:
        self._back.extendleft(reversed(lines))
        self.number -= len(lines)

    def _read(self) -> str:
        line = rest = self._text.readline(_LINE_LIMIT)
        while len(rest) == _LINE_LIMIT and not rest.endswith(("\n", "\r")):
            rest = self._text.readline(_LINE_LIMIT)
        return line


def _json(lines: _Lines) -> Iterator[NumberedRow]:
    while (line := lines.next()) is not None:
        if not line.strip():
            continue
        try:
            found = json_object(line)
        except Malformed as error:
            yield lines.number, RowError(lines.number, str(error))
        else:
            yield lines.number, {column(name): _cell(value) for name, value in found.items()}


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int | float) else ""


def _csv(lines: _Lines, needed: Iterable[str]) -> Iterator[NumberedRow]:
    header = lines.next() or ""
    delimiter = max(_DELIMITERS, key=header.count)
    lines.put_back([header])
    names = [column(name) for name in _split(lines, delimiter, width=None) or []]
    for name in needed:
        if column(name) not in names:
            raise Malformed(f"The file has no column {name!r}.")
    while (start := lines.number + 1) and (line := lines.next()) is not None:
        lines.put_back([line])
        cells = _split(lines, delimiter, len(names))
        if cells is None:
            yield start, RowError(start, _UNREADABLE)
        elif len(cells) != len(names):
            yield start, RowError(start, f"The row has {len(cells)} cells, the header {len(names)}.")
        elif any(cells):
            yield start, dict(zip(names, cells, strict=True))


_UNREADABLE: Final = "A quotation mark of the row is not closed, or not doubled within its cell."


def _split(lines: _Lines, delimiter: str, width: int | None) -> list[str] | None:
    """The cells of the next record, or None; what cannot be one record is only its first line."""
    taken = _one_record(lines)
    reader = csv.reader(taken, delimiter=delimiter, strict=True)
    try:
        cells = next(reader)
    except csv.Error:
        lines.put_back(taken[1:])
        return None
    if len(taken) > 1 and width is not None and len(cells) != width:
        lines.put_back(taken[1:])
        return None
    lines.put_back(taken[reader.line_num :])
    if not cells:
        return [""] * (width or 0)
    return cells[:width] if width and not any(cells[width:]) else cells


def _one_record(lines: _Lines) -> list[str]:
    """As many lines as it takes until every quotation mark has its pair."""
    taken: list[str] = []
    is_open = False
    while len(taken) < _RECORD_LIMIT and (line := lines.next()) is not None:
        taken.append(line)
        is_open ^= line.count('"') % 2 == 1
        if not is_open:
            break
    return taken


@contextmanager
def _decoded(stream: IO[bytes]) -> Iterator[IO[str]]:
    buffered = io.BufferedReader(stream)  # type: ignore[type-var]  # anything that reads bytes will do
    head = buffered.peek(4)[:4]
    is_utf16 = head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    _require_text(head, is_utf16)
    text = io.TextIOWrapper(
        buffered,
        encoding="utf-16" if is_utf16 else "utf-8-sig",
        errors="replace" if is_utf16 else "windows-1252",
        newline="",
    )
    try:
        yield text
    finally:
        text.detach()
        buffered.detach()


def _require_text(head: bytes, is_utf16: bool) -> None:
    if head[:2] == b"PK":
        raise Malformed("This is a workbook or an archive: save the sheet as CSV.")
    if head[:2] == b"\x1f\x8b":
        raise Malformed("This is compressed: unpack it first.")
    if b"\x00" in head and (not is_utf16 or head == codecs.BOM_UTF32_LE):
        raise Malformed("This is no UTF-8, Windows-1252, or UTF-16 with its mark: save it as UTF-8.")


def _windows_1252(error: UnicodeError) -> tuple[str, int]:
    """Spreadsheets save it without saying so."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("windows-1252", "replace"), error.end


codecs.register_error("windows-1252", _windows_1252)
