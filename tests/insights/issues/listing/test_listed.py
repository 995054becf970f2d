"""Issues narrowed down and put in order, over HTTP as on the page."""

import datetime as dt
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from feedback.record.db import Record
from feedback.record.states import ChannelName
from insights.issues.filters import IssueFilters, named, to_pairs
from tests.insights import made_up

Client = TestClient[Litestar]
HERE = "/v1/services/blue-badge/issues"
DAY = dt.timedelta(days=1)


@pytest.fixture
def three(record: Record, blue_badge: str) -> None:
    """Photo: four reports, of which two are of the north ward; letter: two, long ago, one in Welsh; fee: none."""
    with record.transaction() as session:
        photo = made_up.issue(
            session, blue_badge, "Photo fails", trend="emerging", assignee="Ann", due=dt.date(2026, 1, 2)
        )
        for number in range(4):
            ward = {"ward": "North" if number < 2 else "South: by the sea", "per:son": str(number % 2)}
            more: dict[str, Any] = {
                "attributes": ward,
                "rating": 1 + number,
                "page_url": f"https://a.example/{number}_x",
            }
            made_up.report(session, photo, f"Photo fails {number}", "call" if number else "web", **more)
        letter = made_up.issue(session, blue_badge, "Letter never came", trend="steady", status="acknowledged")
        made_up.report(session, letter, "No letter", said_at=made_up.NOW - 40 * DAY, language="cy")
        made_up.report(session, letter, "Urgent letter", said_at=made_up.NOW - 30 * DAY, urgent={"why": "danger"})
        made_up.issue(session, blue_badge, "Fee is too high")


def listed(client: Client, headers: dict[str, str], query: str) -> list[tuple[str, int | None]]:
    answer = client.get(f"{HERE}?{query}", headers=headers)
    assert answer.status_code == 200, answer.text
    return [(it["title"], it["matching"] and it["matching"]["count"]) for it in answer.json()["items"]]


PHOTO, LETTER = "Photo fails", "Letter never came"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", [(PHOTO, None), (LETTER, None)]),
        ("channel=web", [(LETTER, 2), (PHOTO, 1)]),
        ("channel=web&channel=call", [(PHOTO, 4), (LETTER, 2)]),
        ("language=cy", [(LETTER, 1)]),
        ("rating=1&rating=2", [(PHOTO, 2)]),
        ("attribute=ward:North", [(PHOTO, 2)]),
        ("attribute=ward:North&attribute=ward:South:%20by%20the%20sea", [(PHOTO, 4)]),
        ("attribute=ward:North&attribute=per%253Ason:1", [(PHOTO, 1)]),
        ("page_url=https://a.example/1_", [(PHOTO, 1)]),
        ("page_url=https://a.example/__", []),
        ("urgent=true", [(LETTER, 1)]),
        ("days=7", [(PHOTO, 4)]),
        ("days=35&channel=web", [(LETTER, 1), (PHOTO, 1)]),
        ("trend=emerging&trend=steady&status=acknowledged", [(LETTER, None)]),
        ("assignee=Ann", [(PHOTO, None)]),
        ("unassigned=true", [(LETTER, None)]),
        ("overdue=true", [(PHOTO, None)]),
        ("tone=praise", []),
    ],
)
def test_issues_are_listed_that_hold_what_the_filters_want(
    client: Client, admin: dict[str, str], three: None, query: str, found: list[tuple[str, int | None]]
) -> None:
    assert sorted(listed(client, admin, query), key=str) == sorted(found, key=str)


def test_first_and_last_day_are_the_services_own_and_both_included(
    client: Client, admin: dict[str, str], three: None
) -> None:
    day = made_up.local_day(made_up.NOW - 40 * DAY)
    assert listed(client, admin, f"first_day={day}&last_day={day}") == [(LETTER, 1)]
    assert listed(client, admin, f"last_day={day - DAY}") == []


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("", PHOTO), ("up=true", LETTER), ("sort=title", LETTER), ("sort=title&up=false", PHOTO),
        ("sort=recent", PHOTO),
        ("sort=trend", PHOTO), ("sort=trend&up=true", LETTER), ("sort=status", PHOTO), ("sort=first", PHOTO),
        ("sort=first&up=true", LETTER), ("sort=last&up=true", LETTER), ("sort=channel", PHOTO),
        ("sort=assignee&up=false", PHOTO), ("sort=due", PHOTO), ("sort=due&up=false", PHOTO),
    ],
)  # fmt: skip
def test_a_list_is_sorted_by_any_column_and_what_has_no_value_comes_last(
    client: Client, admin: dict[str, str], three: None, query: str, first: str
) -> None:
    titles = [title for title, _ in listed(client, admin, query)]
    assert titles[0] == first and set(titles) == {PHOTO, LETTER}


@pytest.mark.parametrize(
    "query", ["rating=6", "days=0", "first_day=1492-01-01", "attribute=ward", "sort=luck", "trend=up", "channel="]
)
def test_what_is_no_filter_is_refused(client: Client, admin: dict[str, str], three: None, query: str) -> None:
    assert client.get(f"{HERE}?{query}", headers=admin).status_code == 400


def test_filters_are_the_same_once_they_were_an_address() -> None:
    wanted = IssueFilters(channel=(ChannelName.WEB, ChannelName.SMS), attribute=(named("a:b%", "c"),), up=False, days=7)
    assert to_pairs(wanted) == [
        ("days", "7"), ("channel", "web"), ("channel", "sms"), ("attribute", "a%3Ab%25:c"), ("up", "false")
    ]  # fmt: skip
    assert wanted.attributes() == {"a:b%": ["c"]}


def test_an_export_of_issues_is_what_the_list_shows(client: Client, admin: dict[str, str], three: None) -> None:
    shown = [title for title, _ in listed(client, admin, "sort=title&channel=web")]
    lines = client.get(f"{HERE}.csv?sort=title&channel=web", headers=admin).content.decode("utf-8-sig").splitlines()
    assert [line.split(",")[1] for line in lines[1:]] == shown
    assert ",1,4,4,1,0,0,0,0," in lines[2]  # of four reports one by web, all within seven days
    for ending, begin, kind in (("xlsx", b"PK", "sheet"), ("parquet", b"PAR1", "parquet"), ("jsonl", b"{", "jsonl")):
        answer = client.get(f"{HERE}.{ending}", headers=admin)
        assert answer.content.startswith(begin) and f".{ending}" in answer.headers["content-disposition"]
        assert answer.headers["content-type"].endswith(kind)


def test_feedback_is_exported_in_every_format_narrowed_down_as_it_is_listed(
    client: Client, admin: dict[str, str], three: None
) -> None:
    for ending in ("csv", "xlsx", "jsonl", "parquet"):
        answer = client.get(f"/v1/services/blue-badge/export.{ending}?attribute=ward:North", headers=admin)
        assert answer.status_code == 200 and answer.content
    assert len(client.get("/v1/services/blue-badge/export.jsonl?rating=2", headers=admin).text.splitlines()) == 1
    plain, marked = (
        client.get(f"/v1/services/blue-badge/export.csv{it}", headers=admin) for it in ("", "?marked=true")
    )
    assert plain.content.startswith(b"id,") and marked.content.startswith("\ufeffid,".encode())
