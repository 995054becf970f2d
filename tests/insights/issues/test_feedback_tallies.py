"""How many pieces a service has by each channel: right at once, whatever is done, and kept."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import delete, event, func, select, text, update
from sqlalchemy.orm import Session

from feedback.record import access, services
from feedback.record.db import Record
from feedback.record.models import Feedback, FeedbackTally, Service
from insights.issues.feedback_tallies import MOST_NOTES, by_channel, refresh
from tests.insights import made_up


def counted(session: Session) -> dict[int, dict[str, int]]:
    """As all the pieces tell it."""
    rows = session.execute(
        select(Feedback.service_id, Feedback.channel, func.count()).group_by(Feedback.service_id, Feedback.channel)
    )
    found: dict[int, dict[str, int]] = {one: {} for one in session.scalars(select(Service.id))}
    for service_id, channel, pieces in rows:
        found[service_id][channel] = pieces
    return found


def change(session: Session, dice: random.Random) -> None:
    """Some come, or some go, or are another channel's or service's; or many come and go."""
    slug, some = dice.choice(["blue-badge", "bins"]), select(Feedback.id).order_by(func.random()).limit(2)
    match dice.randrange(5):
        case 0 | 1:
            issue = made_up.issue(session, slug)
            for _ in range(dice.choice([1, 2, MOST_NOTES])):
                made_up.report(session, issue, "It fails", dice.choice(["web", "call"]))
        case 2:
            session.execute(delete(Feedback).where(Feedback.id.in_(some)))
        case 3:
            session.execute(update(Feedback).where(Feedback.id.in_(some)).values(channel="sms"))
        case 4:
            to = access.service(session, slug).id
            session.execute(update(Feedback).where(Feedback.id.in_(some)).values(service_id=to))


@pytest.mark.parametrize("seed", range(3))
def test_whatever_comes_and_goes_the_tally_is_right_at_once_and_when_kept(
    record: Record, blue_badge: str, seed: int
) -> None:
    dice = random.Random(seed)
    with record.transaction() as session:
        services.add(session, "bins", "Bins")
    for step in range(20):
        with record.transaction() as session:
            change(session, dice)
            session.flush()
            expected = counted(session)
            assert {one: by_channel(session, one) for one in expected} == expected
        if step % 3 == 0:
            with record.transaction() as session:
                refresh(session)
                assert {one: by_channel(session, one) for one in expected} == expected
                assert (session.scalar(select(func.count()).select_from(FeedbackTally)) or 0) <= 2 * (3 + MOST_NOTES)


@contextmanager
def read_of_feedback(session: Session) -> Iterator[list[str]]:
    """The statements that read pieces meanwhile."""
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        found.extend([statement] if "FROM feedback " in statement else [])

    engine = session.get_bind().engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_once_a_service_was_counted_no_piece_of_it_is_read(record: Record, blue_badge: str) -> None:
    with record.transaction() as session:
        mine = made_up.issue(session, blue_badge)
        made_up.report(session, mine, "It fails")
        refresh(session)
        made_up.report(session, mine, "It fails", "call")
        with read_of_feedback(session) as statements:
            assert by_channel(session, mine.service_id) == {"web": 1, "call": 1}
        assert not statements


def test_what_came_before_there_were_tallies_is_counted(record: Record, blue_badge: str) -> None:
    with record.transaction() as session:
        mine = made_up.issue(session, blue_badge)
        for channel in ("web", "web", "call"):
            made_up.report(session, mine, "It fails", channel)
        session.execute(text("DELETE FROM feedback_tallies"))
        made_up.report(session, mine, "It fails", "call")
        assert by_channel(session, mine.service_id) == {"web": 2, "call": 2}
        refresh(session)
        assert by_channel(session, mine.service_id) == {"web": 2, "call": 2}


def test_what_is_not_committed_yet_counts_once_it_is(record: Record, blue_badge: str) -> None:
    with record.transaction() as session:
        mine = made_up.issue(session, blue_badge)
        made_up.report(session, mine, "It fails")
        number = mine.service_id
    with record.transaction() as late:
        session = late
        made_up.report(late, late.merge(mine), "It fails")
        with record.transaction() as other:
            refresh(other)
            assert by_channel(other, number) == {"web": 1}
    with record.transaction() as session:
        assert by_channel(session, number) == {"web": 2}


def test_two_that_count_at_once_do_not_double_it(record: Record, blue_badge: str) -> None:
    with record.transaction() as session:
        mine = made_up.issue(session, blue_badge)
        made_up.report(session, mine, "It fails")
        number = mine.service_id
    with record.transaction() as one, record.transaction() as other:
        refresh(one)
        refresh(other)
    with record.transaction() as session:
        assert by_channel(session, number) == {"web": 1}


def test_a_service_that_goes_takes_its_tallies_along(record: Record, blue_badge: str) -> None:
    with record.transaction() as session:
        made_up.report(session, made_up.issue(session, blue_badge), "It fails")
        refresh(session)
        session.execute(text("DELETE FROM services"))
        refresh(session)
        assert not session.scalars(select(FeedbackTally)).all()
