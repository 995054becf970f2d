"""One search finds issues, what people said, themes and notes, in all services of whoever asks and in no other."""

import uuid
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from feedback.record import services
from feedback.record.db import Record
from feedback.record.models import Theme, ThemeIssue, new_id
from insights.issues.decisions import lifecycle
from insights.issues.decisions.lifecycle import IssueDecision
from insights.search.marks import parts
from tests.insights import made_up
from tests.insights.api.test_api import key

Client = TestClient[Litestar]
SECRET = "quokka"
"""A word that stands in Parks alone."""


@pytest.fixture
def parks(record: Record, found: dict[str, uuid.UUID], blue_badge: str) -> uuid.UUID:
    """An issue of another service, with a note, in one theme with an issue of the first."""
    with record.transaction() as session:
        services.add(session, "parks", "Parks")
        issue = made_up.issue(session, "parks", f"The {SECRET} was charged twice")
        made_up.report(session, issue, f"My {SECRET} was charged for two permits")
        lifecycle.decide(session, made_up.EDITOR, issue, IssueDecision(note=f"Asked the supplier about the {SECRET}"))
        theme = Theme(id=new_id(), title=f"Charges of the {SECRET}", centroid=[1.0])
        session.add(theme)
        session.flush()
        session.add_all(ThemeIssue(issue_id=it, theme_id=theme.id) for it in (issue.id, found["Charged twice"]))
        return issue.id


def ask(client: Client, headers: dict[str, str], query: str, **more: Any) -> dict[str, Any]:
    answer = client.get("/v1/search", params={"q": query, **more}, headers=headers)
    assert answer.status_code == 200
    return dict(answer.json())


def test_all_kinds_are_found_in_all_services(client: Client, admin: dict[str, str], parks: uuid.UUID) -> None:
    answer = ask(client, admin, "charged for a permit")
    assert answer["by_meaning"]
    assert {hit["issue"]["service"] for hit in answer["issues"]} == {"blue-badge", "parks"}
    assert {piece["service"] for piece in answer["feedback"]} == {"blue-badge", "parks"}
    assert [theme["title"] for theme in answer["themes"]] == [f"Charges of the {SECRET}"]
    [note] = ask(client, admin, "supplier asked")["notes"]
    assert (note["text"], note["by"], note["issue"]["id"]) == (
        f"note: Asked the supplier about the {SECRET}",
        "an editor",
        str(parks),
    )


def test_an_issue_is_found_by_other_words_with_the_sentence_that_answers_best(
    client: Client, admin: dict[str, str], found: dict[str, uuid.UUID]
) -> None:
    first = ask(client, admin, "cannot send a passport picture")["issues"][0]
    assert (first["issue"]["title"], first["found"]) == ("Photo will not upload", 2)
    assert first["quotes"][0]["text"] == "My picture is refused"


def test_an_issue_is_found_by_its_title_alone(
    record: Record, client: Client, admin: dict[str, str], parks: uuid.UUID
) -> None:
    with record.transaction() as session:
        named = made_up.issue(session, "parks", "Flamingo")
        merged = made_up.issue(session, "parks", "Another flamingo", merged_into=named.id)
    titles = [hit["issue"]["id"] for hit in ask(client, admin, "flamingos")["issues"]]
    assert titles == [str(named.id)] != [str(merged.id)]


def test_who_may_not_see_a_service_is_told_nothing_of_it(client: Client, record: Record, parks: uuid.UUID) -> None:
    mine = key(record, "owner", "blue-badge")
    assert SECRET not in str(ask(client, mine, SECRET))
    answer = ask(client, mine, "charged for a permit twice")
    assert answer["issues"][0]["issue"]["title"] == "Charged twice"
    assert SECRET not in str(answer) and "parks" not in str(answer) and not answer["themes"]
    page = client.get("/search", params={"q": "charged twice"}, headers=mine).text
    assert "Charged twice" in page and SECRET not in page and "Parks" not in page


def test_words_are_marked_in_any_form_and_those_left_out_are_not(
    client: Client, admin: dict[str, str], parks: uuid.UUID
) -> None:
    page = client.get("/search", params={"q": "photos fail -permits"}, headers=admin).text
    assert "The <mark>photo</mark> page <mark>fails</mark> every time" in page
    assert "<mark>permit" not in page and 'lang="en"' in page
    assert "Nothing like this" in client.get("/search", params={"q": "zzzz"}, headers=admin).text
    assert client.get("/search", headers=admin).status_code == 200


def test_parts_of_a_marked_text_make_up_the_text() -> None:
    assert list(parts("a photo", [(2, 7)])) == [("a ", False), ("photo", True), ("", False)]
    assert list(parts("", [])) == [("", False)]


def test_a_query_has_words_and_bounds(client: Client, admin: dict[str, str], parks: uuid.UUID) -> None:
    for query in ("q=%20", "q=a&limit=0", "q=a&limit=51", f"q={'a' * 501}", "limit=5"):
        assert client.get(f"/v1/search?{query}", headers=admin).status_code == 400
    assert len(ask(client, admin, "charged", limit=1)["feedback"]) == 1
    assert client.get("/v1/search?q=a").status_code == 401
