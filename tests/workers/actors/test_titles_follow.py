"""A title stays as long as its issue means the same; what has none that was found gets one at the next refit."""

from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import select, update

from feedback.i18n.titles import shown
from feedback.record.access import Principal, Role
from feedback.record.db import Record
from feedback.record.models import Issue, IssueEvent, Refit, Signal, Statement
from feedback.record.privacy.title_erasure import LONGEST_TITLE_CHARACTERS
from feedback.record.states import TitledBy
from feedback.record.work.service_work import ask
from insights.grouping import due, refit_store
from insights.grouping.constraints import StratumTopics
from insights.issues.decisions import regrouping, taking_back, undoing
from nlp.group.topics import Topic
from tests.insights import made_up
from workers.actors import refit
from workers.runtime.actor import Worker, work_once

SOMEBODY = Principal(1, "Somebody", {None: Role.admin})


@pytest.fixture
def grouped(history: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A history that was grouped once."""
    monkeypatch.setattr(due, "is_due", lambda session, service_id: True)


def titles(record: Record) -> dict[str, str]:
    with record.transaction() as session:
        return {str(issue.id): issue.title for issue in session.scalars(select(Issue))}


def settled(worker: Worker, *, turned: bool) -> int:
    """Stores a refit whose topics are named anew, and whose meaning is another where it is `turned`; its number."""

    def other(topic: Topic, number: int) -> Topic:
        middle = np.roll(topic.centroid, 1) if turned else topic.centroid
        return replace(topic, titled=False, title=f"Something else {number}", titles={}, centroid=middle)

    with worker.record.transaction() as session:
        before = refit_store.read(session, 1)
        trained = [
            StratumTopics(part.stratum, part.rows, tuple(other(it, n) for n, it in enumerate(part.topics)))
            for part in refit._train(worker, before, before.titles)
        ]
        assert refit_store.store(session, 1, before, trained, "another", {})
        return session.scalars(select(Refit.id).order_by(Refit.id.desc())).first() or 0


def test_what_means_the_same_keeps_its_title_however_its_topic_is_called(worker: Worker, grouped: None) -> None:
    before = titles(worker.record)
    settled(worker, turned=False)
    assert titles(worker.record) == before and before


def test_what_means_something_else_is_named_anew_but_for_what_people_named_or_were_told_of(
    worker: Worker, grouped: None
) -> None:
    before = titles(worker.record)
    with worker.record.transaction() as session:
        named, told, *others = session.scalars(select(Issue).order_by(Issue.id)).all()
        named.titled_by = TitledBy.PERSON
        made_up.signal(session, told, [])
        kept, changed = {str(named.id), str(told.id)}, {str(issue.id) for issue in others}
        for issue in others:
            issue.title_sure = True
    number = settled(worker, turned=True)
    after = titles(worker.record)
    assert changed and all(after[it].startswith("Something else") for it in changed)
    assert {it: after[it] for it in kept} == {it: before[it] for it in kept}
    with worker.record.transaction() as session:
        events = session.scalars(select(IssueEvent).where(IssueEvent.what == "renamed")).all()
        assert {(str(it.issue_id), it.by, it.details["was"]) for it in events} == {
            (it, "refit", before[it]) for it in changed
        }
        assert not any(session.get_one(Issue, it).title_sure for it in changed)
        session.execute(update(Signal).values(ended_at=made_up.NOW))
        undoing.undo_refit(session, SOMEBODY, session.get_one(Refit, number))
    assert titles(worker.record) == before, "an undone refit gives the titles back"
    with worker.record.transaction() as session:
        assert all(session.get_one(Issue, it).title_sure for it in changed), "and how sure they were"


def test_a_name_that_a_refit_gave_is_taken_back_in_every_language(worker: Worker, grouped: None) -> None:
    settled(worker, turned=True)
    with worker.record.transaction() as session:
        event = session.scalars(select(IssueEvent).where(IssueEvent.what == "renamed")).all()[0]
        issue = session.get_one(Issue, event.issue_id)
        taking_back.take_back(session, SOMEBODY, issue, event.id)
        assert shown(issue).text == issue.title == event.details["was"]


def test_what_was_split_off_without_a_title_gets_one_at_the_next_refit(worker: Worker, grouped: None) -> None:
    with worker.record.transaction() as session:
        whole = session.scalars(select(Issue).order_by(Issue.id)).all()[0]
        ids = session.scalars(select(Statement.id).where(Statement.issue_id == whole.id).limit(8)).all()
        made = regrouping.split(session, SOMEBODY, whole, ids, None).id
        said = session.get_one(Issue, made)
        assert said.titled_by == TitledBy.STATEMENT and len(said.title) <= LONGEST_TITLE_CHARACTERS
        ask(session, [whole.service_id], "refit")
    assert work_once(worker, refit.REFIT)
    with worker.record.transaction() as session:
        issue = session.get_one(Issue, made)
        assert issue.titled_by == TitledBy.MACHINE and issue.titles == {"en": issue.title}
