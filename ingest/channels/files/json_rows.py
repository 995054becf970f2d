"""The rows of JSON-lines files: an object a line, each name of which is a column."""

from collections.abc import Iterator
from typing import Any

from feedback.record.errors import Malformed
from ingest.channels.files.lines import MOST_COLUMNS, Lines, TableRow
from ingest.channels.parsing import json_object


def json_rows(lines: Lines, names: list[str]) -> Iterator[TableRow]:
    """Reads one object a line; `names` grows by each name that comes up, and cells stand in its order."""
    place = {name: at for at, name in enumerate(names)}
    while (line := lines.next()) is not None:
        if not line.strip():
            continue
        try:
            found = json_object(line)
        except Malformed as error:
            yield TableRow(lines.number, [line.strip()], str(error))
            continue
        further = [name for name in found if name not in place]
        if len(names) + len(further) > MOST_COLUMNS:
            yield TableRow(lines.number, [line.strip()], f"The file has more than {MOST_COLUMNS:,} names of columns.")
            continue
        place |= {name: at for at, name in enumerate(further, start=len(names))}
        names += further
        cells = [""] * len(names)
        for name, value in found.items():
            cells[place[name]] = _cell(value)
        yield TableRow(lines.number, cells)


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "; ".join(_cell(one) for one in value if isinstance(one, str | int | float))
    return str(value) if isinstance(value, str | int | float) else ""
