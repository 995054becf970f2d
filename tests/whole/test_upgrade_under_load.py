"""While the schema changes, the API of an old version goes on taking feedback, and nobody is turned away."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select, text

from feedback.process import embedded
from feedback.record.db import engine_for
from feedback.record.migrations import NEWEST
from feedback.record.models import Feedback
from tests.feedback.record.test_migrations_beside_others import FIRST_UNDER_RULES
from tests.tools.old_installation import ROOT, code_of
from tests.whole.system import START, answers, command, free_port, until

OLD = "94a8a4a3"
"""The last version before the first migration that others may live beside."""
EVERY_SECONDS = 0.02
LONGEST_SECONDS = 10.0
"""On a busy machine: how long a migration keeps anybody waiting is measured by `python -m tests.bench migrations`."""


@dataclass
class Citizens:
    """Somebody writes again and again: the receipts they got, the answers that were none, and the longest wait."""

    http: httpx.Client
    receipts: list[str] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)
    longest: float = 0.0

    def write(self) -> None:
        began = time.monotonic()
        answer = self.http.post(
            "/v1/services/bins/feedback", json={"message": f"Bin {len(self.receipts)} was not taken"}
        )
        self.longest = max(self.longest, time.monotonic() - began)
        if answer.status_code == 202:
            self.receipts.append(answer.json()["receipt"])
        else:
            self.refused.append(answer.status_code)

    @contextmanager
    def writing(self) -> Iterator[None]:
        stop = threading.Event()

        def go_on() -> None:
            while not stop.wait(EVERY_SECONDS):
                self.write()

        thread = threading.Thread(target=go_on)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()


@contextmanager
def old_api(place: Path) -> Iterator[dict[str, str]]:
    """It serves; returned are the settings of the installation."""
    ours = {"FEEDBACK_DATA": str(place / "data"), "PORT": str(free_port()), "FEEDBACK_INTAKE_RATE": "0"}
    (place / "data").mkdir()
    env = os.environ | ours | code_of(OLD, place / "code")
    process = subprocess.Popen([sys.executable, "-m", "feedback", "serve"], env=env, stderr=subprocess.DEVNULL)
    try:
        until(lambda: answers(f"http://127.0.0.1:{ours['PORT']}"), START)
        command(env, "service", "add", "bins", "--name", "Bins")
        yield ours
    finally:
        process.terminate()
        process.wait(60)


def test_whoever_writes_to_the_old_version_while_the_schema_changes_is_answered_and_heard(tmp_path: Path) -> None:
    if subprocess.run(["git", "cat-file", "-e", OLD], cwd=ROOT, capture_output=True, check=False).returncode:
        pytest.skip("the old version is not in this copy of the repository")
    with old_api(tmp_path) as ours, embedded.servers(tmp_path / "data") as servers:
        engine = engine_for(servers.database_url)
        citizens = Citizens(httpx.Client(base_url=f"http://127.0.0.1:{ours['PORT']}", timeout=60))
        with engine.connect() as connection:
            before = connection.scalar(text("SELECT version_num FROM alembic_version"))
        with citizens.writing():
            until(lambda: len(citizens.receipts) > 20)
            command({**os.environ, **ours}, "migrate")
            migrated = len(citizens.receipts)
            until(lambda: len(citizens.receipts) > migrated + 20 or bool(citizens.refused))
        with engine.connect() as connection:
            after = connection.scalar(text("SELECT version_num FROM alembic_version"))
            stored = connection.scalars(select(Feedback.receipt)).all()
        engine.dispose()
    assert str(before) < FIRST_UNDER_RULES and after == NEWEST
    assert citizens.refused == [] and sorted(stored) == sorted(citizens.receipts)
    assert citizens.longest < LONGEST_SECONDS
