"""What is asked of an issue reads what it needs of it, however much was ever said of it."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from feedback.record.db import Record
from feedback.record.models import Issue, Service, Signal, Statement
from feedback.record.states import SignalKind
from insights.issues import signal_now
from insights.issues.affected import affected
from insights.issues.queries import evidence, issue_detail
from tests.bench.rows import fill
from tests.insights.made_up import NOW

PIECES, ISSUES = 6_000, 30
ENTRIES_READ = """
SELECT coalesce(sum(pg_stat_get_xact_tuples_returned(indexrelid)), 0)
FROM pg_index WHERE indrelid = 'statements'::regclass
"""


@pytest.fixture
def session(record: Record) -> Iterator[Session]:
    """A service over two years, whose largest issue stands out by twelve pieces of the last days."""
    with record.transaction() as session:
        fill(session.connection(), "old", PIECES, issues=ISSUES, vectors=False)
        session.execute(update(Signal).values(kind=SignalKind.NEW))  # of a surge hundreds of earlier reports are read
        session.execute(text("ANALYZE"))
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
        before = session.scalar(text(ENTRIES_READ))
        assert ask(session, issue), what
        read[what] = session.scalar(text(ENTRIES_READ)) - before
    assert max(read.values()) < said / 3, (read, said)
