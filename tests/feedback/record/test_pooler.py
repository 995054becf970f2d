"""PostgreSQL behind PgBouncer in transaction mode: what holds a lock passes it by, and all else goes through."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from litestar.testing import TestClient
from sqlalchemy import func, select, text

from feedback.record.db import Record
from feedback.record.models import Feedback
from feedback.record.work.claims import Claimer, claim
from feedback.web.app import create_app
from tests.conftest import RealServers
from tests.pooler import pooled
from tests.walking import put, walk
from workers.runtime.actor import Worker

PIECES = 12


@pytest.fixture
def behind(record: Record, servers: RealServers, tmp_path: Path) -> Iterator[Record]:
    settings = replace(record.operators_settings, database_direct_url=servers.database_url)
    with pooled(servers.database_url, tmp_path) as url:
        found = Record.at(settings, url)
        yield found
        found.close()


@pytest.fixture
def pooled_worker(behind: Record, worker: Worker) -> Iterator[Worker]:
    claimer = Claimer(behind.direct_engine)
    yield replace(worker, record=behind, claimer=claimer)
    claimer.close()


def test_a_piece_walks_from_the_door_to_its_issue(
    behind: Record, pooled_worker: Worker, servers: RealServers, blue_badge: str
) -> None:
    url = behind.engine.url.render_as_string(hide_password=False)
    with TestClient(create_app(behind.operators_settings, url, servers.redis_url)) as client:
        for number in range(PIECES):  # more than after how many a driver prepares a statement
            said = {"message": f"The photo page failed for me again, try {number}"}
            assert client.post("/v1/services/blue-badge/feedback", json=said).status_code == 202
        walk(pooled_worker)
        assert client.get("/health/ready").status_code == 200
    with behind.transaction() as session:
        assert session.scalar(select(func.count()).where(Feedback.stage == "done")) == PIECES


def test_many_at_once_share_few_connections(behind: Record, blue_badge: str) -> None:
    together, told = threading.Barrier(6), []

    def ask() -> None:
        together.wait()
        for _ in range(PIECES):
            with behind.transaction() as session:
                told.append(session.scalar(text("SELECT :n + 1"), {"n": len(blue_badge)}))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == [len(blue_badge) + 1] * 6 * PIECES


def test_nobody_else_is_given_what_a_living_worker_holds(
    behind: Record, pooled_worker: Worker, blue_badge: str
) -> None:
    put(pooled_worker, "The upload page fails")
    heir = Claimer(behind.direct_engine)

    def claimed(by: Claimer) -> int:
        with behind.transaction() as session:
            return len(claim(session, Feedback, by=by.number, limit=9, order=[Feedback.id]))

    assert (claimed(pooled_worker.claimer), claimed(heir)) == (1, 0)
    pooled_worker.claimer.close()
    assert claimed(heir) == 1
    heir.close()
