"""What issues add up to is right at once, whoever changed them, and is kept."""

import datetime as dt
import random
import uuid
from collections import Counter

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.orm import Session

from feedback.record.db import Record
from feedback.record.models import Feedback, Issue, IssueDayTally, IssueTally, Statement, UntalliedIssue
from insights.issues.tallies import Tally, counting, keeping, tallies
from insights.issues.tallies.keeping import refresh
from tests.insights import made_up

NOW = made_up.NOW
CHANNELS = ("web", "call", "sms")


def counted(session: Session, issues: list[uuid.UUID]) -> dict[uuid.UUID, Tally]:
    """The same, piece by piece."""
    found: dict[uuid.UUID, Tally] = {}
    for issue in issues:
        rows = session.execute(
            select(Statement, Feedback).join(Feedback, Feedback.id == Statement.feedback_id).filter_by(issue_id=issue)
        ).all()
        pieces = {piece.id: piece for _, piece in rows}
        that_count = [piece for piece in pieces.values() if piece.weight]
        if rows:
            found[issue] = Tally(
                dict(Counter(piece.channel for piece in that_count)),
                len(pieces),
                sum(said.severity for said, _ in rows) / len(rows),
                min(said.said_at for said, _ in rows),
                max(said.said_at for said, _ in rows),
            )
    return found


def change(session: Session, issues: list[uuid.UUID], dice: random.Random) -> None:
    """What workers and people do to statements, in the forms of SQL in which they do it."""
    issue, other = dice.sample(issues, 2)
    some = select(Statement.id).where(Statement.issue_id == issue).order_by(func.random()).limit(2)
    piece = select(Statement.feedback_id).where(Statement.issue_id == issue).limit(1)
    match dice.randrange(6):
        case 0 | 1:
            made_up.report(
                session,
                session.get_one(Issue, issue),
                "It fails",
                dice.choice(CHANNELS),
                said_at=NOW - dt.timedelta(hours=dice.randrange(99)),
            )
        case 2:
            session.execute(update(Statement).where(Statement.id.in_(some)).values(issue_id=other))
        case 3:
            session.execute(update(Statement).where(Statement.id.in_(some)).values(issue_id=None))
        case 4:
            session.execute(update(Feedback).where(Feedback.id.in_(piece)).values(weight=1 - Feedback.weight))
        case 5:
            session.execute(delete(Statement).where(Statement.id.in_(some)))


@pytest.fixture
def all_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "LARGE", 1)


@pytest.mark.parametrize(("large", "few"), [(1, 0), (5, counting.FEW), (5, 3), (keeping.LARGE, counting.FEW)])
@pytest.mark.parametrize("seed", range(3))
def test_whatever_is_done_to_statements_every_tally_is_right_at_once_and_when_kept(
    record: Record, blue_badge: str, seed: int, large: int, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "LARGE", large)
    monkeypatch.setattr(counting, "FEW", few)
    dice = random.Random(seed)
    with record.transaction() as session:
        issues = [made_up.issue(session, blue_badge).id for _ in range(3)]
    for step in range(24):
        with record.transaction() as session:
            change(session, issues, dice)
            session.flush()
            expected = counted(session, issues)
            assert tallies(session, issues) == expected
        if step % 3 == 0:
            with record.transaction() as session:
                refresh(session)
                assert tallies(session, issues) == expected
                assert not session.scalars(select(UntalliedIssue)).all()


def test_an_issue_that_has_not_changed_is_read_from_what_was_kept(record: Record, blue_badge: str) -> None:
    with record.transaction() as session:
        issue = made_up.issue(session, blue_badge)
        made_up.report(session, issue, "It fails")
        assert refresh(session) == {issue.id}
        session.execute(update(IssueTally).values(reports=41))
        assert tallies(session, [issue.id])[issue.id].count == 41
        assert not refresh(session)


@pytest.mark.usefixtures("all_large")
def test_a_change_of_a_large_issue_costs_what_its_day_holds(record: Record, blue_badge: str) -> None:
    with record.transaction() as session:
        issue = made_up.issue(session, blue_badge)
        for days in (9, 2, 2):
            made_up.report(session, issue, "It fails", said_at=NOW - dt.timedelta(days=days))
        refresh(session)
        session.execute(update(IssueDayTally).values(reports=41))
        made_up.report(session, issue, "It fails", said_at=NOW - dt.timedelta(days=9))
        assert tallies(session, [issue.id])[issue.id].count == 2 + 41
        assert refresh(session) == {issue.id}
        assert tallies(session, [issue.id])[issue.id].count == 2 + 41


@pytest.mark.usefixtures("all_large")
def test_days_do_not_count_where_a_version_that_knows_none_has_counted_since(record: Record, blue_badge: str) -> None:
    with record.transaction() as session:
        issue = made_up.issue(session, blue_badge)
        made_up.report(session, issue, "It fails")
        refresh(session)
        session.execute(update(IssueDayTally).values(reports=41))
        session.execute(update(IssueTally).values(by_day=False))
        for reports in (2, 3):
            made_up.report(session, issue, "It fails", said_at=NOW - dt.timedelta(days=9))
            assert tallies(session, [issue.id])[issue.id].count == reports
            refresh(session)


def test_small_issues_of_a_large_store_are_counted_without_reading_all_of_it(record: Record, blue_badge: str) -> None:
    with record.transaction() as session:
        issue = made_up.issue(session, blue_badge)
        made_up.report(session, issue, "It fails")
        session.flush()
        for table, rows in (("statements", 10_000_000), ("feedback", 10_000)):
            session.execute(text(f"UPDATE pg_class SET reltuples = {rows}, relpages = 1 WHERE relname = '{table}'"))
        (query,) = counting.counted(session, counting.Changed({issue.id}, []))
        sql = query.compile(session.connection(), compile_kwargs={"literal_binds": True})
        plan = session.execute(text(f"EXPLAIN {sql}".replace(":", "\\:"))).scalars().all()
        assert not any("Seq Scan on feedback" in line for line in plan), plan
        session.rollback()


def test_a_change_that_is_not_committed_is_still_to_be_counted_afterwards(record: Record, blue_badge: str) -> None:
    with record.transaction() as session:
        issue = made_up.issue(session, blue_badge).id
    with record.transaction() as late:
        made_up.report(late, late.get_one(Issue, issue), "It fails")
        with record.transaction() as session:
            assert not refresh(session)
    with record.transaction() as session:
        assert tallies(session, [issue])[issue].count == 1


def test_issues_and_services_that_go_take_their_tallies_along_and_leave_no_work(
    record: Record, blue_badge: str
) -> None:
    with record.transaction() as session:
        for _ in range(2):
            made_up.report(session, made_up.issue(session, blue_badge), "It fails")
        refresh(session)
        made_up.report(session, made_up.issue(session, blue_badge), "It fails")
    with record.transaction() as session:
        session.execute(text("DELETE FROM issues WHERE id = (SELECT id FROM issues LIMIT 1)"))
        session.execute(text("DELETE FROM services"))
    with record.transaction() as session:
        refresh(session)
        assert not session.scalars(select(IssueTally)).all()
        assert not session.scalars(select(UntalliedIssue)).all()
