"""What workers and the scheduler have done is told by the one address that Prometheus reads."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select

from feedback.operation.metrics import METRICS
from feedback.record.db import Record, engine_for
from feedback.record.models import Feedback, ServiceWork
from feedback.record.settings import Settings
from feedback.record.states import WorkStage
from feedback.record.work import done
from feedback.record.work.claims import MAX_ATTEMPTS
from feedback.record.work.jobs import apart
from feedback.record.work.set_aside import put_back_work
from tests.conftest import RealServers
from tests.feedback.process.processes import eventually
from tests.walking import put, walk
from workers.actors.clean import CLEAN
from workers.actors.notice import NOTICE
from workers.runtime.actor import Save, Worker, work_once


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No note of what other tests did."""
    while not done.NOTES.empty():
        done.NOTES.get()
    yield


def told(worker: Worker, app: Litestar) -> dict[str, float]:
    """What the metrics say, after this process has added up what it noted."""
    done.keep(worker.record.transaction)
    with TestClient(app) as client:
        METRICS.of(worker.record)  # reads anew
        lines = [line.rsplit(" ", 1) for line in client.get("/metrics").text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in lines}


@contextmanager
def record_at(url: str) -> Iterator[Record]:
    """With room for one connection, and another in need."""
    engine = engine_for(url, size=1)
    try:
        yield Record(Settings(), engine)
    finally:
        engine.dispose()


def begun_and_ended(record: Record) -> None:
    with record.transaction():
        pass


def failing(_: Worker, __: Sequence[Feedback]) -> Save[Feedback]:
    raise ValueError


def test_what_each_stage_has_done_is_counted_over_processes_and_from_nothing_on(
    worker: Worker, app: Litestar, blue_badge: str
) -> None:
    assert told(worker, app)['feedback_stage_done_total{stage="clean"}'] == 0
    put(worker, "The ramp is broken", "The lift is stuck")
    walk(worker)
    first, took = told(worker, app), 'feedback_stage_seconds_total{stage="clean"}'
    put(worker, "No ticket came")
    walk(worker)
    after = told(worker, app)
    assert first['feedback_stage_done_total{stage="clean"}'] == 2
    assert after['feedback_stage_done_total{stage="clean"}'] == 3
    assert after[took] > first[took] > 0
    assert after['feedback_stage_failed_total{stage="clean"}'] == after["feedback_jobs_failed_total"] == 0


def test_tries_that_fail_are_counted_and_what_is_set_aside_by_its_stage(
    worker: Worker, app: Litestar, blue_badge: str
) -> None:
    put(worker, "The ramp is broken")
    for _ in range(MAX_ATTEMPTS):
        assert work_once(worker, replace(CLEAN, work=failing))
    found = told(worker, app)
    assert found['feedback_stage_failed_total{stage="clean"}'] == MAX_ATTEMPTS
    assert found['feedback_stage_done_total{stage="clean"}'] == 0
    assert found['feedback_set_aside{stage="clean"}'] == 1 and found['feedback_set_aside{stage="group"}'] == 0


def test_work_for_a_service_that_was_set_aside_is_told_and_can_be_put_back(
    worker: Worker, app: Litestar, blue_badge: str
) -> None:
    put(worker, "The ramp is broken")
    walk(worker)
    with worker.record.transaction() as session:
        for work in session.scalars(select(ServiceWork).where(ServiceWork.kind == NOTICE.stage.name)):
            work.stage = WorkStage.SET_ASIDE
    assert told(worker, app)['feedback_set_aside{stage="notice"}'] == 1
    with worker.record.transaction() as session:
        assert put_back_work(session) == 1
    assert told(worker, app)['feedback_set_aside{stage="notice"}'] == 0


def test_a_job_of_the_clock_that_fails_is_counted(worker: Worker, app: Litestar) -> None:
    for _ in range(2):
        with apart("days"):
            raise ValueError
    assert told(worker, app)["feedback_jobs_failed_total"] == 2


def test_while_the_store_is_away_nothing_fails_over_a_figure() -> None:
    done.NOTES.put(done.Note("clean", 1, 0, 0.1))
    with record_at("postgresql://feedback@127.0.0.1:1/feedback?connect_timeout=1") as away:
        done.keep(away.transaction)
    assert done.NOTES.empty()


def test_who_waits_for_a_connection_and_who_has_one_is_told(
    worker: Worker, app: Litestar, servers: RealServers
) -> None:
    with record_at(servers.database_url) as narrow:
        with ThreadPoolExecutor() as pool, narrow.transaction(), narrow.transaction():
            late = pool.submit(begun_and_ended, narrow)
            eventually(lambda: told(worker, app)["feedback_pool_waiting"] == 1)
            found = told(worker, app)
        late.result()
    assert found["feedback_transactions_in_progress"] == 2
    assert sum(value for name, value in found.items() if name.startswith("feedback_connections{")) > 2
    assert told(worker, app)["feedback_pool_waiting"] == 0
