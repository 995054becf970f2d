import json
from pathlib import Path

import msgspec
import pytest

from workers.file_tools.redact import redact_file


def test_each_line_comes_back_redacted_with_its_spans(tmp_path: Path) -> None:
    source, target, told = tmp_path / "in.jsonl", tmp_path / "out.jsonl", list[int]()
    source.write_text('{"id": 7, "text": "ring 07700 900123"}\n\n{"id": "b", "text": "the lift"}\n', encoding="utf-8")
    assert redact_file(source, target, told.append) == 2
    first, second = map(json.loads, target.read_text(encoding="utf-8").splitlines())
    assert first == {"id": 7, "text": "ring [PHONE]", "spans": [{"start": 5, "end": 17, "entity": "PHONE"}]}
    assert second == {"id": "b", "text": "the lift", "spans": []}
    assert told == [2]


def test_a_broken_line_leaves_no_half_written_file(tmp_path: Path) -> None:
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text('{"id": 1, "text": "fine"}\n{"id": 2}\n', encoding="utf-8")
    with pytest.raises(msgspec.DecodeError):
        redact_file(source, target, lambda _: None)
    assert list(tmp_path.iterdir()) == [source]
