"""What strikes again after it had ended, as it is stored."""

import datetime as dt

from sqlalchemy import select

from feedback.record import access
from feedback.record.db import Record
from feedback.record.models import Signal
from feedback.record.states import SignalKind, SignalTier
from insights.detection.finding import Finding
from insights.issues import findings
from tests.insights import made_up


def test_a_new_outbreak_takes_the_place_of_the_first_and_tells_when_that_had_ended(
    record: Record, blue_badge: str
) -> None:
    ended = made_up.NOW - dt.timedelta(hours=2)
    with record.transaction() as session:
        issue = made_up.emerging(session, blue_badge)
        again = Finding(
            kind=SignalKind.SURGE,
            tier=SignalTier.SIGNAL,
            issue=str(issue.id),
            since=made_up.NOW,
            observed=5,
            expected=0.1,
            score=8.0,
            chance=0.001,
            window=3,
            feedback_ids=(),
            keys=(),
            channels={"web": 5},
            scope="neighbourhood",
            ended=ended,
        )
        findings.store(session, access.service(session, blue_badge), [again], {}, made_up.NOW)
    with record.transaction() as session:
        first, second = session.scalars(select(Signal).order_by(Signal.ended_at)).all()
        assert (first.kind, "again_after" in first.evidence) == ("new", False)
        assert second.ended_at is None and second.evidence["again_after"] == ended.isoformat()
