"""Noticing over a real store: the same as the pure detector, whoever looks, and whatever changed meanwhile."""

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from feedback.record import access, services
from feedback.record.access import Principal, Role
from feedback.record.models import Feedback, Issue, ServiceWork, Signal, Statement
from feedback.record.privacy import erasure
from feedback.record.states import Nation
from insights import statement_arrays
from insights.detection import detector, observation, window_cache
from insights.detection.state import serialize
from insights.detection.statistics.calibration import Calibration, NearMiss
from insights.detection.window_cache import WindowCache
from insights.issues.decisions import regrouping
from tests.walking import put, walk
from tests.workers.texts import BROKEN, USUAL, said
from workers.actors.clean import CLEAN
from workers.actors.group import GROUP
from workers.actors.notice import NOTICE
from workers.runtime.actor import Worker, work_once

NOW = dt.datetime.now(dt.UTC)
EDITOR = Principal(1, "Ann", {None: Role.editor})


@dataclass
class Look:
    """One call of the detector: what it was told, and what it said."""

    state: detector.State
    batch: tuple[detector.Observation, ...]
    now: dt.datetime
    told: dict[str, Any]
    signals: list[detector.Finding] = field(default_factory=list)


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[Look]:
    """All that the detector is asked, in the order in which it is."""
    calls: list[Look] = []
    step = detector.step

    def spied(state: detector.State, batch: Sequence[detector.Observation], now: dt.datetime, **told: Any) -> Any:
        look = Look(state, tuple(batch), now, told)
        after, look.signals = step(state, batch, now, **told)
        calls.append(look)
        return after, look.signals

    monkeypatch.setattr(detector, "step", spied)
    return calls


def look_at(worker: Worker) -> None:
    """As the walk, but topics stay as they are."""
    while any([work_once(worker, CLEAN), work_once(worker, GROUP), work_once(worker, NOTICE)]):
        pass


def break_the_photo(worker: Worker, hours: int, place: int, channel: str = "web") -> None:
    at = NOW - dt.timedelta(hours=hours)
    put(worker, *said(BROKEN, 4, skip=4 * place), at=at, channel=channel)
    put(worker, *said(USUAL, 3, skip=3 * place), at=at)


def service_id(session: Session) -> int:
    return access.service(session, "blue-badge").id


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


def test_another_worker_goes_on_exactly_where_one_stopped(worker: Worker, history: None, looks: list[Look]) -> None:
    for place, hours in enumerate((44, 20, 1)):
        break_the_photo(worker, hours, place)
        look_at(worker)
    [active] = looks[-1].state.active
    put(worker, "The photo page is broken")
    look_at(replace(worker, windows=WindowCache()))
    [again] = looks[-1].state.active
    assert looks[-1].state.index is None
    assert active.region is not None and again.region is not None
    assert (again.region.centre == active.region.centre).all()
    assert (again.begun, again.usual_per_hour, looks[-1].state.baseline) == (
        active.begun,
        active.usual_per_hour,
        looks[-2].state.baseline,
    )


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


def test_what_people_ended_is_not_remembered(worker: Worker, history: None, looks: list[Look]) -> None:
    for place, hours in enumerate((44, 20, 1)):
        break_the_photo(worker, hours, place)
        look_at(worker)
    assert looks[-1].state.active
    with worker.record.transaction() as session:
        session.execute(update(Signal).values(ended_at=dt.datetime.now(dt.UTC)))
    put(worker, "My badge came")
    look_at(worker)
    assert looks[-1].state.active == ()


Change = Callable[[Worker, Session], object]


def _looked_at_by_another(worker: Worker, session: Session) -> None:
    put(worker, "Nobody answers the phone at all")
    look_at(replace(worker, windows=WindowCache()))


def _trained_anew(worker: Worker, session: Session) -> None:
    put(worker, *said(USUAL, 60, skip=7), at=NOW - dt.timedelta(days=2, hours=1))
    walk(replace(worker, windows=WindowCache()))


def _merged(worker: Worker, session: Session) -> None:
    one, other = session.scalars(select(Issue).order_by(Issue.id).limit(2)).all()
    regrouping.merge(session, EDITOR, one, other)


def _halved(session: Session) -> tuple[uuid.UUID, list[int]]:
    """Splits the largest issue, and returns its part with the keys of the statements in it."""
    largest = select(Statement.issue_id).where(Statement.issue_id.is_not(None)).group_by(Statement.issue_id)
    issue = session.get_one(Issue, session.scalars(largest.order_by(func.count().desc()).limit(1)).one())
    keys = session.scalars(select(Statement.id).where(Statement.issue_id == issue.id).order_by(Statement.id)).all()
    part = keys[: len(keys) // 2]
    return regrouping.split(session, EDITOR, issue, part, "Apart").id, list(part)


def _split(worker: Worker, session: Session) -> None:
    _halved(session)


def _taken_back(worker: Worker, session: Session) -> None:
    piece = session.scalars(select(Feedback.id).order_by(Feedback.said_at.desc()).limit(1)).one()
    erasure.erase(session, [piece], by="citizen")


def _set_aside(worker: Worker, session: Session) -> None:
    last = select(Feedback.id).order_by(Feedback.said_at.desc()).limit(3)
    session.execute(update(Feedback).where(Feedback.id.in_(last)).values(weight=0))


def _history_comes_late(worker: Worker, session: Session) -> None:
    put(worker, *said(USUAL, 5), at=NOW - dt.timedelta(days=9))
    look_at(replace(worker, windows=WindowCache()))


@pytest.mark.parametrize(
    "change", [_looked_at_by_another, _trained_anew, _merged, _split, _taken_back, _set_aside, _history_comes_late]
)
def test_what_is_kept_is_what_the_record_says_whoever_changed_it(worker: Worker, history: None, change: Change) -> None:
    put(worker, *said(BROKEN, 3))
    look_at(worker)
    with worker.record.transaction() as session:
        change(worker, session)
    now = dt.datetime.now(dt.UTC)
    with worker.record.transaction() as session:
        kept = window_cache.refresh(session, service_id(session), worker.windows.take(service_id(session)), now)
        anew = window_cache.refresh(session, service_id(session), None, now)
    assert _known(kept) == _known(anew)
    assert _to_be_judged(kept) == _to_be_judged(anew)


def test_the_part_of_a_split_issue_has_its_past_and_the_service_what_it_learnt_of_chance(
    worker: Worker, history: None, looks: list[Look]
) -> None:
    put(worker, "My badge came")
    look_at(worker)
    with worker.record.transaction() as session:
        part, keys = _halved(session)
        learnt = Calibration(since=1.0, near_misses=(NearMiss(observation.hours(NOW) - 24, frozenset(keys[:3])),))
        session.execute(update(ServiceWork).values(remembered=serialize(detector.State(calibration=learnt))))
    put(worker, "The photo page is broken")
    look_at(worker)
    told = {one.key: one.issue for one in looks[-1].state.observations}
    assert {told[key] for key in keys} == {str(part)}
    assert looks[-1].state.calibration == learnt


def _known(heard: window_cache.WindowUpdate) -> dict[int, tuple[str | None, bool]]:
    return {report.key: (report.issue, report.evidence) for report in (*heard.window.state.observations, *heard.batch)}


def _to_be_judged(heard: window_cache.WindowUpdate) -> set[int]:
    return {report.key for report in heard.batch if not report.late}


def test_one_more_statement_does_not_read_weeks_of_vectors_again(
    worker: Worker, history: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []

    def counted(blobs: Sequence[bytes]) -> Any:
        read.append(len(blobs))
        return statement_arrays.matrix(blobs)

    monkeypatch.setattr(window_cache, "matrix", counted)
    for text in said(BROKEN, 3):
        put(worker, text)
        look_at(worker)
    assert read[0] > 300
    assert max(read[1:]) <= 3


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
