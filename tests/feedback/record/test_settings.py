"""Settings may stand in files."""

from pathlib import Path

import pytest

from feedback.record.errors import Malformed
from feedback.record.settings import Settings

VARIABLES = [field.metadata["variable"] for field in Settings.__dataclass_fields__.values()]


def test_a_secret_is_read_from_the_file_that_is_named(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("hush\n")
    (tmp_path / "keys").write_text("first,second\n")
    files = {"FEEDBACK_NOTIFY_TOKEN_FILE": tmp_path / "token", "FEEDBACK_SECRET_KEY_FILE": tmp_path / "keys"}
    settings = Settings.read({name: str(path) for name, path in files.items()})
    assert (settings.notify_token, settings.secret_keys) == ("hush", ("first", "second"))


@pytest.mark.parametrize("variable", VARIABLES)
def test_a_file_that_cannot_be_read_is_told_by_the_name_of_its_variable(variable: str, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    for name in ("missing", "empty", "binary", "."):
        with pytest.raises(Malformed, match=f"^{variable}_FILE names a file that"):
            Settings.read({f"{variable}_FILE": str(tmp_path / name)})


def test_a_variable_that_is_set_both_ways_is_refused(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("hush")
    with pytest.raises(Malformed, match="are both set"):
        Settings.read({"FEEDBACK_NOTIFY_TOKEN": "x", "FEEDBACK_NOTIFY_TOKEN_FILE": str(tmp_path / "token")})
