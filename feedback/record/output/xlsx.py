"""Tables as workbooks of spreadsheets (ECMA-376), by XlsxWriter; no cell of theirs is a formula or a link."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import IO

from feedback.record.output.columns import Batches, CellKind, Column, whole
from feedback.record.output.tables import inert

LONGEST_CELL = 32_767
"""Characters that a cell of a spreadsheet holds; what is longer is cut there."""


def encode(columns: Sequence[Column], batches: Batches) -> Iterator[bytes]:
    """Yields the bytes of a workbook of one sheet. Its times are UTC, for which a workbook has no sign."""
    return whole(lambda file: _write(file, columns, batches))


def _write(file: IO[bytes], columns: Sequence[Column], batches: Batches) -> None:
    from xlsxwriter import Workbook  # noqa: PLC0415 - a tenth of a second, for who exports a workbook

    book = Workbook(file, {"constant_memory": True, "remove_timezone": True})
    sheet = book.add_worksheet()
    formats = {
        CellKind.MOMENT: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        CellKind.DAY: book.add_format({"num_format": "yyyy-mm-dd"}),
    }
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, [column.name for column in columns])
    for place, row in enumerate((row for rows in batches for row in rows), start=1):
        for at, (column, value) in enumerate(zip(columns, row, strict=True)):
            flat = column.flat(value)
            if isinstance(flat, str):
                sheet.write_string(place, at, inert(flat)[:LONGEST_CELL])
            elif isinstance(flat, dt.date):
                sheet.write_datetime(place, at, _utc(flat), formats[column.kind])
            elif flat is not None:
                sheet.write_number(place, at, flat)
    book.close()


def _utc(at: dt.date) -> dt.date:
    return at.astimezone(dt.UTC) if isinstance(at, dt.datetime) else at
