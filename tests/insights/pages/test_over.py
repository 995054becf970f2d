"""Whoever follows the link of "Over: ..." reads there, and over the API, that it seems to be over."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import update

from feedback.record import access
from feedback.record.access import Role
from feedback.record.db import Record
from feedback.record.models import Signal
from tests.insights import made_up
from tests.insights.pages.signed_in import Client, person_signed_in, words_of

OVER = "It seems to be over. No report for 3 h; normally about 12 in that time."


def outage(record: Record, slug: str, last: dt.timedelta) -> str:
    """Twelve reports in as many quarters of an hour, the last one so long ago. The path of its issue."""
    ended = dt.datetime.now(dt.UTC) - last
    with record.transaction() as session:
        issue = made_up.issue(session, slug)
        came = [ended - n * dt.timedelta(minutes=15) for n in range(12)]
        reports = [made_up.report(session, issue, f"The photo fails {n}", said_at=at) for n, at in enumerate(came)]
        made_up.signal(session, issue, reports)
        since = ended - dt.timedelta(hours=3)
        session.execute(update(Signal).values(since=since, last_report_at=came[0], window_hours=3.0))
        return f"issues/{issue.id}"


def silence(client: Client, record: Record) -> dict[str, Any] | None:
    with record.transaction() as session:
        key = access.create(session, "key", Role.reader, access.service(session, "blue-badge"))
    answer = client.get("/v1/services/blue-badge/emerging", headers={"Authorization": f"Bearer {key}"})
    [issue] = answer.json()["items"]
    found: dict[str, Any] | None = issue["signal"]["now"]["silence"]
    return found


def test_its_page_its_card_todays_list_and_the_api_say_for_how_long_nobody_reported(
    staff: Client, record: Record, blue_badge: str
) -> None:
    path = outage(record, blue_badge, dt.timedelta(hours=3))
    page = words_of(staff.get(f"/dashboard/{path}"))
    assert "and over since" in page and "No report for 3 h; normally about 12 in that time." in page
    assert OVER in words_of(staff.get("/dashboard/blue-badge"))
    assert OVER in words_of(staff.get("/dashboard"))
    assert silence(staff, record) == {"hours": 3.0, "usual": pytest.approx(12, abs=0.2)}


def test_what_was_reported_minutes_ago_is_not_over(staff: Client, record: Record, blue_badge: str) -> None:
    path = outage(record, blue_badge, dt.timedelta(minutes=10))
    seen = words_of(staff.get(f"/dashboard/{path}")) + words_of(staff.get("/dashboard/blue-badge"))
    assert "over since" not in seen and "seems to be over" not in seen
    assert silence(staff, record) is None


def test_it_is_told_in_welsh(client: Client, record: Record, blue_badge: str) -> None:
    outage(record, blue_badge, dt.timedelta(hours=3))
    staff = person_signed_in(client, record, "Ann")
    page = staff.get("/dashboard/blue-badge", headers={"Accept-Language": "cy"})
    assert "Mae’n ymddangos ei fod ar ben. Dim adroddiad ers 3 awr" in words_of(page)
