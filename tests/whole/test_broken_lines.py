"""Lines to the stores are slow, go dead, break, are cut: what is answered is stored once, and nobody waits for ever."""

import datetime as dt
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import redis
from litestar.testing import TestClient
from sqlalchemy import select, text, update
from sqlalchemy.exc import SQLAlchemyError

from feedback.record.db import Record, engine_for
from feedback.record.models import Feedback
from feedback.record.states import ChannelName, FeedbackStage
from feedback.record.work.claims import Claimer
from feedback.record.work.queue import WorkQueue
from feedback.web.app import create_app
from ingest.intake import dependencies
from ingest.intake.accept import accept
from ingest.intake.arrival import Arrival
from tests.conftest import RealServers
from tests.faults.proxy import Line, Proxy, lines_to
from workers.actors.group import GROUP
from workers.runtime.actor import Worker, work_once
from workers.runtime.model_loader import Tools

PATH = "/v1/services/blue-badge/feedback"
LINES: tuple[Line, ...] = ("slow", "dead", "broken", "cut", "half open")


@dataclass(frozen=True)
class Lines:
    """The lines to PostgreSQL and to Valkey, and the URLs of both over them."""

    postgres: Proxy
    valkey: Proxy
    database_url: str
    redis_url: str


@pytest.fixture
def lines(servers: RealServers) -> Iterator[Lines]:
    with lines_to(servers.database_url, servers.redis_url) as found:
        yield Lines(*found)


@pytest.fixture
def client(record: Record, lines: Lines) -> Iterator[TestClient[Any]]:
    with TestClient(create_app(record.settings, lines.database_url, lines.redis_url)) as client:
        assert client.get("/health/ready").status_code == 200
        yield client
        lines.postgres.become("well")


def write(client: TestClient[Any], key: str) -> httpx.Response:
    return client.post(PATH, json={"message": "The lift is out of order"}, headers={"Idempotency-Key": key})


@pytest.mark.parametrize("line", LINES)
def test_what_is_refused_while_postgresql_is_not_reached_is_taken_once_when_it_comes_again(
    client: TestClient[Any],
    lines: Lines,
    record: Record,
    blue_badge: str,
    line: Line,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert write(client, "before").status_code == 202
    lines.postgres.become(line)
    with monkeypatch.context() as meanwhile:  # before and after, a busy machine may take its time
        meanwhile.setattr(dependencies, "ANSWER_SECONDS", 1.0)
        began = time.monotonic()
        first = write(client, "meanwhile")
        assert time.monotonic() - began < 10
    assert first.status_code == 202 or (first.status_code == 503 and first.headers["Retry-After"])
    if line in ("dead", "broken"):
        assert first.status_code == 503
    lines.postgres.become("well")
    again = [write(client, "meanwhile") for _ in range(5)]
    answers = {answer.json()["id"] for answer in again if answer.status_code == 202}
    assert len(answers) == 1 and again[-1].status_code == 202
    assert {it.id for it in stored(record)} == {uuid.UUID(*answers), uuid.UUID(write(client, "before").json()["id"])}


@pytest.mark.parametrize("line", LINES)
def test_citizens_are_heard_however_redis_is_reached(
    client: TestClient[Any], lines: Lines, record: Record, blue_badge: str, line: Line
) -> None:
    lines.valkey.become(line)
    began = time.monotonic()
    assert [write(client, f"{n}").status_code for n in range(5)] == [202] * 5
    assert time.monotonic() - began < 5
    lines.valkey.become("well")
    assert len(stored(record)) == 5


def test_citizens_are_heard_while_redis_is_full_and_workers_are_woken_once_it_has_room(
    client: TestClient[Any], record: Record, blue_badge: str, servers: RealServers
) -> None:
    with redis.Redis.from_url(servers.redis_url) as stalled:
        stalled.flushall()
        room = stalled.config_get("maxmemory")["maxmemory"] or 0
        stalled.config_set("maxmemory", 1)
        try:
            assert [write(client, f"{n}").status_code for n in range(5)] == [202] * 5
            WorkQueue(servers.redis_url).wake("clean")
            assert not stalled.llen("dramatiq:pipeline")
        finally:
            stalled.config_set("maxmemory", room)
        WorkQueue(servers.redis_url).wake("clean")
        assert stalled.llen("dramatiq:pipeline")
    assert len(stored(record)) == 5


@pytest.mark.parametrize("line", ["slow", "broken", "cut", "half open"])
def test_a_worker_that_loses_its_line_does_the_work_once(
    record: Record, lines: Lines, blue_badge: str, line: Line, work_queue: WorkQueue
) -> None:
    pieces = waiting_to_be_grouped(record)
    engine = engine_for(lines.database_url, size=2)
    claimer = Claimer(engine)
    worker = Worker(Record(record.settings, engine), claimer, work_queue, Tools(record.settings))
    lines.postgres.become(line)
    for _ in range(3):
        with suppress(SQLAlchemyError):  # as the process of a worker does: it is woken again
            work_once(worker, GROUP)
        lines.postgres.become("well")
    claimer.close()
    engine.dispose()
    assert {row.id: (row.stage, row.attempts) for row in stored(record)} == dict.fromkeys(
        pieces, (FeedbackStage.DONE, 0)
    )


def test_the_server_is_told_to_give_up_who_has_vanished_so_that_what_they_held_is_free(record: Record) -> None:
    told = select(text("name")).select_from(text("pg_settings")).where(text("name LIKE 'tcp%' AND source = 'session'"))
    with record.transaction() as session:
        assert len(session.scalars(told).all()) == 4


def test_who_comes_while_all_connections_are_taken_is_asked_to_come_again(
    client: TestClient[Any], blue_badge: str, admin: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = client.app.state.record.engine
    monkeypatch.setattr(engine.pool, "_timeout", 0.1)
    taken = [engine.connect() for _ in range(engine.pool.size() + engine.pool._max_overflow - engine.pool.checkedout())]
    refused = [client.get(f"/v1/services/{blue_badge}/issues", headers=admin), write(client, "1")]
    for connection in taken:
        connection.close()
    assert [(answer.status_code, answer.headers["Retry-After"]) for answer in refused] == [(503, "5")] * 2
    assert write(client, "1").status_code == 202


def waiting_to_be_grouped(record: Record) -> list[uuid.UUID]:
    arrivals = [
        Arrival("blue-badge", f"The lift is out of order on floor {n}", ChannelName.WEB, "test") for n in range(3)
    ]
    with record.transaction() as session:
        accept(session, record.keys, arrivals, dt.datetime.now(dt.UTC))
        return list(session.scalars(update(Feedback).values(stage=FeedbackStage.GROUP).returning(Feedback.id)))


def stored(record: Record) -> list[Feedback]:
    with record.transaction() as session:
        return list(session.scalars(select(Feedback)))
