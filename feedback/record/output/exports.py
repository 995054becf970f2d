"""Tables as files of several formats, written batch by batch, so that no size fills the memory.

Formats for people (CSV, XLSX) hold no formula: see `tables.inert`. CSV and JSON lines are sent as they are made, the
others once they are whole.
"""

import datetime as dt
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any

import msgspec

from feedback.record.output import parquet, xlsx
from feedback.record.output.columns import Batches, Column
from feedback.record.output.tables import TableWriter


class FileFormat(StrEnum):
    """How a table is written; each is also the ending of its file's name."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON_LINES = "jsonl"
    PARQUET = "parquet"


MEDIA_TYPES: Mapping[FileFormat, str] = {
    FileFormat.CSV: "text/csv; charset=utf-8",
    FileFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileFormat.JSON_LINES: "application/jsonl",
    FileFormat.PARQUET: "application/vnd.apache.parquet",
}


Encoder = Callable[[Sequence[Column], Batches], Iterator[bytes]]


def encode(wanted: FileFormat, columns: Sequence[Column], batches: Batches, *, marked: bool = True) -> Iterator[bytes]:
    """Yields the bytes of a table. CSV for people is `marked` as UTF-8, by which Excel knows it."""
    if wanted == FileFormat.CSV:
        return _csv(columns, batches, marked=marked)
    return ENCODERS[wanted](columns, batches)


def _csv(columns: Sequence[Column], batches: Batches, *, marked: bool) -> Iterator[bytes]:
    """The headings come with the first batch, so that what cannot be read fails before anything was sent."""
    out = io.StringIO()
    table = TableWriter(out, marked=marked)
    table.row(column.name for column in columns)
    for rows in batches:
        for row in rows:
            table.row(map(_as_text, columns, row))
        yield out.getvalue().encode()
        out.seek(0)
        out.truncate()
    yield out.getvalue().encode()


def _as_text(column: Column, value: Any) -> Any:
    flat = column.flat(value)
    return flat.isoformat() if isinstance(flat, dt.date) else flat


def _json_lines(columns: Sequence[Column], batches: Batches) -> Iterator[bytes]:
    names = [column.name for column in columns]
    for rows in batches:
        yield b"".join(msgspec.json.encode(dict(zip(names, row, strict=True))) + b"\n" for row in rows)


ENCODERS: Mapping[FileFormat, Encoder] = {
    FileFormat.XLSX: xlsx.encode,
    FileFormat.JSON_LINES: _json_lines,
    FileFormat.PARQUET: parquet.encode,
}
