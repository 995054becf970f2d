"""The list of issues read broad, over HTTP, as a file and on the page."""

from typing import Any

import pytest

from feedback.record.access import Role
from feedback.record.db import Record
from tests.insights import made_up
from tests.insights.pages.signed_in import OURS, Client, person_signed_in, words_of

HERE = "/v1/services/blue-badge/issues"
PAGE = "/dashboard/blue-badge?breadth=broad"


@pytest.fixture
def subjects(record: Record, blue_badge: str) -> None:
    """Photo and scan are one subject, of three and two reports; the fee stands alone, with four."""
    with record.transaction() as session:
        photo = made_up.issue(session, blue_badge, "Photo fails", trend="steady", titles={"en": "Photo fails"})
        scan = made_up.issue(session, blue_badge, "Scan fails", trend="new", broad_id=photo.id)
        photo.broad_id = photo.id
        fee = made_up.issue(session, blue_badge, "Fee is too high", trend="fading")
        by = {photo: ("web", "web", "call"), scan: ("web", "sms"), fee: ("web", "web", "web", "web")}
        for issue, channels in by.items():
            reports = [made_up.report(session, issue, f"{issue.title} {n}", it) for n, it in enumerate(channels)]
            if issue is scan:
                made_up.signal(session, issue, reports)


def listed(client: Client, headers: dict[str, str], query: str) -> list[dict[str, Any]]:
    answer = client.get(f"{HERE}?{query}", headers=headers)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def test_read_broad_issues_of_one_subject_are_one_row_whose_figures_are_their_sums(
    client: Client, admin: dict[str, str], subjects: None
) -> None:
    both, fee = listed(client, admin, "breadth=broad")
    assert (both["title"], both["count"], both["raw"], both["recent"]) == ("Photo fails", 5, 5, 5)
    assert both["by_channel"] == {"web": 3, "call": 1, "sms": 1} and both["matching"] is None
    assert [(it["title"], it["count"]) for it in both["broad"]["issues"]] == [("Photo fails", 3), ("Scan fails", 2)]
    assert (both["trend"], both["broad"]["trends"]) == ("new", {"new": 1, "steady": 1})
    assert (both["broad"]["signals"], both["signal"]["observed"]) == (1, 2)
    assert (fee["title"], fee["count"], fee["broad"]) == ("Fee is too high", 4, None)
    assert [it["title"] for it in listed(client, admin, "")] == ["Fee is too high", "Photo fails", "Scan fails"]


def test_a_broad_row_holds_what_the_filters_leave_of_it_and_is_named_by_what_is_shown(
    client: Client, admin: dict[str, str], subjects: None
) -> None:
    [both, fee] = listed(client, admin, "breadth=broad&channel=web&sort=reports&up=true")
    assert (both["count"], both["matching"]["count"], fee["matching"]["count"]) == (5, 3, 4)
    assert [it["count"] for it in both["broad"]["issues"]] == [2, 1]
    [scan] = listed(client, admin, "breadth=broad&trend=new")
    assert (scan["title"], scan["broad"]) == ("Scan fails", None)


def test_pages_of_a_list_read_broad_hold_together(client: Client, admin: dict[str, str], subjects: None) -> None:
    first = client.get(f"{HERE}?breadth=broad&limit=1", headers=admin).json()
    second = client.get(f"{HERE}?breadth=broad&limit=1&cursor={first['next_cursor']}", headers=admin).json()
    assert [it["title"] for it in (*first["items"], *second["items"])] == ["Photo fails", "Fee is too high"]
    assert second["next_cursor"] is None


def test_an_export_read_broad_says_how_many_issues_a_row_holds(
    client: Client, admin: dict[str, str], subjects: None
) -> None:
    text = client.get(f"{HERE}.csv?breadth=broad", headers=admin).content.decode("utf-8-sig")
    head, both, fee = (line.split(",") for line in text.splitlines())
    assert head[-1] == "issues" and (both[1], both[-1], fee[-1]) == ("Photo fails", "2", "1")
    assert client.get(f"{HERE}.csv?breadth=wide", headers=admin).status_code == 400


def test_the_page_can_be_read_broad_and_a_saved_view_remembers_it(
    client: Client, record: Record, subjects: None
) -> None:
    editor = person_signed_in(client, record, "Ann", Role.editor)
    fine, broad = editor.get("/dashboard/blue-badge"), editor.get(PAGE)
    assert "2 subjects" in words_of(broad) and "with 1 more" in words_of(broad)
    assert "Steady: 1" in words_of(broad) and "1 emerging" in words_of(broad)
    assert "With all that are ticked" in words_of(fine) and "With all that are ticked" not in words_of(broad)
    assert 'href="/dashboard/blue-badge?breadth=broad#issues"' in fine.text and "Filter (" not in broad.text
    editor.post("/dashboard/blue-badge/views", data={"name": "At a glance", "view": PAGE.split("?")[1]}, headers=OURS)
    assert (
        'href="/dashboard/blue-badge?breadth=broad#issues"><bdi>At a glance' in editor.get("/dashboard/blue-badge").text
    )
    assert editor.get("/dashboard/blue-badge/compare?breadth=broad&days=7").status_code == 200
