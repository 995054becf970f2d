"""What is asked of an issue reads what it needs of it, however much was ever said of it."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from feedback.record import access
from feedback.record.db import Record
from feedback.record.models import Issue, Service, Signal, Statement
from feedback.record.states import SignalKind
from insights.channels import hours
from insights.channels.health import channel_health
from insights.detection import window_cache
from insights.detection.observation import HISTORY
from insights.issues import signal_now, trends
from insights.issues.affected import affected
from insights.issues.queries import evidence, issue_detail
from tests.bench.rows import fill
from tests.insights.made_up import NOW

PIECES, ISSUES = 6_000, 30
ENTRIES_READ = """
SELECT sum(pg_stat_get_xact_tuples_returned(oid)) FROM pg_class LEFT JOIN pg_index ON indexrelid = oid
WHERE coalesce(indrelid, oid) = :of ::regclass
"""


@pytest.fixture
def session(record: Record) -> Iterator[Session]:
    """A service over two years, whose largest issue stands out by twelve pieces of the last days."""
    with record.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(
            text("VACUUM FULL statements, feedback")
        )  # plans follow what other tests left in the indexes
    with record.transaction() as session:
        fill(session.connection(), "old", PIECES, issues=ISSUES, vectors=False)
        session.execute(update(Signal).values(kind=SignalKind.NEW))  # of a surge hundreds of earlier reports are read
        session.execute(text("ANALYZE"))
        session.execute(text("SET LOCAL enable_seqscan = off"))  # as in a store that is large
        yield session


def about_the_signal(session: Session, issue: Issue) -> object:
    [signal] = session.scalars(select(Signal))
    return signal_now.of_signals(session, [signal])


def the_evidence(session: Session, issue: Issue) -> object:
    return evidence.of_issue(session, session.get_one(Service, issue.service_id), issue, NOW, 1)


ASKED: dict[str, Callable[[Session, Issue], object]] = {
    "what is known now of its signal": about_the_signal,
    "what its signal rests on": the_evidence,
    "who is affected": affected,
    "quotes where none stands": lambda session, issue: issue_detail.quotes(session, issue, 5),
}


def test_nothing_asked_of_an_issue_reads_all_that_was_ever_said_of_it(session: Session) -> None:
    issue = session.scalars(select(Issue).join(Signal, Signal.issue_id == Issue.id)).one()
    said = session.scalar(select(func.count()).where(Statement.issue_id == issue.id)) or 0
    read = {}
    for what, ask in ASKED.items():
        before = entries_read(session, "statements")
        assert ask(session, issue), what
        read[what] = entries_read(session, "statements") - before
    assert max(read.values()) < said / 3, (read, said)


def test_how_its_channels_do_does_not_read_all_that_a_service_was_told(session: Session) -> None:
    service = access.service(session, "old")
    hours.keep(session, service.id, NOW)
    before = entries_read(session, "feedback")
    used = {one.channel: one.last_7_days for one in channel_health(session, service, NOW) if one.last_received_at}
    assert used == {"web": pytest.approx(46, abs=2), "call": pytest.approx(11, abs=2)}
    assert entries_read(session, "feedback") - before < PIECES / 100


def test_a_look_reads_what_was_said_of_late(session: Session) -> None:
    service = access.service(session, "old")
    before = entries_read(session, "feedback")
    news = window_cache.news_of(session, service.id, NOW - HISTORY, None)
    trends.refresh(session, service, NOW)
    assert news.fresh == frozenset()
    assert entries_read(session, "feedback") - before < PIECES / 10


def entries_read(session: Session, of: str) -> int:
    """Entries of its indexes, and rows that were read one after the other, in this transaction."""
    return int(session.scalar(text(ENTRIES_READ), {"of": of}) or 0)
