"""Tables for spreadsheets, and files for their owner alone."""

import csv
import io
import os
import re
import stat
from pathlib import Path

import pytest

from feedback.record.output.files import whole_file, write_whole
from feedback.record.output.tables import LEADING, TableWriter, as_written, inert

FORMULAS = [
    "=1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "\tplain",
    "\rplain",
    "＝1",
    "＋1",
    "－1",
    "＠SUM(A1)",
    "﹦1",
    "  =1",
    "\u00a0\u200b=1",
    "\ufeff=1",
    '"=1',
    "'=1",
    ' "\' ＝HYPERLINK("http://evil.example")',
]


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_is_a_formula_in_any_spelling(formula: str) -> None:
    out = io.StringIO(newline="")
    TableWriter(out, ";").row([formula, "plain"])
    [[cell, plain]] = csv.reader(io.StringIO(out.getvalue(), newline=""), delimiter=";")
    assert (cell[0], as_written(cell), plain) == ("'", formula, "plain")


@pytest.mark.parametrize("formula", FORMULAS)
@pytest.mark.parametrize("split", [";", "; ", "\t", "\n", "\r\n\n", ';"', ";;", ";x;"])
def test_no_cell_is_a_formula_for_a_program_that_splits_lines_elsewhere(split: str, formula: str) -> None:
    out, text = io.StringIO(newline=""), f"said{split}{formula}"
    TableWriter(out).row(["first", text])
    [[_, cell]] = csv.reader(io.StringIO(out.getvalue(), newline=""))
    assert as_written(cell) == text
    for part in re.split(r"[;\t\r\n]", cell):
        rest = LEADING.sub("", part, count=1)
        assert inert(rest) == rest or part.removesuffix(rest).endswith("'")


@pytest.mark.parametrize("text", ["", "plain", "a = b", "3 - 2", "'quoted'", "“so it said”", "é=1"])
def test_what_is_no_formula_stays_as_it_is(text: str) -> None:
    assert inert(text) == text


def test_numbers_stay_numbers_and_nothing_is_an_empty_cell() -> None:
    out = io.StringIO()
    TableWriter(out).row([-1, 0.5, None, True])
    assert out.getvalue() == "-1,0.5,,True\r\n"


def test_only_one_module_writes_tables() -> None:
    house = Path(__file__).parents[4]
    rooms = (house / room for room in ("feedback", "ingest", "insights", "nlp", "workers"))
    found = {path.name for room in rooms for path in room.rglob("*.py") if "csv.writer" in path.read_text()}
    assert found == {"tables.py"}


def test_a_file_is_for_its_owner_alone_whatever_it_replaces(tmp_path: Path) -> None:
    path = tmp_path / "report"
    path.write_text("older")
    path.chmod(0o666)
    write_whole(path, "newer")
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("newer", 0o600)
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_is_cut_off_leaves_the_older_one(tmp_path: Path) -> None:
    path = tmp_path / "report"
    path.write_text("older")
    with pytest.raises(ZeroDivisionError), whole_file(path) as file:
        file.write(str(1 // 0))
    assert path.read_text() == "older"
    assert list(tmp_path.iterdir()) == [path]


def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(path := tmp_path / "pipe")
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    write_whole(path, "said")
    assert os.read(reader, 10) == b"said"
    os.close(reader)
    assert path.is_fifo()
