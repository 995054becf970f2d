"""Nobody who reads what is published finds out what one person said, or that they said anything, by asking cleverly."""

import itertools
import uuid
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from feedback.record.db import Record
from feedback.record.models import Issue
from tests.insights import made_up
from tests.insights.replies.test_published import PAGE, publish

Client = TestClient[Litestar]
NARROWING = (
    {"since": "2026-01-01T10:00:00Z", "until": "2026-01-01T10:01:00Z"},
    {"from": "2026-01-01", "to": "2026-01-01"},
    {"date": "2026-01-01"},
    {"channel": "call"},
    {"language": "cy"},
    {"days": "1"},
    {"limit": "1"},
)
FORMS = ("", ".csv", ".atom")


@pytest.fixture
def published(client: Client, record: Record, admin: dict[str, str], blue_badge: str) -> dict[int, uuid.UUID]:
    """By how many reported each, two issues that are published: one of too few, one of enough."""
    found = {}
    with record.transaction() as session:
        for times in (9, 12):
            issue = made_up.issue(session, blue_badge, f"An issue of {times}")
            for _ in range(times):
                made_up.report(session, issue, "A citizen's own words")
            found[times] = issue.id
    for issue_id in found.values():
        publish(client, admin, issue_id)
    return found


@pytest.mark.usefixtures("published")
def test_no_filter_narrows_down_what_is_published(client: Client) -> None:
    for form, narrowed in itertools.product(FORMS, NARROWING):
        plain = client.get(f"{PAGE}{form}", params={"lang": "en"}).text
        assert client.get(f"{PAGE}{form}", params={"lang": "en", **narrowed}).text == plain, (form, narrowed)
        assert "own words" not in plain and "9 reports" not in plain and ",9," not in plain


def test_the_tenth_report_and_any_further_one_cannot_be_watched_coming_in(
    client: Client, record: Record, published: dict[int, uuid.UUID]
) -> None:
    before = [client.get(f"{PAGE}{form}?lang=en").text for form in FORMS]
    with record.transaction() as session:
        for issue_id in published.values():
            made_up.report(session, session.get_one(Issue, issue_id), "One person more")
    assert [client.get(f"{PAGE}{form}?lang=en").text for form in FORMS] == before


@pytest.mark.parametrize("more", [{"urgent": "danger"}, {"verdicts": [{"name": "abuse"}]}, {"stage": "clean"}])
def test_open311_shows_nothing_that_is_urgent_doubtful_or_not_yet_redacted_whoever_asks_for_its_minute(
    client: Client, record: Record, blue_badge: str, more: dict[str, Any]
) -> None:
    with record.transaction() as session:
        issue = made_up.issue(session, blue_badge)
        hidden = made_up.report(session, issue, "I am afraid at home", caller="open311", **more)
        made_up.report(session, issue, "Told by text message", "sms")
        at = hidden.received_at
    minute = {"start_date": at.replace(microsecond=0).isoformat(), "end_date": made_up.NOW.isoformat()}
    listed = client.get("/open311/v2/requests.json", params=minute)
    assert listed.status_code == 200
    assert "afraid" not in listed.text and "text message" not in listed.text
    assert "afraid" not in client.get(f"/open311/v2/requests/{hidden.id}.json").text


@pytest.mark.parametrize("number", ["0", "-1", "1e3", "00001" + "9" * 30, "00001" + "9" * 5_000, "\u0661", ""])
def test_a_page_that_nobody_means_is_refused_or_the_first(client: Client, number: str) -> None:
    for name in ("page", "page_size"):
        answer = client.get("/open311/v2/requests.json", params={name: number})
        assert answer.status_code == (400 if number else 200), number[:10]
