"""Days of raw text are opened and shredded beside whoever takes something in."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

from feedback.record.db import Record
from feedback.record.models import Raw
from feedback.record.privacy import raw
from tests.insights import made_up

DAY = dt.date(2040, 2, 28)


def open_tomorrow(record: Record) -> None:
    with record.transaction() as session:
        raw.day_key(session, record.keys, DAY + dt.timedelta(days=1))


def shred_yesterday(record: Record) -> None:
    with record.transaction() as session:
        raw.shred_days(session, DAY + dt.timedelta(days=1))


def test_nobody_waits_in_a_circle(record: Record, blue_badge: str) -> None:
    with record.transaction() as session:
        issue = made_up.issue(session, blue_badge)
        raw.day_key(session, record.keys, DAY - dt.timedelta(days=1))
        key = raw.day_key(session, record.keys, DAY)
    with ThreadPoolExecutor(1) as other, record.transaction() as session:
        taken = made_up.report(session, issue, "The gate is locked")
        for work in (open_tomorrow, shred_yesterday):
            other.submit(work, record).result(timeout=20)
        sealed = raw.sealed(key, taken.id, {"message": "The gate is locked"})
        session.add(Raw(day=DAY, feedback_id=taken.id, sealed=sealed))
    with record.transaction() as session:
        assert list(raw.read(session, record.keys, [taken.id])) == [taken.id]
