"""Each night what a service has kept for as long as it keeps feedback expires, batch by batch."""

import datetime as dt

import pytest
from sqlalchemy import select

from feedback.record.db import Record
from feedback.record.models import Feedback, Statement
from feedback.record.states import FeedbackStage
from tests.insights import made_up
from workers.runtime import retention

DAY = dt.timedelta(days=1)


def test_all_that_is_over_expires_however_many_came_at_the_same_moment(
    record: Record, blue_badge: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "PIECES_AT_ONCE", 2)
    with record.transaction() as session:
        issue = made_up.issue(session, blue_badge)
        for days in (1, 5_000, 5_000, 5_000, 5_001, 5_002):
            made_up.report(session, issue, f"It fails {days}", said_at=made_up.NOW - days * DAY)
    for _ in range(2):
        retention.nightly(record, made_up.NOW)
        with record.transaction() as session:
            stages = session.scalars(select(Feedback.stage).order_by(Feedback.received_at)).all()
            assert stages == [FeedbackStage.EXPIRED] * 5 + [FeedbackStage.DONE]
            assert session.scalars(select(Statement.text)).all() == ["It fails 1"]
