"""Whatever a command writes is for its owner alone."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from feedback.cli import main
from feedback.record.settings import Settings


@pytest.fixture(autouse=True)
def open_to_all() -> Iterator[None]:
    """Begins as a shell does that leaves everything open."""
    before = os.umask(0)
    yield
    os.umask(before)


def test_what_is_redacted(tmp_path: Path) -> None:
    (tmp_path / "in").write_text('{"id": 1, "text": "The lift never works"}\n')
    done = CliRunner().invoke(main, ["redact", "--input", str(tmp_path / "in"), "--output", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o600
    assert os.umask(0) == 0


def test_the_key_of_keys_and_its_folder(tmp_path: Path) -> None:
    Settings(data=tmp_path / "data").keys()
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "data" / "secret.key").stat().st_mode & 0o777 == 0o600
