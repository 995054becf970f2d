"""Slow changes over a real store: looked for once a day, told once, and standing while they last."""

import datetime as dt
import uuid
from collections.abc import Sequence

import numpy as np
import pytest
from sqlalchemy import insert, select, update

from feedback.record import access, services
from feedback.record.models import Alert, Feedback, Issue, ServiceWork, Signal, Statement, Subscription, new_id
from feedback.record.work.service_work import REVIEW, ask
from insights.detection.drift import Drifts
from insights.detection.observation import Observation
from insights.issues.queries import signals
from insights.presentation import sentences
from tests.insights.detection.streams import NEW, START, Service
from tests.insights.made_up import problem
from workers.actors import drift
from workers.actors.drift import DRIFT
from workers.actors.notice import NOTICE
from workers.runtime.actor import Worker, work_once

NOW = dt.datetime.now(dt.UTC)
DAYS, A_DAY = 77, 12
WIDTH = 384
BARELY_WATCHED = 0.001
"""A tolerance at which what trickles may well be chance."""


def keep(worker: Worker, said: Sequence[Observation], stage: str = "done") -> None:
    """As the walk would have left them, cleaned and in no issue yet; the last day of the stream is today."""
    later = NOW - (START + dt.timedelta(days=DAYS))
    with worker.record.transaction() as session:
        service_id = access.service(session, "blue-badge").id
        pieces = [(new_id(), one, one.at + later) for one in said]
        common = {"service_id": service_id, "channel": "web", "caller": "test", "digest": b"", "stage": stage}
        rows = [
            {
                **common,
                "id": id_,
                "receipt": str(uuid.uuid4()),
                "said_at": at,
                "noticed": True,
                "history": stage != "done",
            }
            for id_, _, at in pieces
        ]
        session.execute(insert(Feedback), rows)
        session.execute(insert(Statement), [_statement(service_id, *piece) for piece in pieces])


def _statement(service_id: int, feedback_id: uuid.UUID, one: Observation, at: dt.datetime) -> dict[str, object]:
    vector = np.zeros(WIDTH, np.float32)
    vector[: len(one.vector if one.vector is not None else ())] = one.vector
    words = "The lift at the library is out of order" if one.issue is None else f"Something usual about {one.issue}"
    return {
        "feedback_id": feedback_id,
        "service_id": service_id,
        "said_at": at,
        "vector": vector.tolist(),
        "embedded_by": "test",
        **problem(words),
    }


def look(worker: Worker) -> list[Signal]:
    """One look, as on each day, and what is sent since."""
    with worker.record.transaction() as session:
        ask(session, [access.service(session, "blue-badge").id], "drift")
    assert work_once(worker, DRIFT)
    with worker.record.transaction() as session:
        assert (
            session.scalars(
                select(ServiceWork).where(ServiceWork.kind == "drift", ServiceWork.asked > ServiceWork.done)
            ).all()
            == []
        )
        return list(session.scalars(select(Signal).where(Signal.tier == "signal")))


@pytest.fixture
def service() -> Service:
    return Service(6)


@pytest.fixture
def trickling(worker: Worker, blue_badge: str, service: Service) -> Worker:
    """Eleven weeks, in the last four of which a new thing is said every other day."""
    new = [report for day in range(DAYS - 28, DAYS, 2) for report in service.of(NEW, day, day + 1, 1)]
    keep(worker, [*service.days(0, DAYS, A_DAY), *new])
    return worker


def test_what_slowly_grew_is_signalled_once_says_so_and_stands_while_it_lasts(trickling: Worker) -> None:
    [signal] = look(trickling)
    assert (signal.kind, signal.evidence["scale"], signal.ended_at) == ("new", "slow", None)
    assert signal.window_hours >= 336 and signal.observed >= 6
    with trickling.record.transaction() as session:
        issue = session.get_one(Issue, signal.issue_id)
        mine = session.scalars(select(Statement.text).where(Statement.issue_id == issue.id)).all()
        told = sentences.evidence(signals.view(signal), NOW, "Europe/London")
    assert set(mine) == {"The lift at the library is out of order"} and issue.title.startswith("Lift")
    assert "weeks (normally" in told or "14 days (normally" in told
    assert "growing since" in told
    with trickling.record.transaction() as session:
        ask(session, [signal.service_id], "notice")
    assert work_once(trickling, NOTICE)
    [again] = look(trickling)
    assert (again.id, again.ended_at) == (signal.id, None)


def test_what_may_be_chance_is_watched_once_and_nobody_is_told(trickling: Worker) -> None:
    with trickling.record.transaction() as session:
        services.set_properties(access.service(session, "blue-badge"), {"tolerance": BARELY_WATCHED})
    assert look(trickling) == look(trickling) == []
    with trickling.record.transaction() as session:
        [watch] = session.scalars(select(Signal))
        issue = session.get_one(Issue, watch.issue_id)
        assert (watch.tier, watch.kind, watch.ended_at) == ("watch", "new", None) and issue.title.startswith("Lift")
        assert session.scalars(select(Statement.id).where(Statement.issue_id == issue.id)).all() == []
        assert session.scalars(select(Alert.id)).all() == []


def test_history_that_has_come_in_is_looked_at_over_its_last_week_however_lately_that_was_done(
    trickling: Worker,
) -> None:
    with trickling.record.transaction() as session:
        [place] = [access.service(session, "blue-badge").id]
        ask(session, [place], "drift", note={"looked_at": NOW.isoformat()})
    assert work_once(trickling, DRIFT) and not look(trickling)
    with trickling.record.transaction() as session:
        ask(session, [place], "notice", note=REVIEW)
    assert work_once(trickling, NOTICE)
    assert work_once(trickling, DRIFT)
    with trickling.record.transaction() as session:
        assert session.scalars(select(Signal.tier).where(Signal.evidence["scale"].astext == "slow")).all()


def test_a_review_that_is_asked_for_while_a_look_goes_on_is_still_to_be_made(
    trickling: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = drift._found

    def meanwhile(known: drift.DriftInput, now: dt.datetime) -> list[Drifts]:
        with trickling.record.transaction() as session:
            ask(session, [known.service.id], "drift", note=REVIEW)
        return found(known, now)

    with trickling.record.transaction() as session:
        ask(session, [access.service(session, "blue-badge").id], "drift")
    monkeypatch.setattr(drift, "_found", meanwhile)
    assert work_once(trickling, DRIFT)
    with trickling.record.transaction() as session:
        work = session.scalars(select(ServiceWork).where(ServiceWork.kind == "drift")).one()
        assert work.asked > work.done and work.state["review"]


def test_what_is_back_at_its_level_for_four_weeks_has_ended(trickling: Worker) -> None:
    [signal] = look(trickling)
    with trickling.record.transaction() as session:
        long_ago = NOW - dt.timedelta(days=40)
        session.execute(update(Signal).values(detected_at=long_ago, since=long_ago - dt.timedelta(days=28)))
        session.execute(update(Statement).where(Statement.issue_id == signal.issue_id).values(issue_id=None))
        ask(session, [signal.service_id], "notice")
    while work_once(trickling, NOTICE):
        pass
    with trickling.record.transaction() as session:
        assert session.scalars(select(Signal.ended_at)).one() is not None


def test_more_praise_is_good_news_on_the_stream_and_for_who_asks_and_alerts_nobody_else(
    worker: Worker, blue_badge: str, service: Service
) -> None:
    new = [report for day in range(DAYS - 28, DAYS, 2) for report in service.of(NEW, day, day + 1, 1)]
    keep(worker, [*service.days(0, DAYS, A_DAY), *new])
    with worker.record.transaction() as session:
        service_id = access.service(session, blue_badge).id
        praise = {"kind": "praise", "evidence": False, "text": "The new lift at the library is lovely"}
        session.execute(update(Statement).where(Statement.text.startswith("The lift")).values(**praise))
        for filters in ({}, {"kinds": ["good_news"]}):
            session.add(
                Subscription(stage="open", service_id=service_id, kind="email", filters=filters, sealed=b"", shown="x")
            )
    assert look(worker) == []
    with worker.record.transaction() as session:
        signal, issue = session.execute(select(Signal, Issue).join(Issue, Issue.id == Signal.issue_id)).one()
        told = select(Alert.type, Subscription.filters).outerjoin(
            Subscription, Subscription.id == Alert.subscription_id
        )
        alerts = [(row.type, row.filters) for row in session.execute(told.order_by(Alert.number))]
    assert (signal.tier, issue.tone, issue.trend) == ("good_news", "praise", "new")
    assert alerts == [("praise.surge", None), ("praise.surge", {"kinds": ["good_news"]})]
    with worker.record.transaction() as session:
        ask(session, [signal.service_id], "notice")
        session.execute(update(Signal).values(detected_at=NOW - dt.timedelta(days=13)))
    assert work_once(worker, NOTICE) and look(worker) == []
    with worker.record.transaction() as session:
        assert session.scalars(select(Signal.ended_at)).one() is None
        session.execute(update(Signal).values(detected_at=NOW - dt.timedelta(days=15)))
    look(worker)
    with worker.record.transaction() as session:
        assert session.scalars(select(Signal.ended_at)).one() is not None


def test_nothing_is_called_slow_while_history_is_still_coming_in(trickling: Worker, service: Service) -> None:
    keep(trickling, service.days(0, 1, 2), stage="clean")
    assert look(trickling) == []
