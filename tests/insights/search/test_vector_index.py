"""What large services were told is found by an index as it is by comparing all, whatever became of it since."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.orm import Session

from feedback.record import access, services
from feedback.record.access import scope
from feedback.record.db import Record
from feedback.record.models import SearchIndex, SearchVector, ServiceWork, Statement
from feedback.record.states import WorkKind
from feedback.record.work.service_work import ask
from insights.search import ranking, service_indexes, vector_index
from insights.search.query_embedding import QueryVector
from tests.insights import made_up
from workers.actors.index import INDEX, index
from workers.runtime import retention
from workers.runtime.actor import Worker, work_once

STATEMENTS = 60
RNG = np.random.default_rng(3)
CENTRE = RNG.normal(size=384)
SOUGHT = QueryVector((CENTRE / np.linalg.norm(CENTRE)).tolist(), "m")


def say(session: Session, slug: str, many: int, embedded_by: str = "m") -> None:
    """Statements of one piece, the likest to what is sought last."""
    issue = made_up.issue(session, slug)
    for nearer in range(many):
        piece = made_up.report(session, issue, "x")
        vector = CENTRE * nearer / many + RNG.normal(size=384)
        its = update(Statement).where(Statement.feedback_id == piece.id)
        session.execute(its.values(vector=vector / np.linalg.norm(vector), embedded_by=embedded_by))


def fill(session: Session, slug: str) -> None:
    mine = access.service(session, slug).id
    vector_index.begin(session, mine)
    while vector_index.take_in(session, mine):
        pass


def compared(session: Session, *which: Any) -> list[int]:
    near = vector_index.compared(session, SOUGHT, ranking.MOST_STATEMENTS, *which)
    return [one.id for one in near if one.distance <= 1 - ranking.LEAST_SIMILARITY]


def vectors(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(SearchVector)) or 0


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vector_index, "LARGE", STATEMENTS)
    monkeypatch.setattr(vector_index, "AT_ONCE", 25)
    monkeypatch.setattr(vector_index, "LATEST_LEFT", 5)


@pytest.fixture
def large(record: Record, blue_badge: str) -> str:
    with record.transaction() as session:
        services.add(session, "bins", "Bins")
        say(session, "bins", STATEMENTS // 2)
        say(session, blue_badge, STATEMENTS)
        fill(session, blue_badge)
        fill(session, "bins")
    return blue_badge


def test_a_large_service_is_indexed_but_for_the_latest_and_a_small_one_is_not(record: Record, large: str) -> None:
    with record.transaction() as session:
        assert set(session.scalars(select(SearchVector.service_id))) == {access.service(session, large).id}
        assert vectors(session) == STATEMENTS - 5


def test_a_search_finds_by_the_index_and_beside_it_what_comparing_all_finds(record: Record, large: str) -> None:
    with record.transaction() as session:
        mine = access.service(session, large).id
        say(session, large, 20)  # not in the index yet
        of_service, of_all = compared(session, Statement.service_id == mine), compared(session)
        assert len(of_all) > len(of_service) > 20
        assert ranking.by_meaning(session, SOUGHT, mine) == of_service
        assert ranking.by_meaning(session, SOUGHT) == of_all
        scope.limit(session, [mine])
        assert ranking.by_meaning(session, SOUGHT) == of_service


def test_what_is_erased_or_says_something_else_leaves_the_index(record: Record, large: str) -> None:
    with record.transaction() as session:
        best = compared(session, Statement.id.in_(select(SearchVector.statement_id)))
        session.execute(delete(Statement).where(Statement.id == best[0]))
        session.execute(update(Statement).where(Statement.id == best[1]).values(filler=True))
        session.execute(update(Statement).where(Statement.id == best[2]).values(vector=-CENTRE))
        session.execute(update(Statement).where(Statement.id == best[3]).values(severity=0.9, sureness=0.4))
        kept = set(session.scalars(select(SearchVector.statement_id)))
        assert set(best) - kept == set(best[:3])
        assert not set(ranking.by_meaning(session, SOUGHT)) & set(best[:3])


def test_what_another_service_gave_is_found_again_after_a_night(record: Record, large: str) -> None:
    with record.transaction() as session:
        mine, bins = access.service(session, large).id, access.service(session, "bins").id
        given = compared(session, Statement.service_id == bins)[0]
        session.execute(update(Statement).where(Statement.id == given).values(service_id=mine))
        assert given not in ranking.by_meaning(session, SOUGHT, mine)
    retention.nightly(record, made_up.NOW)
    with record.transaction() as session:
        assert given in ranking.by_meaning(session, SOUGHT, mine)
        assert ranking.by_meaning(session, SOUGHT, mine) == compared(session, Statement.service_id == mine)


def test_after_a_change_of_encoder_the_index_is_made_anew(record: Record, large: str) -> None:
    other = QueryVector(SOUGHT.vector, "n")
    with record.transaction() as session:
        session.execute(update(Statement).values(embedded_by="n"))
        assert vectors(session) == 0
        assert len(ranking.by_meaning(session, other)) > 20
        fill(session, large)
        assert session.scalars(select(SearchIndex.model)).all() == ["n"]
        assert vectors(session) == STATEMENTS - 5
        assert ranking.by_meaning(session, SOUGHT) == []


def test_vectors_of_another_width_are_compared(record: Record, blue_badge: str) -> None:
    with record.transaction() as session:
        say(session, blue_badge, STATEMENTS)
        session.execute(update(Statement).values(vector=[0.6, 0.8]))
        fill(session, blue_badge)
        assert vectors(session) == 0
        assert len(ranking.by_meaning(session, QueryVector([0.6, 0.8], "m"))) == STATEMENTS


@pytest.fixture
def indexes(record: Record) -> Iterator[Callable[[], Sequence[str]]]:
    """Tells which services have an index of their own; none has before and after."""
    service_indexes.remove_others(record.engine, [])
    with record.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield lambda: service_indexes.made(connection)
    service_indexes.remove_others(record.engine, [])


def test_a_worker_makes_the_index_of_a_large_service_once_its_vectors_are_there(
    worker: Worker, blue_badge: str, indexes: Callable[[], Sequence[str]]
) -> None:
    with worker.record.transaction() as session:
        services.add(session, "bins", "Bins")
        say(session, blue_badge, STATEMENTS)
        large, small = (access.service(session, slug).id for slug in (blue_badge, "bins"))
        ask(session, [large, small], WorkKind.INDEX)
    there = list[int]()
    while work_once(worker, INDEX):
        there.append(len(indexes()))
    assert there[0] == 0 and there[-1] == 1
    with worker.record.transaction() as session:
        session.execute(text("SET LOCAL enable_seqscan = off"))
        session.execute(text("SET LOCAL enable_sort = off"))
        assert ranking.by_meaning(session, SOUGHT, large) == compared(session)
        assert session.scalar(text("SELECT pg_stat_get_xact_numscans(:it ::regclass)"), {"it": indexes()[0]}) == 1


def test_an_index_that_was_cut_off_is_made_anew_and_goes_with_its_service(
    record: Record, large: str, indexes: Callable[[], Sequence[str]]
) -> None:
    with record.transaction() as session:
        mine = access.service(session, large).id
    service_indexes.make(record.engine, mine)
    with record.engine.begin() as connection:
        cut_off = "UPDATE pg_index SET indisvalid = false WHERE indexrelid = :it ::regclass RETURNING indexrelid"
        was = connection.scalar(text(cut_off), {"it": indexes()[0]})
    for _ in range(2):
        service_indexes.make(record.engine, mine)
    with record.transaction() as session:
        now = session.scalar(text("SELECT indexrelid FROM pg_index WHERE indisvalid AND indexrelid = :it ::regclass"),
                             {"it": indexes()[0]})  # fmt: skip
        assert now not in (None, was)
        session.execute(text("DELETE FROM services"))
    retention.nightly(record, made_up.NOW)
    assert not indexes()


def test_a_worker_fills_the_index_a_batch_at_a_time(worker: Worker, blue_badge: str) -> None:
    with worker.record.transaction() as session:
        say(session, blue_badge, STATEMENTS)
        ask(session, [access.service(session, blue_badge).id], WorkKind.INDEX)
    counts, due = [], []
    for _ in range(3):
        index(worker)
        with worker.record.transaction() as session:
            counts.append(vectors(session))
            due.append(session.scalars(select(ServiceWork.due_at).where(ServiceWork.kind == WorkKind.INDEX)).one())
    assert counts == [25, 50, STATEMENTS - 5]
    assert due[0] < due[1] == due[2]  # while it goes on it does not seem to wait
    with worker.record.transaction() as session:
        work = session.scalars(select(ServiceWork).where(ServiceWork.kind == WorkKind.INDEX)).one()
        assert (work.done, work.stage) == (work.asked, "open")
