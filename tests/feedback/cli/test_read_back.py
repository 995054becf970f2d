"""`feedback read`: a dry run of every channel."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from feedback.cli import main

MAIL = "From: Ann <ann@home.example>\nSubject: The lift\nMessage-ID: <1@home.example>\n\nIt never works.\n"
CALL = "WEBVTT\n\n00:04.000 --> 00:08.000\nCaller: The bin was missed.\n\nno --> time\nlost\n"


@pytest.mark.parametrize(
    ("form", "content", "told"),
    [
        ("csv", "sep=;\ntext;date;Colour\nNo ramp;31/03/2026;red\nNo lift;31 Sept 2026;blue\n", "words: No ramp"),
        ("csv", "text;date\nNo lift;31 Sept 2026\n", "line 2 is not taken: This is no date"),
        ("csv", "text,Colour\nNo lift,blue\n", "columns not kept: Colour"),
        ("json", '{"text": "No ramp", "rating": 9}\n', "rating: 5"),
        ("email", MAIL, "It never works."),
        ("webvtt", CALL, "0:04 Caller: The bin was missed."),
        ("webvtt", CALL, "left out: line 6"),
        ("text", "Agent: How can I help?\nCaller: The bin was missed.\n", "Caller: The bin was missed."),
        ("whisper", '{"text": "The lift is stuck. Thanks for watching!"}', "caller: The lift is stuck."),
        ("sms", "stop please", "keyword: stop"),
        ("sms", "The bus stop is dirty", "words: The bus stop is dirty"),
        ("open311", "service_code=none&description=The+lamp+is+dark", "words: The lamp is dark"),
    ],
)
def test_it_shows_how_a_file_would_be_read_and_stores_nothing(
    form: str, content: str, told: str, tmp_path: Path
) -> None:
    path = tmp_path / "in"
    path.write_text(content, encoding="utf-8")
    answer = CliRunner().invoke(main, ["read", str(path), "--as", form])
    assert answer.exit_code == 0, answer.output
    assert told in answer.output
    assert list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_read_is_told_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "in"
    path.write_text("no call", encoding="utf-8")
    answer = CliRunner().invoke(main, ["read", str(path), "--as", "webvtt"])
    assert (answer.exit_code, answer.output.count("\n")) == (1, 1)
