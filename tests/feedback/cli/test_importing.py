"""`feedback import`, as whoever has a spreadsheet calls it."""

import csv
import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from feedback.cli import main
from feedback.record import access, services
from feedback.record.db import Record
from feedback.record.models import Feedback
from tests.conftest import RealServers

FILE = """Ref;When;How;Comment;Place
1;01/02/2025;Phone;"The lift
never works";East
2;yesterday;Letter;Nobody answers;West
3;2/2/2025;letter;The form is too long;West
"""
COLUMNS = ["--id-column", "Ref", "--date-column", "when", "--channel-column", "How", "--text-column", "comment"]


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = tmp_path / "letters.csv"
    path.write_text(FILE, encoding="utf-16")
    return path


def feedback_import(servers: RealServers, sheet: Path, *options: str) -> Result:
    urls = {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url, "FEEDBACK_DATA": str(servers.data)}
    return CliRunner(env=urls).invoke(main, ["import", str(sheet), "--service", "blue-badge", *COLUMNS, *options])


def test_a_dry_run_shows_what_would_be_taken_and_stores_nothing(
    servers: RealServers, record: Record, blue_badge: str, sheet: Path
) -> None:
    answer = feedback_import(servers, sheet, "--dry-run", "--attribute", "clinic=Place")
    assert answer.exit_code == 0
    assert "2 pieces would be taken in" in answer.output
    assert "line 4: This is no date" in answer.output
    assert "line 2: The lift never works" in answer.output
    assert "channel call, date 2025-02-01" in answer.output
    assert "clinic East" in answer.output
    with record.transaction() as session:
        assert session.scalars(select(Feedback)).all() == []


def test_an_import_that_is_ended_says_that_another_run_goes_on(
    servers: RealServers, record: Record, blue_badge: str, sheet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ended(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("feedback.cli.import_file.import_file", ended)
    answer = feedback_import(servers, sheet)
    assert answer.exit_code == 130
    assert "What was taken in stays; the same command goes on from there." in answer.output


def test_an_import_writes_the_rows_that_were_not_taken(
    servers: RealServers, record: Record, blue_badge: str, sheet: Path, tmp_path: Path
) -> None:
    answer = feedback_import(servers, sheet, "--report", str(tmp_path / "refused.csv"), "--source", "Post room")
    assert "2 pieces taken in" in answer.output
    assert (tmp_path / "refused.csv").stat().st_mode & 0o777 == 0o600
    with (tmp_path / "refused.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["line"] for row in csv.DictReader(file)] == ["4"]
    with record.transaction() as session:
        assert {row.batch for row in session.scalars(select(Feedback))} == {"Post room"}


def test_what_was_not_taken_can_be_mended_and_imported_again(
    servers: RealServers, record: Record, blue_badge: str, sheet: Path, tmp_path: Path
) -> None:
    report = tmp_path / "refused.csv"
    feedback_import(servers, sheet, "--report", str(report))
    assert report.read_bytes().startswith(b"\xef\xbb\xbf")
    report.write_text(report.read_text(encoding="utf-8").replace("yesterday", "1/2/2025"), encoding="utf-8")
    assert "1 pieces taken in" in feedback_import(servers, report).output
    with record.transaction() as session:
        assert {row.external_id for row in session.scalars(select(Feedback))} == {"1", "2", "3"}


def test_times_without_an_offset_are_those_of_the_service(
    servers: RealServers, record: Record, blue_badge: str, tmp_path: Path
) -> None:
    with record.transaction() as session:
        services.set_properties(access.service(session, blue_badge), {"time_zone": "Europe/Madrid"})
    path = tmp_path / "one.csv"
    path.write_text("Ref,When,How,Comment\n1,31/03/2025 09:30,web,The lift\n", encoding="utf-8")
    feedback_import(servers, path)
    with record.transaction() as session:
        assert session.scalars(select(Feedback.said_at)).one() == dt.datetime(2025, 3, 31, 7, 30, tzinfo=dt.UTC)


def test_it_is_told_how_the_file_was_read(servers: RealServers, record: Record, blue_badge: str, sheet: Path) -> None:
    answer = feedback_import(servers, sheet, "--dry-run")
    assert "Read as format CSV, encoding UTF-16, delimiter semicolon." in answer.output
    assert "text Comment, date When, id Ref" in answer.output
    assert "Not kept: Place." in answer.output


@pytest.mark.parametrize("option", [("--attribute", "x"), ("--attribute", "a b=Place"), ("--service-column", "How")])
def test_options_that_make_no_sense_are_told(
    servers: RealServers, record: Record, blue_badge: str, sheet: Path, option: tuple[str, str]
) -> None:
    answer = feedback_import(servers, sheet, *option)
    assert answer.exit_code == 1
    assert answer.output.startswith("Error: ")
