"""What is plain to store takes the fast path, which trusts nothing that it knew before and stores nothing twice."""

import asyncio
import datetime as dt
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import delete, select, text

from feedback.record import access, services
from feedback.record.db import Record
from feedback.record.errors import Unavailable
from feedback.record.models import DayKey, Feedback
from feedback.record.privacy import raw
from feedback.record.states import ChannelName
from feedback.record.work.queue import WorkQueue
from ingest.intake.accept import accept
from ingest.intake.arrival import Arrival
from ingest.intake.rows import checked_row
from ingest.intake.writer import FastPath, Writer

Client = TestClient[Litestar]
PATH = "/v1/services/blue-badge/feedback"
OF_EACH = {"id", "receipt", "said_at", "received_at"}
"""Columns that differ whichever way a piece took."""


def sent(client: Client, message: str, status: int = 202) -> Any:
    answer = client.post(PATH, json={"message": message})
    assert answer.status_code == status
    return answer.json()


def stored(record: Record) -> list[str]:
    """What was said in each piece that is stored, as the workers will read it."""
    with record.transaction() as session:
        ids = session.scalars(select(Feedback.id)).all()
        return sorted(str(found["message"]) for found in raw.read(session, record.keys, ids).values())


@pytest.fixture
def by_care(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """How many pieces each transaction stored that did not take the fast path."""
    found: list[int] = []

    def counted(session: Any, keys: Any, arrivals: Any, now: Any, **more: Any) -> Any:
        found.append(len(arrivals))
        return accept(session, keys, arrivals, now, **more)

    monkeypatch.setattr("ingest.intake.writer.accept", counted)
    yield found


def test_a_plain_piece_takes_the_fast_path_and_one_with_a_contact_does_not(
    client: Client, record: Record, blue_badge: str, by_care: list[int]
) -> None:
    sent(client, "The lift is broken")
    assert by_care == []
    assert client.post(PATH, json={"message": "Tell me", "contact": "jane@home.example"}).status_code == 202
    assert by_care == [1]
    assert stored(record) == ["Tell me", "The lift is broken"]


def test_a_piece_is_stored_alike_whichever_way_it_takes(client: Client, record: Record, blue_badge: str) -> None:
    arrival = Arrival(blue_badge, "The lift is broken", ChannelName.WEB, "public:idempotency")
    sent(client, arrival.message)
    with record.transaction() as session:
        accept(session, record.keys, [arrival], dt.datetime.now(dt.UTC))
        one, other = session.execute(select(Feedback.__table__)).mappings()
    assert {name: one[name] for name in one if name not in OF_EACH} == {
        name: other[name] for name in other if name not in OF_EACH
    }


def test_a_service_that_was_just_closed_to_strangers_takes_nothing_of_them(
    client: Client, record: Record, blue_badge: str
) -> None:
    sent(client, "Before")
    for anyone, status in ((False, 401), (True, 202)):
        with record.transaction() as session:
            services.set_properties(access.service(session, blue_badge), {"anyone_may_write": anyone})
        sent(client, f"After {status}", status)
    assert stored(record) == ["After 202", "Before"]


def test_a_day_whose_key_was_made_anew_is_sealed_under_the_new_one(
    client: Client, record: Record, blue_badge: str
) -> None:
    sent(client, "Before")
    today = dt.datetime.now(dt.UTC).date()
    with record.transaction() as session:
        session.execute(delete(DayKey))
        session.execute(text(f"DROP TABLE raw_{today:%Y%m%d}"))
    sent(client, "After")
    assert stored(record) == ["After"]


def test_a_connection_that_was_lost_costs_nobody_anything(client: Client, record: Record, blue_badge: str) -> None:
    sent(client, "Before")
    with record.transaction() as session:
        others = "FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND query LIKE '%json_to_recordset%'"
        assert session.scalars(text(f"SELECT pg_terminate_backend(pid) {others}")).all()
    sent(client, "After")
    sent(client, "And on")
    assert stored(record) == ["After", "And on", "Before"]


def test_one_that_breaks_what_stores_it_spoils_no_other(
    record: Record, work_queue: WorkQueue, blue_badge: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def row(arrival: Arrival, *more: Any) -> Any:
        return checked_row(arrival, *more) if arrival.message != "Poison" else 1 / 0

    async def together() -> list[Any]:
        writer = Writer(record, work_queue)
        said = [Arrival(blue_badge, words, ChannelName.WEB, "test") for words in ("One", "Poison", "Other")]
        answers = await asyncio.gather(*(writer.store([one]) for one in said), return_exceptions=True)
        await writer.close()
        return answers

    for where in ("writer", "accept"):
        monkeypatch.setattr(f"ingest.intake.{where}.checked_row", row)
    one, poison, other = asyncio.run(together())
    assert isinstance(poison, Unavailable)
    assert {one[0].repeated, other[0].repeated} == {False} and stored(record) == ["One", "Other"]


def test_a_piece_whose_commit_was_not_heard_of_is_stored_once(
    client: Client, record: Record, blue_badge: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    insert = FastPath._insert

    async def unheard(self: FastPath, *given: Any) -> Any:
        await insert(self, *given)
        raise psycopg.OperationalError("the connection is lost")

    monkeypatch.setattr(FastPath, "_insert", unheard)
    answer = sent(client, "Once")
    assert stored(record) == ["Once"]
    assert client.get(f"/v1/receipts/{answer['receipt']}").status_code == 200
