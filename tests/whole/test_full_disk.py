"""The disk of PostgreSQL is full: nobody is told that they were heard who were not, and nothing is lost by it."""

import os
import random
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar.testing import TestClient
from sqlalchemy import func, select

from feedback.process import embedded
from feedback.record import services
from feedback.record.db import Record, engine_for
from feedback.record.migrations import migrate
from feedback.record.models import Feedback
from feedback.record.settings import Settings
from feedback.web.app import create_app

PIECES = 30
PATH = "/v1/services/blue-badge/feedback"


@contextmanager
def small_disk(place: Path) -> Iterator[Path]:
    """A file system of its own in memory; skips where we may not make one."""
    place.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200m", "tmpfs", place], capture_output=True, check=False)
    if made.returncode:
        pytest.skip("no file system can be mounted here")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may mount")
def test_a_full_disk_is_told_and_loses_nothing(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk, embedded.servers(disk) as servers:
        engine = engine_for(servers.database_url)
        migrate(engine)
        settings = Settings(data=disk, intake_rate=0)
        record = Record(settings, engine)
        with record.transaction() as session:
            services.add(session, "blue-badge", "Blue Badge")
        with TestClient(create_app(settings, servers.database_url, servers.redis_url)) as client:
            assert write(client, 0).status_code == 202
            fill(disk / "filling")
            answers = [write(client, n) for n in range(1, PIECES)]
            assert {answer.status_code for answer in answers} <= {202, 503}
            refused = [answer for answer in answers if answer.status_code == 503]
            assert refused and all(answer.headers["Retry-After"] for answer in refused)
            (disk / "filling").unlink()
            for n in range(PIECES):
                until_heard(client, n)
        with record.transaction() as session:
            assert session.scalar(select(func.count()).select_from(Feedback)) == PIECES
        engine.dispose()


def write(client: TestClient[Any], number: int) -> httpx.Response:
    said = f"The lift is out of order {random.Random(number).randbytes(2_000).hex()}"
    return client.post(PATH, json={"message": said}, headers={"Idempotency-Key": f"{number}"})


def until_heard(client: TestClient[Any], number: int) -> None:
    """PostgreSQL may be on its way up again."""
    deadline = time.monotonic() + 30
    while (answer := write(client, number)).status_code != 202:
        assert answer.status_code == 503 and time.monotonic() < deadline
        time.sleep(0.1)


def fill(file: Path) -> None:
    with file.open("wb", buffering=0) as out:
        try:
            while True:
                out.write(bytes(2**16))
        except OSError:
            pass
