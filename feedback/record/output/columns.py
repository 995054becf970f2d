"""Columns of tables that are written as files, and what their cells hold."""

import datetime as dt
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import IO, Any

import msgspec

CHUNK_BYTES = 64 * 1024


class CellKind(StrEnum):
    """What the cells of a column hold."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    MOMENT = "moment"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. Its lists are joined by `joined_by` where a cell holds but text; other objects are JSON."""

    name: str
    kind: CellKind = CellKind.TEXT
    joined_by: str = " "

    def flat(self, value: Any) -> Any:
        """Returns a value as a cell holds it: nothing, a number, a moment, a day, or text."""
        if value is None or isinstance(value, str | int | float | dt.date):
            return value
        if isinstance(value, list | tuple):
            return self.joined_by.join(map(str, value))
        return msgspec.json.encode(value).decode() if isinstance(value, dict) else str(value)


TableRows = Sequence[Sequence[Any]]
Batches = Iterable[TableRows]


def whole(write: Callable[[IO[bytes]], None]) -> Iterator[bytes]:
    """Yields what is written into a file, once it is whole; the file has no name, and is gone afterwards."""
    with tempfile.TemporaryFile() as file:
        write(file)
        file.seek(0)
        while chunk := file.read(CHUNK_BYTES):
            yield chunk
