"""The days of large issues are told from what is kept, as they would be counted."""

import datetime as dt
import random

import pytest
from sqlalchemy import update

from feedback.record import access
from feedback.record.db import Record
from feedback.record.models import Feedback, IssueDayTally, Statement
from insights.issues.counts_over_time import daily_reports, day_spans
from insights.issues.tallies import keeping, over_time
from insights.issues.tallies.keeping import refresh
from tests.insights import made_up

DAY, HOUR = dt.timedelta(days=1), dt.timedelta(hours=1)
DAYS = [dt.date(2026, 10, 23) + back * DAY for back in range(6)]
"""With the last Sunday of October."""


@pytest.fixture(autouse=True)
def all_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "LARGE", 1)
    monkeypatch.setattr(over_time, "ENTRIES_A_SPAN", 0)


@pytest.mark.parametrize("zone", ["Europe/London", "Asia/Kathmandu", "America/St_Johns", "UTC"])
def test_days_of_a_services_clocks_are_told_from_those_of_utc(record: Record, blue_badge: str, zone: str) -> None:
    dice = random.Random(zone)
    with record.transaction() as session:
        service = access.service(session, blue_badge)
        service.stored_properties = {"time_zone": zone}
        issues = [made_up.issue(session, blue_badge) for _ in range(2)]
        begin = day_spans(service, DAYS)[0].begin
        for hours in range(-30, 190):
            piece = made_up.report(session, dice.choice(issues), "x", said_at=begin + hours * HOUR / 2)
            piece.weight = min(dice.randrange(3), 1)
        more = {"feedback_id": piece.id, "service_id": service.id, "said_at": piece.said_at}
        session.add(Statement(**more, issue_id=issues[0].id, **made_up.problem("and more")))
        session.flush()
        refresh(session)
        ids = [issue.id for issue in issues]
        counted = daily_reports(session, service, DAYS, ids)
        assert over_time.daily(session, service, DAYS, ids) == counted
        late = made_up.report(session, issues[0], "x", said_at=begin + 30 * HOUR)
        session.flush()
        counted[issues[0].id][DAYS.index(late.said_at.astimezone(begin.tzinfo).date())] += 1
        assert over_time.daily(session, service, DAYS, ids) == counted


def test_a_day_that_has_not_changed_is_read_from_what_was_kept(record: Record, blue_badge: str) -> None:
    with record.transaction() as session:
        service, issue = access.service(session, blue_badge), made_up.issue(session, blue_badge)
        for day in DAYS:
            made_up.report(session, issue, "x", said_at=dt.datetime.combine(day, dt.time(12), dt.UTC))
        refresh(session)
        session.execute(update(IssueDayTally).values(reports=41))
        made_up.report(session, issue, "x", said_at=dt.datetime.combine(DAYS[2], dt.time(12), dt.UTC))
        session.flush()
        assert over_time.daily(session, service, DAYS, [issue.id]) == {issue.id: [41, 41, 2, 41, 41, 41]}
        session.execute(update(Feedback).values(weight=0))
        assert over_time.daily(session, service, DAYS, [issue.id]) == {issue.id: [0] * 6}


def test_where_little_was_said_it_is_counted_rather_than_made_up_of_spans(
    record: Record, blue_badge: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(over_time, "ENTRIES_A_SPAN", 100)
    with record.transaction() as session:
        service, issue = access.service(session, blue_badge), made_up.issue(session, blue_badge)
        made_up.report(session, issue, "x", said_at=dt.datetime.combine(DAYS[0], dt.time(12), dt.UTC))
        refresh(session)
        session.execute(update(IssueDayTally).values(reports=41))
        assert over_time.daily(session, service, DAYS, [issue.id]) == {issue.id: [1, 0, 0, 0, 0, 0]}
