"""What is due by the clock: one bad row stops no other, and raw text that nobody cleans is told of in time."""

import datetime as dt
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select, text
from structlog.testing import capture_logs

from feedback.record import services
from feedback.record.models import Contact, Feedback, ServiceWork
from feedback.record.privacy import contacts
from feedback.record.work.claims import SET_ASIDE
from tests.walking import put, walk
from workers.runtime import retention, schedule
from workers.runtime.actor import Worker

NOW = dt.datetime.now(dt.UTC)


def sql(worker: Worker, statement: str, **values: Any) -> None:
    with worker.record.transaction() as session:
        session.execute(text(statement), values)


def test_a_service_that_is_broken_in_every_way_keeps_no_other_from_its_nightly_and_hourly_work(
    worker: Worker, blue_badge: str
) -> None:
    with worker.record.transaction() as session:
        services.add(session, "bins", "Bins")
    put(worker, "The ramp is broken")
    bad = '{"retention_days": 1000000000, "time_zone": "../x"}'
    sql(
        worker,
        "UPDATE services SET created_at = 'infinity', properties = CAST(:bad AS jsonb) WHERE slug = 'bins'",
        bad=bad,
    )
    sql(worker, "UPDATE feedback SET received_at = '2000-01-01'")
    retention.nightly(worker.record, NOW)
    schedule._hourly(worker.record, NOW)
    with worker.record.transaction() as session:
        assert session.scalars(select(Feedback.stage)).all() == ["expired"]
        assert len(session.scalars(select(ServiceWork.service_id).where(ServiceWork.kind == "notice")).all()) == 2


def test_a_contact_that_no_key_opens_keeps_no_other_from_being_wrapped_anew(worker: Worker, blue_badge: str) -> None:
    first, second = put(worker, "One", "Two", contact="a@b.example")
    sql(worker, "UPDATE contacts SET wrapped_key = '\\x00' WHERE feedback_id = :id", id=first.id)
    with worker.record.transaction() as session:
        contacts.rewrap(session, worker.record.keys)
    with worker.record.transaction() as session:
        assert session.get_one(Contact, first.id).wrapped_key == b"\0"
        assert contacts.read(session, worker.record.keys, [second.id]) == {second.id: "a@b.example"}


def test_a_job_that_fails_keeps_the_scheduler_from_nothing_else(
    worker: Worker, blue_badge: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(session: object) -> None:
        raise ValueError

    monkeypatch.setattr(contacts, "shred_expired", fails)
    put(worker, "The ramp is broken")
    with capture_logs() as logs, worker.record.engine.connect() as watch:
        schedule._look(worker.record, watch, worker.work_queue, NOW.replace(year=2000))
    assert [line["job"] for line in logs if line["event"] == "job failed"] == ["fails"]
    with worker.record.transaction() as session:
        assert "notice" in session.scalars(select(ServiceWork.kind)).all()


def test_raw_text_that_nobody_cleans_is_told_of_a_day_before_it_goes_and_what_is_lost_is_counted(
    worker: Worker, client: TestClient[Litestar], blue_badge: str
) -> None:
    put(worker, "The ramp is broken", "The lift is slow")
    assert "uncleaned" not in client.get("/health/ready").json()
    sql(
        worker,
        "UPDATE feedback SET received_at = received_at - interval '30 hours'",
    )
    ready = client.get("/health/ready")
    assert (ready.status_code, ready.json()["uncleaned"]) == (200, "for 30 hours")
    [line] = [line for line in client.get("/metrics").text.splitlines() if line.startswith("feedback_oldest_uncleaned")]
    assert 29 * 3600 < float(line.split()[-1]) < 31 * 3600
    with capture_logs() as logs, worker.record.transaction() as session:
        schedule._tell_uncleaned(session)
        schedule._days(session, worker.record, NOW.date() + dt.timedelta(days=3))
    told = {line["event"]: line for line in logs}
    assert told["feedback waits to be cleaned, and will be shredded"]["hours"] == 30
    assert told["raw text shredded before it was cleaned"]["pieces"] == 2
    walk(worker)
    with worker.record.transaction() as session:
        assert session.scalars(select(Feedback.stage)).all() == [SET_ASIDE] * 2
    assert "uncleaned" not in client.get("/health/ready").json()
