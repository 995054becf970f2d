"""What `feedback up` hands to the processes that it starts."""

from pathlib import Path

import pytest

from feedback.process.api_process import environment
from feedback.process.embedded import Servers
from feedback.record.settings import Settings


def test_what_stood_in_a_file_is_handed_on_as_a_value(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("DATABASE_URL", "PORT", "FEEDBACK_WEBHOOK_ALLOW"):
        (tmp_path / name).write_text({"PORT": "8123"}.get(name, "postgresql://here"))
        monkeypatch.setenv(f"{name}_FILE", str(tmp_path / name))
    started = Settings.read(environment(Settings.read(), Servers("postgresql://here", "redis://here")))
    assert (started.database_url, started.port, started.webhook_allow) == (
        "postgresql://here",
        8123,
        ("postgresql://here",),
    )


def test_who_starts_before_the_servers_finds_them_by_the_data_folder(tmp_path: Path) -> None:
    early = Settings.read(environment(Settings(data=tmp_path)))
    assert (early.database_url, early.redis_url, early.data) == (None, None, tmp_path)
