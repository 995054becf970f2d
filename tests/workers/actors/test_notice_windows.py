"""What a worker keeps of a service between two looks is what the record says, whoever changed it meanwhile."""

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from feedback.record import access
from feedback.record.access import Principal, Role
from feedback.record.models import Feedback, Issue, ServiceWork, Signal, Statement
from feedback.record.privacy import erasure
from insights import statement_arrays
from insights.detection import detector, observation, window_cache
from insights.detection.state import serialize
from insights.detection.statistics.calibration import Calibration, NearMiss
from insights.detection.window_cache import WindowCache
from insights.issues.decisions import regrouping
from tests.walking import put, walk
from tests.workers.looks import NOW, Look, break_the_photo, look_at
from tests.workers.texts import BROKEN, USUAL, said
from workers.runtime.actor import Worker

EDITOR = Principal(1, "Ann", {None: Role.editor})


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


def service_id(session: Session) -> int:
    return access.service(session, "blue-badge").id


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


def _forgotten(worker: Worker, session: Session) -> None:
    session.execute(update(Feedback).values(sender_digest=None, sent_again=True))


@pytest.mark.parametrize(
    "change",
    [
        _looked_at_by_another,
        _trained_anew,
        _merged,
        _split,
        _taken_back,
        _set_aside,
        _history_comes_late,
        _forgotten,
    ],
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


def _known(heard: window_cache.WindowUpdate) -> dict[int, Any]:
    return {report.key: window_cache.CHANGES(report) for report in (*heard.window.state.observations, *heard.batch)}


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
