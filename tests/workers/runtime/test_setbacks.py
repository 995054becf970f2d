"""What fails by a fault that seems to lie elsewhere is held against nobody, and holds up nobody."""

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from types import SimpleNamespace

import psycopg
import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from feedback.record import services
from feedback.record.errors import Unavailable
from feedback.record.models import Feedback, Service, ServiceWork
from feedback.record.states import FeedbackStage, WorkKind
from feedback.record.work.service_work import ask
from tests.walking import put
from workers.actors.group import GROUP
from workers.actors.notice import NOTICE
from workers.runtime import setbacks
from workers.runtime.actor import Actor, Save, Worker, work_once


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What fails alone waits for longer than a test takes."""
    monkeypatch.setattr(setbacks, "FIRST_PAUSE", setbacks.LONGEST_PAUSE)


def away(error: type[psycopg.OperationalError]) -> OperationalError:
    return OperationalError("INSERT", {}, error("what the store says"))


def grouping(fails: Callable[[Sequence[Feedback]], Exception | None], batches: list[int]) -> Actor[Feedback]:
    """The stage `group` where nothing is done; `batches` tells how many rows were tried together."""

    def work(_: Worker, rows: Sequence[Feedback]) -> Save[Feedback]:
        batches.append(len(rows))
        if error := fails(rows):
            raise error
        return lambda *_: None

    return replace(GROUP, work=work, asks=lambda *_: None, limit=64)


def arrived(worker: Worker, count: int) -> list[uuid.UUID]:
    found = put(worker, *(f"The lift on floor {n} is out of order" for n in range(count)))
    with worker.record.transaction() as session:
        session.execute(update(Feedback).values(stage=FeedbackStage.GROUP))
    return [one.id for one in found]


def ends(worker: Worker) -> dict[uuid.UUID, tuple[str, int]]:
    with worker.record.transaction() as session:
        rows = session.execute(select(Feedback.id, Feedback.stage, Feedback.attempts))
        return {key: (stage, attempts) for key, stage, attempts in rows}


@pytest.mark.parametrize("error", [away(psycopg.errors.QueryCanceled), Unavailable("sealed with another key")])
def test_a_piece_that_fails_each_time_lets_all_others_pass(
    worker: Worker, blue_badge: str, patient: None, error: Exception
) -> None:
    pieces = arrived(worker, 61)
    bad, batches = pieces[30], list[int]()
    actor = grouping(lambda rows: error if bad in {row.id for row in rows} else None, batches)
    while work_once(worker, actor):
        pass
    assert {key for key, end in ends(worker).items() if end != (FeedbackStage.DONE, 0)} == {bad}
    assert ends(worker)[bad] == (FeedbackStage.GROUP, 0)
    assert len(batches) < 40


def test_what_failed_alone_waits_ever_longer(worker: Worker, blue_badge: str, monkeypatch: pytest.MonkeyPatch) -> None:
    now, batches = [1000.0], list[int]()
    monkeypatch.setattr("workers.runtime.setbacks.time", SimpleNamespace(monotonic=lambda: now[0]))
    arrived(worker, 1)
    actor = grouping(lambda _: away(psycopg.errors.QueryCanceled), batches)
    for _ in range(1200):
        work_once(worker, actor)
        now[0] += 0.1
    assert 8 <= len(batches) <= 10


def test_after_an_outage_all_go_on_and_as_many_together_as_before(worker: Worker, blue_badge: str) -> None:
    arrived(worker, 200)
    is_away, batches = [True], list[int]()
    actor = grouping(lambda _: away(psycopg.errors.AdminShutdown) if is_away else None, batches)
    for _ in range(12):
        work_once(worker, actor)
    is_away.clear()
    worker.setbacks[GROUP.stage.name]._waits.clear()  # as after the moment that they wait at most
    while work_once(worker, actor):
        pass
    assert set(ends(worker).values()) == {(FeedbackStage.DONE, 0)}
    assert 64 in batches[12:] and not worker.setbacks


def test_a_service_that_cannot_be_looked_at_does_not_keep_others_from_being_looked_at(
    worker: Worker, blue_badge: str, patient: None
) -> None:
    with worker.record.transaction() as session:
        services.add(session, "bins", "Bins")
        for service_id, wait in zip(sorted(session.scalars(select(Service.id))), (-2, -1), strict=True):
            ask(session, [service_id], WorkKind.NOTICE, wait=dt.timedelta(seconds=wait))

    def work(_: Worker, rows: Sequence[ServiceWork]) -> Save[ServiceWork]:
        [row], seen = rows, rows[0].asked
        if row.service_id == bad:
            raise away(psycopg.errors.QueryCanceled)

        def save(_: object, mine: Sequence[ServiceWork]) -> None:
            mine[0].done = seen

        return save

    with worker.record.transaction() as session:
        bad = min(session.scalars(select(Service.id)))
    for _ in range(2):
        assert work_once(worker, replace(NOTICE, work=work))
    with worker.record.transaction() as session:
        waits = select(ServiceWork.service_id).where(ServiceWork.asked > ServiceWork.done)
        assert session.scalars(waits).all() == [bad]


def test_a_value_that_the_store_cannot_take_is_held_against_its_piece(worker: Worker, blue_badge: str) -> None:
    pieces = arrived(worker, 9)
    bad = pieces[4]
    error = away(psycopg.errors.ProgramLimitExceeded)
    actor = grouping(lambda rows: error if bad in {row.id for row in rows} else None, [])
    while work_once(worker, actor):
        pass
    assert {key: stage for key, (stage, _) in ends(worker).items() if stage != FeedbackStage.DONE} == {
        bad: FeedbackStage.SET_ASIDE
    }
