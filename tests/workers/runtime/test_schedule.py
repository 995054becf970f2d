"""The scheduler, on a real store: what is due by the clock, and what was due while it slept."""

import datetime as dt
import threading
import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import event, insert, select, update

from feedback.record.db import Record
from feedback.record.models import DayKey, Feedback, UntalliedIssue
from feedback.record.states import ChannelName
from feedback.record.work.queue import WorkQueue
from ingest.intake.accept import accept
from ingest.intake.arrival import Arrival
from tests.feedback.process.processes import eventually
from workers.runtime import schedule as scheduling
from workers.runtime.schedule import UNTALLIED, _waiting, schedule

NOW = dt.datetime.now(dt.UTC)


@pytest.fixture
def old(record: Record, blue_badge: str) -> None:
    """A piece that came long ago, and one of today."""
    arrivals = [Arrival(blue_badge, f"The ramp is {state}", ChannelName.WEB, "test") for state in ("broken", "steep")]
    with record.transaction() as session:
        first, _ = accept(session, record.keys, arrivals, NOW)
        past = NOW - dt.timedelta(days=4000)
        session.execute(
            update(Feedback).where(Feedback.receipt == str(getattr(first, "receipt", ""))).values(received_at=past)
        )


@pytest.fixture
def scheduler(record: Record, work_queue: WorkQueue, old: None) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=schedule, args=(record, work_queue, stop))
    thread.start()
    yield
    stop.set()
    thread.join()


def stages(record: Record) -> list[str]:
    with record.transaction() as session:
        return sorted(session.scalars(select(Feedback.stage)))


@pytest.mark.usefixtures("scheduler")
def test_what_slept_through_the_night_erases_what_is_kept_no_longer_when_it_starts(record: Record) -> None:
    eventually(lambda: stages(record) == ["clean", "expired"])
    with record.transaction() as session:
        assert NOW.date() + dt.timedelta(days=1) in session.scalars(select(DayKey.day)).all()


def test_of_two_schedulers_one_works_and_the_other_goes_on_when_it_ends(
    record: Record, work_queue: WorkQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[str] = []

    def look(*_: object) -> dt.datetime:
        looks.append(threading.current_thread().name)
        return NOW

    monkeypatch.setattr(scheduling, "LOOK_EVERY_SECONDS", 0.02)
    monkeypatch.setattr(scheduling, "_look", look)
    stops = {name: threading.Event() for name in ("one", "another")}
    threads = [threading.Thread(target=schedule, args=(record, work_queue, stops[name]), name=name) for name in stops]
    for thread in threads:
        thread.start()
    eventually(lambda: len(looks) >= 10)
    [first] = set(looks)
    stops.pop(first).set()
    [(second, stop)] = stops.items()
    eventually(lambda: looks[-10:] == [second] * 10)
    stop.set()
    for thread in threads:
        thread.join()
    assert looks == sorted(looks, key=[first, second].index), "they never worked at once"


@pytest.mark.usefixtures("old")
def test_each_second_it_asks_the_same_to_the_letter_and_hears_all_that_waits(record: Record) -> None:
    """So PostgreSQL plans it once, and a look costs next to nothing."""
    asked = list[str]()

    def note(_: object, __: object, statement: str, *___: object) -> None:
        asked.append(statement)

    with record.engine.connect() as watch:
        event.listen(watch, "before_cursor_execute", note)
        assert list(_waiting(watch)) == ["clean"]
        watch.execute(insert(UntalliedIssue).values(issue_id=uuid.uuid4(), service_id=1))
        assert set(_waiting(watch)) == {"clean", UNTALLIED}
    assert asked[0] == asked[2]
