"""What is wrong outside of us is told in one line, whatever the command."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from feedback.cli import main

NOBODY = "postgresql://feedback@127.0.0.1:1/feedback"


def told(*arguments: str, **environment: str) -> str:
    """What a command says that cannot do what it is asked for."""
    done = CliRunner().invoke(main, arguments, env=environment)
    assert done.exit_code == 1 and isinstance(done.exception, SystemExit), done.exception
    return done.stderr.strip()


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "comments.csv").write_text("text\nThe lift never works\n")
    within = str(tmp_path / "file" / "out")
    analysed = told("analyse", str(tmp_path / "comments.csv"), "--output", within)
    assert analysed == f"Error: {within}: Not a directory"
    assert f"nothing is installed in {within}" in told("doctor", FEEDBACK_DATA=within)


def test_a_disk_without_room(tmp_path: Path) -> None:
    (tmp_path / "in").write_text('{"id": 1, "text": "The lift never works"}\n')
    assert told("redact", "--input", str(tmp_path / "in"), "--output", "/dev/full").endswith("No space left on device")


def test_a_postgresql_that_does_not_answer(tmp_path: Path) -> None:
    servers = {"FEEDBACK_DATA": str(tmp_path), "DATABASE_URL": NOBODY, "REDIS_URL": "redis://127.0.0.1:1"}
    line = "Error: PostgreSQL does not answer: start it, or set DATABASE_URL"
    assert told("service", "list", **servers) == line
    assert told("backup", str(tmp_path / "backup"), **servers) == line


@pytest.mark.parametrize("variable", ["DATABASE_URL", "DATABASE_DIRECT_URL", "DATABASE_READ_URL", "REDIS_URL"])
@pytest.mark.parametrize("address", ["nonsense", "mysql://host/feedback", "http://host", "postgresql:", "redis://"])
def test_an_address_of_no_server(variable: str, address: str) -> None:
    assert told("doctor", **{variable: address}).startswith(f"Error: {variable} cannot be read: it must be ")
