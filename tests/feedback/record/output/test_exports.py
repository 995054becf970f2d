"""Tables as files of each format, read back by programs of others."""

import csv
import datetime as dt
import io
import json
from typing import Any

import pytest
from arro3.io import read_parquet
from python_calamine import CalamineWorkbook

from feedback.record.output.columns import CellKind, Column
from feedback.record.output.exports import FileFormat, encode

COLUMNS = (
    Column("text"),
    Column("count", CellKind.INTEGER),
    Column("share", CellKind.NUMBER),
    Column("at", CellKind.MOMENT),
    Column("due", CellKind.DAY),
    Column("titles", joined_by=" | "),
    Column("attributes"),
)
AT = dt.datetime(2026, 3, 1, 12, 30, 0, 250_000, tzinfo=dt.timezone(dt.timedelta(hours=1)))
BATCHES = [
    [("=1+1", 3, 0.5, AT, dt.date(2026, 3, 2), ["a", "b"], {"ward": "North"})],
    [("Gŵyl", None, None, None, None, [], None), ("x" * 40_000, -1, 2.0, AT, dt.date(1969, 12, 31), [], {})],
]


def written(wanted: FileFormat, batches: Any = BATCHES) -> bytes:
    return b"".join(encode(wanted, COLUMNS, iter(batches)))


def test_csv_begins_with_the_mark_of_utf_8_and_holds_no_formula() -> None:
    text = written(FileFormat.CSV).decode()
    assert text.startswith("\ufefftext,count")
    first, second, _ = csv.reader(io.StringIO(text.partition("\n")[2]))
    assert first == ["'=1+1", "3", "0.5", AT.isoformat(), "2026-03-02", "a | b", '{"ward":"North"}']
    assert second == ["Gŵyl", "", "", "", "", "", ""]


def test_json_lines_keep_numbers_lists_and_objects() -> None:
    first, second, _ = map(json.loads, written(FileFormat.JSON_LINES).decode().splitlines())
    assert first["text"] == "=1+1" and first["count"] == 3 and first["titles"] == ["a", "b"]
    assert first["attributes"] == {"ward": "North"} and second["count"] is None


def test_a_workbook_holds_numbers_times_in_utc_and_no_formula() -> None:

    sheet = CalamineWorkbook.from_filelike(io.BytesIO(written(FileFormat.XLSX))).get_sheet_by_index(0)
    rows: list[list[Any]] = sheet.to_python()
    assert rows[0] == [column.name for column in COLUMNS]
    assert rows[1][:3] == ["'=1+1", 3.0, 0.5] and rows[1][4:6] == [dt.date(2026, 3, 2), "a | b"]
    assert rows[1][3].isoformat().startswith("2026-03-01T11:30:00")
    assert rows[2][0] == "Gŵyl" and len(rows[3][0]) == 32_767


def test_a_parquet_file_has_typed_columns_from_every_batch() -> None:
    table = read_parquet(io.BytesIO(written(FileFormat.PARQUET))).read_all()
    assert table.num_rows == 3
    found = {name: table.column(name).to_pylist() for name in table.schema.names}
    assert found["text"][0] == "=1+1" and found["count"] == [3, None, -1] and found["share"] == [0.5, None, 2.0]
    assert found["at"][0] == AT and found["due"] == [dt.date(2026, 3, 2), None, dt.date(1969, 12, 31)]
    assert found["titles"][0] == "a | b" and json.loads(found["attributes"][0]) == {"ward": "North"}


@pytest.mark.parametrize("wanted", FileFormat)
def test_a_table_without_rows_is_a_whole_file(wanted: FileFormat) -> None:
    made = written(wanted, [])
    assert made == b"" if wanted == FileFormat.JSON_LINES else b"text" in made or made.startswith(b"PK")
