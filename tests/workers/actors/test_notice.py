"""Noticing over a real store: the same as the pure detector, whoever looks, and whatever changed meanwhile."""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import delete, select, update

from feedback.record import access, services
from feedback.record.models import Feedback, Issue, Raw, ServiceWork, Signal, Statement
from feedback.record.privacy import erasure
from feedback.record.states import Nation
from feedback.record.work.claims import MAX_ATTEMPTS
from insights.detection import detector
from insights.detection.window_cache import WindowCache
from tests.walking import put
from tests.workers.looks import NOW, Look, break_the_photo, look_at
from tests.workers.texts import BROKEN, USUAL, said
from workers.actors.clean import CLEAN
from workers.actors.group import GROUP
from workers.actors.notice import NOTICE
from workers.actors.refit import REFIT
from workers.runtime.actor import Worker, work_once


def soon(worker: Worker) -> None:
    """Once what is asked for is due."""
    with worker.record.transaction() as session:
        session.execute(update(ServiceWork).values(due_at=NOW))


def set_aside(worker: Worker, last: uuid.UUID) -> None:
    with worker.record.transaction() as session:
        session.execute(update(Feedback).where(Feedback.id == last).values(attempts=MAX_ATTEMPTS))
    assert not work_once(worker, CLEAN)


def shredded(worker: Worker, last: uuid.UUID) -> None:
    with worker.record.transaction() as session:
        session.execute(delete(Raw).where(Raw.feedback_id == last))
    while work_once(worker, CLEAN):
        pass


def taken_back(worker: Worker, last: uuid.UUID) -> None:
    with worker.record.transaction() as session:
        erasure.erase(session, [last], by="test")


@pytest.mark.parametrize("restarted", [False, True], ids=["by one worker", "by another worker each time"])
def test_live_and_the_pure_detector_say_the_same_of_one_history(
    worker: Worker, history: None, looks: list[Look], restarted: bool
) -> None:
    for place, hours in enumerate((44, 30, 20, 10, 1)):
        break_the_photo(worker, hours, place)
        look_at(replace(worker, windows=WindowCache()) if restarted else worker)
    live = list(looks)
    pure, found = detector.State(live[0].state.observations), []
    for look in live:
        pure, signals = detector.step(pure, look.batch, look.now, **look.told)
        found += signals
    said_live = [signal for look in live for signal in look.signals]
    assert found
    assert [(s.issue, s.kind, s.tier, s.observed, set(s.keys)) for s in said_live] == [
        (s.issue, s.kind, s.tier, s.observed, set(s.keys)) for s in found
    ]


def test_the_bank_holidays_of_the_last_weeks_are_those_of_the_services_nation(
    worker: Worker, history: None, looks: list[Look], monkeypatch: pytest.MonkeyPatch
) -> None:
    def began(nation: Nation, time_zone: str, since: dt.datetime, until: dt.datetime) -> list[dt.datetime]:
        return [since, until] if (nation, time_zone) == (Nation.SCOTLAND, "Europe/London") else []

    monkeypatch.setattr("workers.actors.notice.bank_holidays_began", began)
    with worker.record.transaction() as session:
        service = access.service(session, "blue-badge")
        service.stored_properties = {**service.stored_properties, "nation": Nation.SCOTLAND}
    put(worker, "The photo page is broken")
    look_at(worker)
    assert looks[-1].told["holidays"] == [looks[-1].now - detector.HISTORY, looks[-1].now]


def test_a_service_is_held_against_its_own_tolerance(worker: Worker, history: None, looks: list[Look]) -> None:
    with worker.record.transaction() as session:
        services.set_properties(access.service(session, "blue-badge"), {"tolerance": 0.5})
    put(worker, "My badge came")
    look_at(worker)
    assert looks[-1].told["tolerance"] == 0.5


def test_nothing_is_judged_while_a_first_history_comes_in_and_the_present_once_it_is_there(
    worker: Worker, blue_badge: str, looks: list[Look]
) -> None:
    put(worker, *said(BROKEN, 6), at=NOW - dt.timedelta(hours=5))
    put(worker, *said(USUAL, 100), at=NOW - dt.timedelta(days=9))
    work_once(worker, CLEAN)
    work_once(worker, GROUP)
    work_once(worker, NOTICE)
    assert looks == []
    look_at(worker)
    assert [(len({report.feedback_id for report in look.batch}), look.told["review"]) for look in looks] == [(6, True)]
    put(worker, "My badge came")
    look_at(worker)
    assert not looks[-1].told["review"]


@pytest.mark.parametrize("leave", [set_aside, shredded, taken_back])
def test_the_present_is_judged_soon_after_the_last_of_a_history_went_another_way(
    worker: Worker, blue_badge: str, looks: list[Look], leave: Callable[[Worker, uuid.UUID], None]
) -> None:
    put(worker, *said(USUAL, 60), at=NOW - dt.timedelta(days=9))
    while work_once(worker, CLEAN):
        pass
    [last] = put(worker, "My badge came", at=NOW - dt.timedelta(days=8))
    assert work_once(worker, GROUP) and not work_once(worker, GROUP)
    soon(worker)
    assert work_once(worker, NOTICE) and not work_once(worker, NOTICE) and not looks
    leave(worker, last.id)
    soon(worker)
    assert work_once(worker, NOTICE) and looks[-1].told["review"]
    assert work_once(worker, REFIT)


def test_a_service_that_has_been_receiving_for_weeks_is_watched_while_history_comes_in(
    worker: Worker, history: None, looks: list[Look]
) -> None:
    with worker.record.transaction() as session:
        session.execute(update(Feedback).values(received_at=NOW - dt.timedelta(days=40)))
    put(worker, *said(BROKEN, 6))
    put(worker, *said(USUAL, 100), at=NOW - dt.timedelta(days=9))
    work_once(worker, CLEAN)
    work_once(worker, GROUP)
    work_once(worker, NOTICE)
    assert [(len(look.batch) >= 6, look.told["review"]) for look in looks] == [(True, False)]
    look_at(worker)
    assert looks[-1].told["review"]


def test_an_issue_that_was_found_just_now_has_a_readable_title_of_its_own(worker: Worker, history: None) -> None:
    for place, hours in enumerate((44, 30, 20, 10, 1)):
        break_the_photo(worker, hours, place)
        look_at(worker)
    with worker.record.transaction() as session:
        titles = session.scalars(select(Issue.title)).all()
        found = session.scalars(select(Issue).where(Issue.id.in_(select(Signal.issue_id)))).all()
    assert len(found) == 1
    assert 2 <= len(found[0].title.split()) <= 7
    assert "photo" in found[0].title.lower()
    assert len(set(titles)) == len(titles)


def test_the_hour_ends_what_is_no_longer_reported(worker: Worker, history: None) -> None:
    for place, hours in enumerate((44, 20, 1)):
        break_the_photo(worker, hours, place)
        look_at(worker)
    long_ago = NOW - dt.timedelta(days=26)
    with worker.record.transaction() as session:
        session.execute(
            update(Statement).where(Statement.said_at > NOW - dt.timedelta(days=3)).values(said_at=long_ago)
        )
        session.execute(update(Signal).values(since=long_ago, last_report_at=long_ago))
        session.execute(update(ServiceWork).values(asked=ServiceWork.asked + 1, remembered=None))
    look_at(replace(worker, windows=WindowCache()))
    with worker.record.transaction() as session:
        assert None not in session.scalars(select(Signal.ended_at)).all()
