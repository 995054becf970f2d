"""What looks like news and is none, from intake to signal: nothing is sent."""

import datetime as dt

import pytest
from sqlalchemy import select

from feedback.record.models import Feedback, Issue, Signal
from tests.walking import put, walk
from tests.workers.texts import BROKEN, USUAL, said
from workers.runtime.actor import Worker

NOW = dt.datetime.now(dt.UTC)
HOUR = dt.timedelta(hours=1)

pytestmark = pytest.mark.usefixtures("history")

LETTER = (
    "We who live in Mill Lane ask you to keep the disabled bay at the corner, because three families here"
    " cannot do without it and nobody has asked any of us"
)
SPAM = (
    "Buy cheap watches now at http://example.com/{n} best price click here",
    "Win a free casino bonus today http://example.net/{n} click now",
    "Make money fast working from home visit http://example.org/{n}",
)
PRAISE = (
    "Thank you, the lady at the counter was wonderful",
    "Excellent service, I am very pleased",
    "Everything went well, thanks to all of you",
    "Brilliant and quick, five stars",
    "So kind and helpful, thank you very much",
)


def sent(worker: Worker) -> list[str]:
    """The titles of the issues that anybody would be told of."""
    with worker.record.transaction() as session:
        query = select(Issue.title).join(Signal, Signal.issue_id == Issue.id).where(Signal.tier == "signal")
        return list(session.scalars(query))


def spread(worker: Worker, texts: list[str], hours: tuple[int, ...] = (40, 30, 20, 10, 1)) -> None:
    """Said over two days, looked at each time."""
    part = -(-len(texts) // len(hours))
    for place, back in enumerate(hours):
        put(worker, *texts[place * part : (place + 1) * part], at=NOW - back * HOUR)
        walk(worker)


def test_a_busy_day_raises_nothing(worker: Worker) -> None:
    spread(worker, said(USUAL, 60, skip=5), hours=(9, 6, 3))
    assert sent(worker) == []


def test_copies_of_one_letter_raise_nothing_however_they_are_ended(worker: Worker) -> None:
    spread(worker, [f"{LETTER}{'.' * (n % 4)}{' Please.' * (n % 2)}" for n in range(20)])
    assert sent(worker) == []


def test_spam_raises_nothing(worker: Worker) -> None:
    spread(worker, [text.format(n=n) for n in range(5) for text in SPAM])
    assert sent(worker) == []


def test_praise_and_filler_raise_nothing(worker: Worker) -> None:
    spread(worker, [*PRAISE * 3, *["Nothing I can think of"] * 5])
    assert sent(worker) == []


def test_history_raises_nothing_whatever_happened_in_it(worker: Worker) -> None:
    for days in range(4, 9):
        put(worker, *said(BROKEN, 5, skip=5 * days), at=NOW - dt.timedelta(days=days))
    walk(worker)
    assert sent(worker) == []


def test_what_arrives_days_late_raises_nothing(worker: Worker) -> None:
    for place in range(4):
        put(worker, *said(BROKEN, 4, skip=4 * place), at=NOW - dt.timedelta(days=3, hours=place))
        walk(worker)
    assert sent(worker) == []


@pytest.mark.parametrize("offset", [dt.timedelta(0), dt.timedelta(hours=11), dt.timedelta(hours=-9, minutes=-30)])
def test_a_clock_that_is_wrong_or_elsewhere_raises_nothing(worker: Worker, offset: dt.timedelta) -> None:
    there = dt.timezone(offset)
    put(worker, *said(USUAL, 12), at=(NOW + 20 * HOUR).astimezone(there))
    put(worker, *said(USUAL, 6, skip=12), at=(NOW - 2 * HOUR).astimezone(there))
    walk(worker)
    assert sent(worker) == []
    with worker.record.transaction() as session:
        said_at = session.scalars(select(Feedback.said_at).where(Feedback.said_at > NOW - 3 * HOUR)).all()
    assert len(said_at) == 18
    assert max(said_at) <= dt.datetime.now(dt.UTC)
    assert min(said_at) == NOW - 2 * HOUR


def test_paper_forms_typed_in_on_one_day_raise_nothing(worker: Worker) -> None:
    for place in range(4):
        put(worker, *said(BROKEN, 5, skip=5 * place), channel="import", batch=f"forms {NOW:%F}")
        walk(worker)
    assert sent(worker) == []
