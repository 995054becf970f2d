"""A process of its own that takes a workbook apart, run by its path: a bomb of a workbook ends it, and nobody else.

calamine lays each sheet out as a rectangle and unpacks each part as a whole; where the memory does not suffice, it
aborts the process that it runs in. So this one has bounds of memory, time and answer.

Reads a workbook from its input. Writes for each visible sheet a line with its name, then one for each row that says
something: its number and its texts, as JSON. What went wrong instead, its exit status says.
"""

import datetime as dt
import io
import json
import resource
import sys
from collections.abc import Iterator
from typing import Any, Final

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum, ZipError

LOCKED, UNREADABLE, TOO_LARGE = 3, 4, 5
"""Its exit statuses; a signal means that it grew too large."""

_MOST_MEMORY: Final = 3 << 30
_MOST_SECONDS: Final = 120
_MOST_ANSWERED: Final = 1 << 28
"""Bytes of the answer: one long text may stand in every cell, and costs a workbook nothing."""


def _bound() -> None:
    """No core is written either: there are citizens' words in it."""
    for what, most in (
        (resource.RLIMIT_AS, _MOST_MEMORY),
        (resource.RLIMIT_CPU, _MOST_SECONDS),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def _lines(book: CalamineWorkbook) -> Iterator[Any]:
    for sheet in book.sheets_metadata:
        if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet:
            yield sheet.name
            for number, values in enumerate(book.get_sheet_by_name(sheet.name).iter_rows(), 1):
                cells = [_text(value) for value in values]
                if any(cells):
                    yield number, cells


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


def _answer() -> int:
    answered = 0
    try:
        for line in _lines(CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read()))):
            answered += sys.stdout.buffer.write(json.dumps(line).encode() + b"\n")
            if answered > _MOST_ANSWERED:
                return TOO_LARGE
    except PasswordError:
        return LOCKED
    except (CalamineError, ZipError):
        return UNREADABLE
    except MemoryError:
        return TOO_LARGE
    return 0


if __name__ == "__main__":
    _bound()
    sys.exit(_answer())
