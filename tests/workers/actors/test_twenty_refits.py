"""What people decide about belonging outlasts any number of refits, until it is undone."""

import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from feedback.record.access import Principal, Role
from feedback.record.models import Issue, Refit, Regrouping, Signal, Statement
from feedback.record.work.service_work import ask
from insights.grouping import due
from insights.issues.decisions import regrouping, undoing
from tests.walking import put, walk
from tests.workers.texts import BROKEN, USUAL, said
from workers.actors.refit import REFIT
from workers.runtime.actor import Worker, work_once

ME = Principal(1, "me", {None: Role.admin})
Assigned = dict[int, uuid.UUID | None]


@pytest.fixture
def grouped(worker: Worker, blue_badge: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Worker]:
    """Three usual things, grouped; every refit that is asked for is due."""
    put(worker, *(text.format(n=number % 7 + 2) for number, text in enumerate(USUAL[:75])))
    walk(worker)
    monkeypatch.setattr(due, "is_due", lambda session, service_id: True)
    yield worker


def refits(worker: Worker, times: int) -> None:
    for _ in range(times):
        with worker.record.transaction() as session:
            ask(session, [1], "refit")
        assert work_once(worker, REFIT)


def places(worker: Worker) -> Assigned:
    with worker.record.transaction() as session:
        return {row.id: row.issue_id for row in session.execute(select(Statement.id, Statement.issue_id))}


def held(found: Assigned, issue: uuid.UUID) -> set[int]:
    return {identity for identity, place in found.items() if place == issue}


def largest(found: Assigned) -> list[uuid.UUID]:
    issues = {place for place in found.values() if place}
    return sorted(issues, key=lambda issue: -len(held(found, issue)))


def test_what_people_decided_survives_twenty_refits_and_its_undoing_too(grouped: Worker) -> None:
    before = places(grouped)
    third, one, other = largest(before)[:3]
    chosen, out, moved = sorted(held(before, third))[:5], *sorted(held(before, third))[5:7]
    with grouped.record.transaction() as session:
        first, second, last = (session.get_one(Issue, issue) for issue in (one, other, third))
        merged = regrouping.merge(session, ME, second, first)
        part = regrouping.split(session, ME, last, chosen, "Apart").id
        regrouping.keep_apart(session, ME, last, [out])
        regrouping.move(session, ME, session.get_one(Statement, moved), first)
    refits(grouped, 20)
    found = places(grouped)
    assert held(found, one) >= held(before, one) | held(before, other) | {moved}
    assert held(found, part) >= set(chosen)
    assert found[out] != third
    rest = held(before, third) - {out, moved, *chosen}
    assert len(held(found, third) & rest) > 0.5 * len(rest)  # what is like the part follows it
    with grouped.record.transaction() as session:
        undoing.undo(session, ME, session.get_one(Regrouping, merged.id))
    refits(grouped, 2)
    assert len(held(places(grouped), other) & held(before, other)) > 0.9 * len(held(before, other))


def test_a_refit_that_is_undone_leaves_everything_as_it_was(grouped: Worker) -> None:
    before = places(grouped)
    with grouped.record.transaction() as session:
        titles = {issue.id: (issue.title, issue.radius) for issue in session.scalars(select(Issue))}
        known = session.scalars(select(Refit.id)).all()
    put(grouped, *said(BROKEN, 40))
    walk(grouped)
    with grouped.record.transaction() as session:
        later = session.scalars(select(Refit).where(Refit.id.not_in(known)).order_by(Refit.id.desc())).all()
        assert later
        for done in later:
            undoing.undo_refit(session, ME, done)
    found = places(grouped)
    assert {identity: found[identity] for identity in before} == before
    with grouped.record.transaction() as session:
        standing = session.scalars(
            select(Issue).where(Issue.ended_at.is_(None), Issue.id.not_in(select(Signal.issue_id)))
        )
        assert {issue.id: (issue.title, issue.radius) for issue in standing if issue.id in titles} == titles
