"""You missed this: what staff find becomes an issue with a signal, and what the machine had before it is kept."""

from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import func, select

from feedback.record import access
from feedback.record.access import Role
from feedback.record.db import Record
from feedback.record.models import Feedback, Issue, Regrouping, Signal, Statement
from tests.insights.alerts.people import subscribe
from tests.insights.pages.signed_in import OURS, signed_in, words_of
from tests.insights.raising import waiting
from tests.walking import put, walk
from workers.runtime.actor import Worker

Client = TestClient[Litestar]
Headers = dict[str, str]

GATE = [
    "The barrier at the car park does not open with my badge.",
    "My badge does not open the car park barrier any more.",
    "Car park barrier ignores the badge. Otherwise all is well.",
]
MISSED = "/v1/services/blue-badge/missed"


@pytest.fixture
def said(worker: Worker, blue_badge: str) -> list[str]:
    """The ids of three pieces about a barrier, of which the machine made nothing, among others."""
    put(worker, *GATE, "The barrier stays shut when I show my badge.", "The leaflet is in very small print.")
    walk(worker)
    with worker.record.transaction() as session:
        rows = session.execute(select(Feedback.text, Feedback.id)).all()
        found = {row.text: str(row.id) for row in rows}
        assert session.scalar(select(func.count()).select_from(Signal)) == 0
    return [found[text] for text in GATE]


def editor(record: Record) -> Headers:
    with record.transaction() as session:
        key = access.create(session, "key", Role.editor, access.service(session, "blue-badge"))
    return {"Authorization": f"Bearer {key}"}


def report(client: Client, headers: Headers, said: list[str], **more: Any) -> Any:
    return client.post(MISSED, json={"feedback": said, **more}, headers=headers)


def test_it_becomes_an_issue_with_a_signal_that_is_told(
    client: Client, worker: Worker, admin: Headers, said: list[str]
) -> None:
    subscribe(client, admin)
    answer = report(client, editor(worker.record), said, title="Barrier ignores badges")
    assert answer.status_code == 201, answer.text
    issue = answer.json()
    assert (issue["title"], issue["count"]) == ("Barrier ignores badges", 3)
    assert (issue["signal"]["observed"], issue["signal"]["evidence"]["way"]) == (3, "missed")
    walk(worker)
    assert [alert.type for alert in waiting(worker.record)] == ["signal.new"]
    [emerging] = client.get("/v1/services/blue-badge/emerging", headers=admin).json()["items"]
    assert emerging["id"] == issue["id"]


def test_what_the_machine_had_before_it_is_written_to_the_quality_page(
    client: Client, worker: Worker, admin: Headers, said: list[str]
) -> None:
    issue = report(client, editor(worker.record), said).json()
    assert "barrier" in issue["title"]
    [missed] = client.get("/v1/services/blue-badge/quality", headers=admin).json()["missed"]
    assert missed["issue"] == issue["id"] and missed["observed"] == 3
    assert missed["neighbours"] == 1 and missed["elsewhere"] == 0
    assert 0.5 < missed["loosest"] < 1
    assert missed["expected"] == 0.5, "nothing is usual yet in a service that was just opened"
    signed_in(client, worker.record, Role.reader, "blue-badge")
    assert "What was missed" in words_of(client.get("/dashboard/blue-badge/quality"))


def test_only_what_the_chosen_pieces_have_in_common_moves(client: Client, worker: Worker, said: list[str]) -> None:
    issue = report(client, editor(worker.record), said).json()
    with worker.record.transaction() as session:
        texts = session.scalars(select(Statement.text).where(Statement.issue_id == issue["id"])).all()
    assert len(texts) == 3 and "Otherwise all is well." not in texts


def test_it_is_undone_as_a_regrouping(client: Client, worker: Worker, said: list[str]) -> None:
    headers = editor(worker.record)
    issue = report(client, headers, said).json()
    with worker.record.transaction() as session:
        done = session.scalars(select(Regrouping.id)).one()
    assert client.post(f"/v1/regroupings/{done}/undo", headers=headers).status_code in (200, 204)
    with worker.record.transaction() as session:
        ended = session.get_one(Issue, issue["id"]).ended_at
        assert ended and session.scalars(select(Signal.ended_at)).one()
    assert client.get("/v1/services/blue-badge/quality", headers=headers).json()["missed"] == []


def test_what_is_said_in_another_language_counts_beside_it(client: Client, worker: Worker, said: list[str]) -> None:
    [welsh] = put(worker, "Nid yw rhwystr y maes parcio yn agor gyda fy mathodyn.")
    walk(worker)
    answer = report(client, editor(worker.record), [*said, str(welsh.id)])
    assert answer.status_code == 201, answer.text
    assert answer.json()["by_language"] == {"en": 3, "cy": 1}
    with worker.record.transaction() as session:
        assert session.get_one(Issue, answer.json()["id"]).language == "en"


def test_too_few_or_what_is_not_of_the_service_is_refused(client: Client, worker: Worker, said: list[str]) -> None:
    headers = editor(worker.record)
    for wrong in ([said[0]], [said[0], said[0]], [said[0], "01a226da-8b43-788f-a0d1-c05cc6aa037e"]):
        assert report(client, headers, wrong).status_code == 400


def test_staff_tick_it_in_a_search(client: Client, worker: Worker, said: list[str]) -> None:
    signed_in(client, worker.record, Role.editor, "blue-badge")
    page = client.get("/dashboard/blue-badge/search?q=barrier")
    assert all(f'value="{piece}"' in page.text for piece in said)
    path = "/dashboard/blue-badge/missed"
    again = client.post(path, data={"feedback": said[:1], "q": "barrier"}, headers=OURS)
    assert again.status_code == 400 and "Tick two or more" in again.text and "does not open" in again.text
    made = words_of(client.post(path, data={"feedback": said, "q": "barrier", "title": "Barrier"}, headers=OURS))
    assert "Barrier New problem Status: open" in made and "3 reports since then" in made
    signed_in(client, worker.record, Role.reader, "blue-badge")
    assert "This was missed" not in client.get("/dashboard/blue-badge/search?q=barrier").text
    assert client.post(path, data={"feedback": said}, headers=OURS).status_code == 403
