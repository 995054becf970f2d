"""What `feedback up` hands to the processes that it starts."""

from pathlib import Path

import pytest

from feedback.cli.bootstrap import Runtime
from feedback.cli.processes import environment
from feedback.process.embedded import Servers
from feedback.record.db import Record
from feedback.record.settings import Settings


def test_what_stood_in_a_file_is_handed_on_as_a_value(
    record: Record, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("DATABASE_URL", "PORT", "FEEDBACK_WEBHOOK_ALLOW"):
        (tmp_path / name).write_text({"PORT": "8123"}.get(name, "postgresql://here"))
        monkeypatch.setenv(f"{name}_FILE", str(tmp_path / name))
    runtime = Runtime(Settings.read(), Servers("postgresql://here", "redis://here"), record)
    started = Settings.read(environment(runtime))
    assert (started.database_url, started.port, started.webhook_allow) == (
        "postgresql://here",
        8123,
        ("postgresql://here",),
    )
