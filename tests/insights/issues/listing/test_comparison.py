"""A period beside another: counts, rates and days of each issue in both."""

import datetime as dt
import re

import pytest

from feedback.record.db import Record
from feedback.record.errors import Malformed
from insights.issues.filters import PieceFilters
from insights.issues.listing.comparison import DayRange, ranges
from tests.insights import made_up
from tests.insights.pages.signed_in import Client, signed_in, words_of

DAY = dt.timedelta(days=1)
LAST = dt.date(2026, 3, 31)


def test_a_period_is_held_against_the_one_before_it_or_the_same_weekdays_a_year_ago() -> None:
    march = PieceFilters(first_day=dt.date(2026, 3, 1), last_day=LAST)
    now, before = ranges(march, "Europe/London")
    assert now.days == before.days == 31 and before.last == dt.date(2026, 2, 28)
    now, year = ranges(march, "Europe/London", "year")
    assert year.last == dt.date(2025, 4, 1) and year.last.weekday() == LAST.weekday()
    assert ranges(march, "Europe/London", "year", LAST, LAST)[1] == DayRange(LAST, LAST)
    assert ranges(PieceFilters(days=7), "Europe/London")[0].days == 7
    with pytest.raises(Malformed):
        ranges(PieceFilters(first_day=LAST, last_day=LAST - DAY), "Europe/London")


@pytest.fixture
def moved(record: Record, blue_badge: str) -> str:
    """An issue with three reports now and one before, one that stopped, and one that stayed; as a query the periods."""
    today = made_up.local_day(made_up.NOW)
    with record.transaction() as session:
        for title, now, before in (("Grew", 3, 1), ("Stopped", 0, 4), ("Stayed", 1, 1)):
            issue = made_up.issue(session, blue_badge, title)
            for number, ago in ((now, 2), (before, 9)):
                for _ in range(number):
                    made_up.report(session, issue, title, said_at=made_up.NOW - ago * DAY)
            made_up.report(session, issue, title, said_at=made_up.NOW - 2 * DAY, weight=0)
    return f"first_day={today - 6 * DAY}&last_day={today}"


def test_what_differs_most_comes_first_with_figures_of_both_periods(
    client: Client, record: Record, admin: dict[str, str], moved: str
) -> None:
    found = client.get(f"/v1/services/blue-badge/comparison?{moved}", headers=admin).json()
    assert (found["pieces"], found["pieces_before"]) == (4, 6)
    rows = [(it["title"], it["count"], it["before"], it["rate"], it["rate_before"]) for it in found["items"]]
    assert rows == [("Stopped", 0, 4, 0.0, 666.7), ("Grew", 3, 1, 750.0, 166.7), ("Stayed", 1, 1, 250.0, 166.7)]
    assert found["items"][1]["daily"] == [0, 0, 0, 0, 3, 0, 0]
    assert sum(found["items"][0]["daily_before"]) == 4
    none = client.get(f"/v1/services/blue-badge/comparison?{moved}&language=cy", headers=admin).json()
    assert none["items"] == [] and none["pieces"] == 0
    assert client.get("/v1/services/blue-badge/comparison?first_day=1990-01-01", headers=admin).status_code == 400


def test_the_page_sets_two_periods_side_by_side(client: Client, record: Record, moved: str) -> None:
    staff = signed_in(client, record)
    page = staff.get(f"/dashboard/blue-badge/compare?{moved}&against=before")
    told = words_of(page).replace("−", "-")
    assert re.search(r"Stopped “ ?\w[^”]*” 0 4 -4 0\.0 before: 666\.7", told), "one sentence stands under each title"
    assert page.text.count("<svg") == 6
    assert "left out: Last day" in words_of(
        staff.get("/dashboard/blue-badge/compare?first_day=2030-01-02&last_day=2030-01-01")
    )
