"""Topics are trained for seconds, and the world goes on meanwhile."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sqlalchemy import create_engine, func, select, update

from feedback.record.db import Record
from feedback.record.models import Feedback, Issue, Refit, Signal, Statement
from feedback.record.privacy import erasure
from feedback.record.states import Trend
from tests.walking import put, walk
from tests.workers.actors.test_pipeline import NOW, count
from tests.workers.conftest import MadeOnce, usual_weeks
from tests.workers.texts import BROKEN, USUAL, said
from workers.actors.clean import CLEAN
from workers.actors.group import GROUP
from workers.actors.notice import NOTICE
from workers.actors.refit import REFIT
from workers.runtime.actor import Save, Worker, work_once
from workers.runtime.model_loader import Tools


class Interrupted(Tools):
    """Something happens while topics are being trained, once."""

    def __init__(self, tools: Tools, meanwhile: Callable[[], None]) -> None:
        self.__dict__.update(tools.__dict__)
        self._meanwhile: list[Callable[[], None]] = [meanwhile]

    def encode(self, texts: Any, languages: Any = None) -> Any:
        while self._meanwhile:
            self._meanwhile.pop()()
        return super().encode(texts, languages)


@pytest.fixture
def in_trouble(worker: Worker, blue_badge: str, made_once: MadeOnce) -> None:
    """A history, and a new problem that nobody has looked at yet."""

    def make() -> None:
        made_once("history", lambda: usual_weeks(worker))
        for place, hours in enumerate((40, 30, 20, 10, 1)):
            put(worker, *said(BROKEN, 6, skip=6 * place), *said(USUAL, 6), at=NOW - dt.timedelta(hours=hours))
        while work_once(worker, CLEAN) or work_once(worker, GROUP):
            pass

    made_once("in trouble", make)


def test_what_a_refit_finds_in_weeks_that_are_past_is_not_called_new(worker: Worker, history: None) -> None:
    """Nothing may come after an import that would set the trends."""
    with worker.record.transaction() as session:
        assert session.scalars(select(Refit)).all()
        trends = session.scalars(select(Issue.trend)).all()
    assert trends and Trend.NEW not in trends


def test_an_issue_found_while_topics_are_trained_keeps_its_reports(worker: Worker, in_trouble: None) -> None:
    def notice() -> None:
        """What is found lies far from where its topic will be, so that only its reports tell that it is the same."""
        while work_once(worker, NOTICE):
            pass
        with worker.record.transaction() as session:
            found = session.scalars(select(Issue).where(Issue.id.in_(select(Signal.issue_id)))).one()
            found.centroid = [-x for x in np.asarray(found.centroid)]

    before, interrupted = count(worker, Refit), replace(worker, tools=Interrupted(worker.tools, notice))
    assert work_once(interrupted, REFIT)
    assert count(worker, Refit) == before, "what was trained without it is not stored"
    assert work_once(interrupted, REFIT)
    assert count(worker, Refit) == before + 1
    with worker.record.transaction() as session:
        signal = session.scalars(select(Signal).where(Signal.tier == "signal")).one()
        kept = select(func.count()).where(Statement.issue_id == signal.issue_id)
        assert (session.scalar(kept) or 0) > 0.5 * len(signal.feedback_ids), "a part of it may be found to be another"


def test_what_is_taken_back_while_topics_are_trained_stays_erased(worker: Worker, in_trouble: None) -> None:
    before = count(worker, Statement)

    def take_back() -> None:
        with worker.record.transaction() as session:
            erasure.erase(session, [session.scalars(select(Statement.feedback_id).limit(1)).one()], by="citizen")

    assert work_once(replace(worker, tools=Interrupted(worker.tools, take_back)), REFIT)
    assert 0 < before - count(worker, Statement) < 4


def test_a_refit_waits_for_nobody_who_groups_what_has_just_come(worker: Worker, in_trouble: None) -> None:
    """Whoever groups holds its pieces and waits for the refit: if the refit waited for these, both would for ever."""
    put(worker, *said(BROKEN, 6), at=NOW)
    while work_once(worker, CLEAN):
        pass
    before = count(worker, Refit)
    engine = create_engine(worker.record.engine.url, connect_args={"options": "-c lock_timeout=2s"})
    with worker.record.transaction() as grouping:
        held = grouping.scalars(select(Feedback.id).where(Feedback.stage == "group").with_for_update()).all()
        assert work_once(replace(worker, record=Record(worker.record.settings, engine)), REFIT)
    engine.dispose()
    assert count(worker, Refit) == before + 1
    assert count(worker, Statement, Statement.feedback_id.in_(held), Statement.issue_id.is_not(None)) > 3


def test_what_a_refit_placed_meanwhile_stays_where_it_is(worker: Worker, in_trouble: None) -> None:
    walk(worker)
    with worker.record.transaction() as session:
        one, other = session.scalars(select(Issue).order_by(Issue.radius.is_(None)).limit(2)).all()
        statement = session.scalars(select(Statement).where(Statement.issue_id == one.id).limit(1)).one()
        session.execute(update(Feedback).where(Feedback.id == statement.feedback_id).values(stage="group"))
        statement.issue_id = None

    def work(worker: Worker, rows: Sequence[Feedback]) -> Save[Feedback]:
        save = GROUP.work(worker, rows)
        with worker.record.transaction() as session:
            session.get_one(Statement, statement.id).issue_id = other.id
        return save

    assert work_once(worker, replace(GROUP, work=work))
    assert count(worker, Statement, Statement.id == statement.id, Statement.issue_id == other.id) == 1


def test_what_a_history_holds_is_looked_for_before_topics_are_trained(worker: Worker, in_trouble: None) -> None:
    """A signal that came meanwhile would have them trained once more."""
    put(worker, *said(USUAL, 6, skip=30), at=NOW - dt.timedelta(days=5))
    while work_once(worker, CLEAN) or work_once(worker, GROUP):
        pass
    assert not work_once(worker, REFIT)
    assert work_once(worker, NOTICE)
    assert work_once(worker, REFIT)
