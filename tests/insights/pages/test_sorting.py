"""Deciding on a page, without a script, what belongs together; and undoing it there."""

import re
import uuid

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select

from feedback.record.db import Record
from feedback.record.models import Issue, Refit, Statement
from tests.insights import made_up
from tests.insights.api.test_api import key
from workers.runtime.model_loader import Tools

Client = TestClient[Litestar]
Headers = dict[str, str]


def held(record: Record, issue: uuid.UUID) -> set[int]:
    with record.transaction() as session:
        return set(session.scalars(select(Statement.id).where(Statement.issue_id == issue)))


def sort(client: Client, headers: Headers, issue: uuid.UUID, *ticked: int, **values: str) -> str:
    answer = client.post(f"/dashboard/issues/{issue}/sort", data={"statement": list(ticked), **values}, headers=headers)
    return answer.text


def test_ticked_statements_become_an_issue_and_come_back(
    client: Client, record: Record, admin: Headers, two: tuple[uuid.UUID, uuid.UUID]
) -> None:
    photo, _ = two
    page = sort(client, admin, photo, 1, 2, do="split", title="Glare")
    assert held(record, photo) == {3}
    assert "Glare" in page and "was split off" in page
    undo = re.search(r'action="(/dashboard/issues/[^"]+/undo/\d+)"', page)
    assert undo
    client.post(undo[1], headers=admin)
    assert held(record, photo) == {1, 2, 3}


def take_back(client: Client, headers: Headers, page: str) -> None:
    """Presses the button beside the confirmation."""
    beside = page.partition('id="saved"')[2].partition("</form>")[0]
    found = re.search(r'action="([^"]+)"><input type="hidden" name="undo" value="(\d+)"', beside)
    assert found, "there is no way back"
    assert "Undone" in client.post(found[1], data={"undo": found[2]}, headers=headers).text


def test_what_was_just_sorted_is_taken_back_as_a_whole_beside_its_confirmation(
    client: Client, record: Record, admin: Headers, two: tuple[uuid.UUID, uuid.UUID]
) -> None:
    photo, phone = two
    sort(client, admin, photo, 3, do="apart")
    for decision in ({"do": "move", "into": str(phone)}, {"do": "split"}, {"do": "apart"}):
        page = sort(client, admin, photo, 1, 2, **decision)
        assert held(record, photo) == set(), decision
        take_back(client, admin, page)
        assert (held(record, photo), held(record, phone)) == ({1, 2}, {4}), decision


def test_ticked_statements_are_moved_or_kept_out(
    client: Client, record: Record, admin: Headers, two: tuple[uuid.UUID, uuid.UUID]
) -> None:
    photo, phone = two
    sort(client, admin, photo, 1, do="move", into=str(phone))
    sort(client, admin, photo, 2, do="apart")
    assert (held(record, photo), held(record, phone)) == ({3}, {1, 4})


def test_an_issue_is_merged_on_the_page(
    client: Client, record: Record, admin: Headers, two: tuple[uuid.UUID, uuid.UUID]
) -> None:
    photo, phone = two
    found = client.get(f"/dashboard/issues/{photo}/merge", params={"q": "hold"}, headers=admin).text
    assert "Nobody answers the phone" in found and "1 report" in found and "On hold for an hour" in found
    merged = client.post(f"/dashboard/issues/{photo}/merge", data={"other": str(phone), "goes": "this"}, headers=admin)
    assert held(record, photo) == {1, 2, 3, 4} and merged.url.path == f"/dashboard/issues/{photo}"
    take_back(client, admin, merged.text)
    assert (held(record, photo), held(record, phone)) == ({1, 2, 3}, {4})


def test_an_issue_goes_on_as_the_one_that_is_ticked(
    client: Client, record: Record, admin: Headers, two: tuple[uuid.UUID, uuid.UUID]
) -> None:
    photo, phone = two
    client.post(f"/dashboard/issues/{photo}/merge", data={"other": str(phone), "goes": "other"}, headers=admin)
    assert held(record, phone) == {1, 2, 3, 4}


def test_what_is_ticked_to_be_merged_stays_through_another_search_and_an_error(
    client: Client, admin: Headers, two: tuple[uuid.UUID, uuid.UUID]
) -> None:
    photo, phone = two
    ticked = f'value="{phone}" checked'
    again = client.get(f"/dashboard/issues/{photo}/merge", params={"q": "xyzzy", "other": str(phone)}, headers=admin)
    assert ticked in again.text
    two_ticked = {"other": [str(phone), str(uuid.UUID(int=1))], "goes": "other"}
    assert client.post(f"/dashboard/issues/{photo}/merge", data=two_ticked, headers=admin).status_code == 404
    nothing = client.post(f"/dashboard/issues/{photo}/merge", data={"goes": "other", "reason": "Same"}, headers=admin)
    assert nothing.status_code == 400 and 'value="Same"' in nothing.text


def test_what_is_ticked_stays_through_a_search_a_page_and_an_error(
    client: Client, record: Record, admin: Headers, two: tuple[uuid.UUID, uuid.UUID]
) -> None:
    photo, _ = two
    for sent in ({"q": "try 0"}, {"before": "1"}, {"do": "move", "title": "Glare"}):
        page = sort(client, admin, photo, 1, 2, **sent)
        assert 'value="1" checked' in page and 'value="2" checked' in page and 'value="3" checked' not in page
    assert 'value="Glare"' in page
    found = sort(client, admin, photo, 1, q="try 2", every="yes")
    assert 'value="1" checked' in found and 'value="3" checked' in found and 'value="2"' not in found
    assert held(record, photo) == {1, 2, 3}


@pytest.mark.parametrize(
    ("values", "told"),
    [({"do": "split"}, "Tick the statements"), ({"do": "move", "statement": "1"}, "Choose the other issue")],
)
def test_what_is_missing_is_told(
    client: Client, admin: Headers, two: tuple[uuid.UUID, uuid.UUID], values: dict[str, str], told: str
) -> None:
    answer = client.post(f"/dashboard/issues/{two[0]}/sort", data=values, headers=admin)
    assert answer.status_code == 400
    assert told in answer.text and "There is a problem" in answer.text


def test_a_reader_looks_and_decides_nothing(client: Client, record: Record, two: tuple[uuid.UUID, uuid.UUID]) -> None:
    reader = key(record, "reader", "blue-badge")
    assert "checkbox" not in client.get(f"/dashboard/issues/{two[0]}/sort", headers=reader).text
    answer = client.post(f"/dashboard/issues/{two[0]}/sort", data={"statement": "1", "do": "apart"}, headers=reader)
    assert answer.status_code == 403
    assert held(record, two[0]) == {1, 2, 3}


def test_an_issue_falls_into_parts_with_quotes_of_each(
    client: Client, record: Record, admin: Headers, tools: Tools, blue_badge: str
) -> None:
    things = ("The photo upload fails with error {n}", "Nobody answered the phone for {n} minutes")
    texts = [thing.format(n=n) for n in range(20) for thing in things]
    with record.transaction() as session:
        issue = made_up.issue(session, blue_badge, "All sorts")
        for text in texts:
            made_up.report(session, issue, text)
        rows = session.scalars(select(Statement).order_by(Statement.id))
        for said, vector in zip(rows, tools.encode(texts), strict=True):
            said.vector, said.embedded_by = vector.tolist(), tools.model
    found = client.get(f"/v1/issues/{issue.id}/parts", headers=admin).json()["parts"]
    assert sum(part["reports"] for part in found) >= 36
    for part in found:
        photo = ["photo" in quote["text"] for quote in part["quotes"]]
        assert len(photo) == 3
        assert all(photo) or not any(photo)
    assert "What it falls into" in client.get(f"/dashboard/issues/{issue.id}/sort", headers=admin).text
    answer = client.post(
        f"/dashboard/issues/{issue.id}/sort", data={"part": found[1]["statements"][2], "do": "split"}, headers=admin
    )
    assert answer.status_code == 200
    assert held(record, issue.id).isdisjoint(found[1]["statements"]) and held(record, issue.id) >= set(
        found[0]["statements"]
    )


def test_the_quality_page_tells_how_the_machine_does_and_undoes_its_newest_refit(
    client: Client, record: Record, admin: Headers, two: tuple[uuid.UUID, uuid.UUID]
) -> None:
    with record.transaction() as session:
        service = session.get_one(Issue, two[0]).service_id
        for model in ("m1", "m2"):
            done = Refit(service_id=service, model=model, statements=4, outside=0, placed=4, moved=0)
            done.changes = {"new": [], "lineage": []}
            session.add(done)
    page = client.get("/dashboard/blue-badge/quality", headers=admin).text
    assert "100.0%" in page
    assert page.count("Undo this grouping") == 1
    assert (
        "Undo this grouping"
        not in client.get("/dashboard/blue-badge/quality", headers=key(record, "reader", "blue-badge")).text
    )
    assert client.post("/dashboard/elsewhere/refits/2/undo", headers=admin).status_code == 404
    client.post("/dashboard/blue-badge/refits/2/undo", headers=admin)
    assert "/refits/1/undo" in client.get("/dashboard/blue-badge/quality", headers=admin).text


def test_what_people_said_is_searched_on_a_page(
    client: Client, admin: Headers, two: tuple[uuid.UUID, uuid.UUID]
) -> None:
    page = client.get("/dashboard/blue-badge/search", params={"q": 'hold -"<b>"'}, headers=admin).text
    assert "On <mark>hold</mark> for an hour" in page
    assert f"/dashboard/issues/{two[1]}" in page
    assert "&lt;b&gt;" in page
    assert client.get("/dashboard/blue-badge/search", headers=admin).status_code == 200
