"""Who works on the code sees it at work: what changed is told, once."""

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from feedback.process.code_changes import code_changes


def test_what_was_added_changed_or_deleted_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module, page, data = tmp_path / "module.py", tmp_path / "templates" / "page.html", tmp_path / "data.bin"
    module.write_text("1")
    page.parent.mkdir()
    while_it_waits: list[Callable[[], object]] = [
        lambda: page.write_text("x"),
        lambda: data.write_bytes(b"x"),  # no code of ours
        lambda: os.utime(module, (1, 1)),
        lambda: shutil.rmtree(page.parent),
    ]
    monkeypatch.setattr(time, "sleep", lambda _: while_it_waits.pop(0)())
    changes = code_changes([tmp_path])
    assert [next(changes) for _ in range(3)] == [[page], [module], [page]]
