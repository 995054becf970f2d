"""Who works on what, on a real PostgreSQL."""

import pytest
from sqlalchemy import create_engine, select, text, update
from sqlalchemy.exc import OperationalError

from feedback.record.db import Record
from feedback.record.models import Feedback, Service, new_id
from feedback.record.work.claims import MAX_ATTEMPTS, SET_ASIDE, Claimer, advance, claim, own, release, requeue
from feedback.record.work.stages import stage
from tests.bench.rows import fill

WAITING = (Feedback.stage == "clean",)


def put(record: Record, count: int) -> None:
    with record.transaction() as session:
        service = Service(slug="bins", name="Bins", stored_properties={})
        session.add(service)
        session.flush()
        for number in range(count):
            session.add(
                Feedback(
                    id=new_id(),
                    service_id=service.id,
                    channel="web",
                    receipt=f"R{number}",
                    caller="test",
                    digest=b"",
                    said_at=service.created_at,
                    stage="clean",
                )
            )


def take(record: Record, claimer: Claimer, limit: int = 10) -> list[Feedback]:
    with record.transaction() as session:
        found = claim(session, Feedback, *WAITING, by=claimer.number, limit=limit, order=(Feedback.receipt,))
        return list(found)


def states(record: Record) -> set[tuple[str, int | None, int]]:
    with record.transaction() as session:
        return {(row.stage, row.claimed_by, row.attempts) for row in session.scalars(select(Feedback))}


def test_two_workers_never_hold_the_same_row(record: Record) -> None:
    put(record, 5)
    first, second = Claimer(record.engine), Claimer(record.engine)
    mine, yours = take(record, first, 3), take(record, second, 3)
    assert len(mine) == 3
    assert len(yours) == 2
    assert not {row.id for row in mine} & {row.id for row in yours}
    first.close()
    second.close()


def test_what_a_dead_worker_held_can_be_claimed_at_once_and_alone(record: Record) -> None:
    put(record, 3)
    dead, heir = Claimer(record.engine), Claimer(record.engine)
    take(record, dead)
    assert take(record, heir) == []
    dead.close()
    assert [len(take(record, heir)) for _ in range(3)] == [1, 1, 1]
    heir.close()


def test_a_row_that_kills_its_worker_each_time_is_set_aside_after_three_tries_alone(record: Record) -> None:
    put(record, 1)
    for _ in range(MAX_ATTEMPTS):
        victim = Claimer(record.engine)
        assert len(take(record, victim)) == 1
        victim.close()
    last = Claimer(record.engine)
    assert take(record, last) == []
    assert states(record) == {(SET_ASIDE, None, MAX_ATTEMPTS)}
    last.close()


def test_a_claim_that_sets_all_it_took_aside_takes_what_comes_next(record: Record) -> None:
    put(record, 3)
    with record.transaction() as session:
        session.execute(update(Feedback).where(Feedback.receipt == "R0").values(attempts=MAX_ATTEMPTS))
        session.execute(text("UPDATE feedback SET said_at = 'infinity' WHERE receipt = 'R1'"))
    claimer = Claimer(record.engine)
    assert [row.receipt for row in take(record, claimer, limit=1)] == ["R2"]
    claimer.close()


def test_a_row_that_fails_is_set_aside_with_its_reason_and_can_be_put_back(record: Record) -> None:
    put(record, 1)
    claimer = Claimer(record.engine)
    for _ in range(MAX_ATTEMPTS):
        [row] = take(record, claimer)
        with record.transaction() as session:
            release(session, Feedback, [row.id], claimer.number, reason="ValueError")
    with record.transaction() as session:
        assert session.scalars(select(Feedback.reason)).one() == "ValueError"
        assert requeue(session, Feedback, to="clean") == 1
    assert states(record) == {("clean", None, 0)}
    claimer.close()


def test_a_fault_that_lies_elsewhere_is_never_held_against_a_row(record: Record) -> None:
    put(record, 1)
    claimer = Claimer(record.engine)
    for _ in range(2 * MAX_ATTEMPTS):
        [row] = take(record, claimer)
        with record.transaction() as session:
            release(session, Feedback, [row.id], claimer.number, reason="Unavailable", blame=False)
    assert states(record) == {("clean", None, 0)}
    claimer.close()


def test_results_are_written_by_the_one_that_still_holds_the_row_alone(record: Record) -> None:
    put(record, 1)
    slow, heir = Claimer(record.engine), Claimer(record.engine)
    [row] = take(record, slow)
    number = slow.number
    slow.close()
    [again] = take(record, heir)
    with record.transaction() as session:
        assert list(own(session, Feedback, [row.id], number)) == []
        advance(session, own(session, Feedback, [again.id], heir.number), "group")
    assert states(record) == {("group", None, 0)}
    heir.close()


def test_a_claimer_whose_connection_broke_takes_nothing_until_it_has_a_new_number(record: Record) -> None:
    put(record, 1)
    claimer = Claimer(record.engine)
    before = claimer.number
    claimer._connection.invalidate()
    assert take(record, claimer) == []
    claimer.renew_if_lost()
    assert claimer.number != before
    assert [row.claimed_by for row in take(record, claimer)] == [claimer.number]
    claimer.close()


def test_a_claimer_that_lives_keeps_its_number(record: Record) -> None:
    claimer = Claimer(record.engine)
    before = claimer.number
    claimer.renew_if_lost()
    assert claimer.number == before
    claimer.close()


def test_a_claimer_finds_back_after_the_server_was_away(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    claimer = Claimer(record.engine)
    before = claimer.number
    claimer._connection.invalidate()
    with monkeypatch.context() as away:
        away.setattr(claimer, "_engine", create_engine("postgresql+psycopg://nobody@127.0.0.1:1/nowhere"))
        for _ in range(2):
            with pytest.raises(OperationalError):
                claimer.renew_if_lost()
    claimer.renew_if_lost()
    assert claimer.number > before
    claimer.close()


def test_a_claim_reads_what_it_takes_and_not_all_that_waits(record: Record) -> None:
    with record.engine.begin() as connection:
        fill(connection, "bins", 3_000, issues=1, vectors=False)
        connection.execute(text("UPDATE feedback SET stage = 'clean'"))
    with record.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE feedback"))
    claimer, clean = Claimer(record.engine), stage("clean")
    read = text("SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'feedback'")
    with record.transaction() as session:
        session.execute(text("SET LOCAL enable_seqscan = off"))  # which is as quick where there are so few
        before = session.scalar(read)
        assert claim(session, Feedback, *clean.waiting, by=claimer.number, limit=10, order=clean.order)
        assert session.scalar(read) - before < 300
    claimer.close()
