"""What is meant for another service goes there, receipt and all; who may not see that service reads no word of it."""

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from feedback.record import access, receipts, services
from feedback.record.db import Record
from feedback.record.models import (
    Alert,
    AuditEntry,
    Delivery,
    Feedback,
    HeldRaw,
    Issue,
    Signal,
    Statement,
    Subscription,
    new_id,
)
from feedback.record.states import FeedbackStage, TitledBy
from insights.alerts import payload
from insights.detection import window_cache
from insights.issues.tallies import tallies
from insights.issues.tallies.keeping import refresh
from tests.insights import made_up
from tests.insights.api.test_api import key

Client = TestClient[Litestar]
Headers = dict[str, str]
SECRET = "quokka"


@dataclass(frozen=True, slots=True)
class Scene:
    """An issue of Blue Badge that Parks should see to, and who may ask."""

    issue: uuid.UUID
    pieces: list[uuid.UUID]
    editor: Headers
    reader: Headers
    parks: Headers


@pytest.fixture
def scene(record: Record, blue_badge: str) -> Scene:
    with record.transaction() as session:
        services.add(session, "parks", "Parks and Gardens")
        issue = made_up.issue(session, blue_badge, f"The {SECRET} bites")
        pieces = [made_up.report(session, issue, f"The {SECRET} bites, try {n}", external_id=str(n)) for n in range(3)]
        made_up.signal(session, issue, pieces)
        other = made_up.issue(session, blue_badge, "Nobody answers the phone")
        made_up.report(session, other, "On hold for an hour")
        pieces[0].receipt = receipts.fresh()
        identity, ids = issue.id, [piece.id for piece in pieces]
    roles = [
        key(record, role, slug) for role, slug in (("editor", blue_badge), ("reader", blue_badge), ("owner", "parks"))
    ]
    return Scene(identity, ids, *roles)


def give(client: Client, scene: Scene, what: str, *, to: str = "parks", headers: Headers | None = None) -> int:
    wanted = {"to": to, "reason": "They keep the animals"}
    return client.post(f"/v1/{what}/hand-over", json=wanted, headers=headers or scene.editor).status_code


def pages(scene: Scene) -> Iterator[str]:
    yield from ("/dashboard", "/v1/themes", "/search?q=bites", "/v1/search?q=bites")
    for page in ("", "/feedback", "/alerts", "/quality", "/outcomes", "/search?q=bites", "/handed-over"):
        yield f"/dashboard/blue-badge{page}"
    for page in (
        "issues",
        "emerging",
        "feedback",
        "export.csv",
        "search?q=bites",
        "quality",
        "summary",
        "hand-overs",
    ):
        yield f"/v1/services/blue-badge/{page}"
    yield from (
        f"/dashboard/issues/{scene.issue}",
        f"/dashboard/issues/{scene.issue}/sort",
        f"/v1/issues/{scene.issue}",
    )


def test_a_piece_is_its_new_owners_who_see_where_it_came_from(client: Client, record: Record, scene: Scene) -> None:
    assert give(client, scene, f"feedback/{scene.pieces[0]}", to="parks AND gardens") == 201
    path = f"/v1/feedback/{scene.pieces[0]}"
    assert client.get(path, headers=scene.reader).status_code == 404
    piece = client.get(path, headers=scene.parks).json()
    assert (piece["text"], piece["came_from"]["name"]) == (f"The {SECRET} bites, try 0", "Blue Badge")
    assert "They keep the animals" in client.get(f"/dashboard/feedback/{piece['id']}", headers=scene.parks).text
    with record.transaction() as session:
        moved = session.get_one(Feedback, scene.pieces[0])
        said = session.scalars(select(Statement).where(Statement.feedback_id == moved.id)).one()
        assert (moved.stage, moved.noticed, said.issue_id) == (FeedbackStage.GROUP, False, None)
        assert said.service_id == moved.service_id == access.service(session, "parks").id
        issue = session.get_one(Issue, scene.issue)
        assert said.id not in issue.quotes and tallies(session, [issue.id])[issue.id].count == 2


def test_a_service_is_found_by_its_name_in_any_language(client: Client, record: Record, scene: Scene) -> None:
    with record.transaction() as session:
        services.set_properties(access.service(session, "parks"), {"names": {"cy": "Parciau a Gerddi"}})
    assert give(client, scene, f"feedback/{scene.pieces[0]}", to="parciau a gerddi") == 201
    given = client.get("/dashboard/blue-badge/handed-over", headers=scene.editor | {"Accept-Language": "cy"})
    assert "Parciau a Gerddi" in given.text and "Parks and Gardens" not in given.text


def test_the_receipt_follows_and_a_row_without_words_stays(client: Client, record: Record, scene: Scene) -> None:
    with record.transaction() as session:
        code = session.get_one(Feedback, scene.pieces[0]).receipt
    give(client, scene, f"feedback/{scene.pieces[0]}")
    assert client.get(f"/v1/receipts/{code}").json()["service"] == "parks"
    with record.transaction() as session:
        stays = session.scalars(select(Feedback).where(Feedback.stands_for == scene.pieces[0])).one()
        assert (stays.external_id, stays.text, stays.stage) == ("0", None, FeedbackStage.HANDED_OVER)
        assert client.get(f"/v1/receipts/{stays.receipt}").json()["service"] == "parks"


def test_no_word_of_an_issue_is_read_where_it_was(client: Client, record: Record, scene: Scene) -> None:
    before = "".join(client.get(path, headers=scene.reader).text for path in pages(scene))
    assert before.count(SECRET) > 10
    assert give(client, scene, f"issues/{scene.issue}") == 201
    for path in pages(scene):
        answer = client.get(path, headers=scene.reader)
        assert (answer.status_code, SECRET in answer.text) == (200, False), path


def test_an_issue_is_one_again_over_there_and_its_counts_follow(client: Client, record: Record, scene: Scene) -> None:
    assert give(client, scene, f"issues/{scene.issue}") == 201
    found = client.get("/v1/services/parks/issues", headers=scene.parks).json()["items"]
    assert [(it["title"], it["count"], len(it["quotes"])) for it in found] == [(f"The {SECRET} bites", 3, 3)]
    history = client.get(f"/v1/issues/{found[0]['id']}/history", headers=scene.parks).text
    assert "handed over by Blue Badge" in history
    with record.transaction() as session:
        while refresh(session):
            pass
        assert tallies(session, [scene.issue]).get(scene.issue) is None
        assert session.scalars(select(Signal.ended_at)).one() is not None
        audited = session.execute(select(AuditEntry.service_id).where(AuditEntry.act == "handed over")).scalars()
        assert len(set(audited)) == 2


def test_the_page_of_an_issue_that_was_given_says_where_it_went(client: Client, scene: Scene) -> None:
    page, told = f"/dashboard/issues/{scene.issue}", "This was handed over to Parks and Gardens"
    assert told not in client.get(page, headers=scene.reader).text
    assert "What else you can do" in client.get(page, headers=scene.editor).text
    give(client, scene, f"issues/{scene.issue}")
    given = client.get(page, headers=scene.reader).text
    assert "What else you can do" not in client.get(page, headers=scene.editor).text, "it is to be seen to over there"
    assert told in given and 'href="/dashboard/blue-badge/handed-over"' in given and "What you do next" not in given
    client.post("/v1/hand-overs/1/take-back", headers=scene.editor)
    assert told not in client.get(page, headers=scene.reader).text


def test_it_can_be_taken_back_once(client: Client, record: Record, scene: Scene) -> None:
    give(client, scene, f"issues/{scene.issue}")
    [done] = client.get("/v1/services/blue-badge/hand-overs", headers=scene.reader).json()["items"]
    assert (done["to"], done["pieces"], done["taken_back_at"]) == ("Parks and Gardens", 3, None)
    path = f"/v1/hand-overs/{done['id']}/take-back"
    assert [client.post(path, headers=who).status_code for who in (scene.reader, scene.parks)] == [403, 404]
    assert client.post(path, headers=scene.editor).json()["taken_back_by"]
    assert client.post(path, headers=scene.editor).status_code == 409
    issue = client.get(f"/v1/issues/{scene.issue}", headers=scene.reader).json()
    assert (issue["title"], issue["count"], len(issue["quotes"])) == (f"The {SECRET} bites", 3, 3)
    assert issue["signal"], "what stood out stands out again"
    assert client.get("/v1/services/parks/issues", headers=scene.parks).json()["items"] == []
    assert client.get(f"/v1/feedback/{scene.pieces[0]}", headers=scene.parks).status_code == 404
    assert SECRET not in client.get("/v1/services/parks/feedback", headers=scene.parks).text
    assert give(client, scene, f"issues/{scene.issue}") == 201


@pytest.mark.parametrize("by_person", [True, False], ids=["a-colleague-named-it", "others-say-the-like"])
def test_what_they_call_it_over_there_does_not_come_back(
    client: Client, record: Record, scene: Scene, by_person: bool
) -> None:
    give(client, scene, f"issues/{scene.issue}")
    [there] = client.get("/v1/services/parks/issues", headers=scene.parks).json()["items"]
    with record.transaction() as session:
        made = session.get_one(Issue, uuid.UUID(there["id"]))
        made.title, made.titled_by = "Warden Jones is asleep", TitledBy.PERSON if by_person else TitledBy.MACHINE
        made_up.report(session, made, "Warden Jones is asleep") if not by_person else None
    assert client.post("/v1/hand-overs/1/take-back", headers=scene.editor).status_code == 200
    issue = client.get(f"/v1/issues/{scene.issue}", headers=scene.reader).json()
    assert issue["title"] == f"The {SECRET} bites, try 0"


def test_only_editors_give_and_only_what_can_be_given(client: Client, record: Record, scene: Scene) -> None:
    piece = f"feedback/{scene.pieces[0]}"
    for who, status in ((scene.reader, 403), (scene.parks, 404), ({}, 401)):
        assert client.post(f"/v1/{piece}/hand-over", json={"to": "parks"}, headers=who).status_code == status
    assert [give(client, scene, piece, to=name) for name in ("blue-badge", "nowhere")] == [400, 400]
    with record.transaction() as session:
        session.add(HeldRaw(feedback_id=scene.pieces[0], wrapped_key=b"", sealed=b""))
        session.execute(update(Feedback).where(Feedback.id == scene.pieces[1]).values(stage=FeedbackStage.CLEAN))
        there = made_up.issue(session, "parks", "Benches")
        made_up.report(session, there, "A bench is broken", external_id="2")
    given = [give(client, scene, f"feedback/{identity}") for identity in scene.pieces]
    assert given == [403, 409, 409]
    owner = key(record, "owner", "blue-badge")
    assert give(client, scene, piece, headers=owner) == 201


def test_what_a_receiver_of_the_old_service_answered_quotes_it_no_more(
    client: Client, record: Record, scene: Scene
) -> None:
    with record.transaction() as session:
        piece = session.get_one(Feedback, scene.pieces[0])
        told = Subscription(
            id=new_id(), service_id=piece.service_id, kind="webhook", stage="open", shown="", sealed=b""
        )
        facts = {"feedback_ids": [str(piece.id)]}
        alert = Alert(
            service_id=piece.service_id, type="new", cause="n", facts=facts, state="sent", issue_id=scene.issue
        )
        session.add_all([told, alert])
        session.flush()
        answered = {"outcome": "delivered", "seconds": 0.1, "answer": f"got: The {SECRET} bites"}
        session.add(Delivery(subscription_id=told.id, alert_ids=[alert.id], **answered))
    assert SECRET in client.get("/v1/deliveries", headers=scene.reader).text
    give(client, scene, f"feedback/{scene.pieces[0]}")
    assert SECRET not in client.get("/v1/deliveries", headers=scene.reader).text


def test_an_urgent_alert_of_the_old_service_quotes_it_no_more(client: Client, record: Record, scene: Scene) -> None:
    def quoted(session: Session) -> str:
        return str([payload.event(session, alert, "") for alert in session.scalars(select(Alert))])

    with record.transaction() as session:
        piece = session.get_one(Feedback, scene.pieces[0])
        piece.urgent = {"kind": "danger", "reason": f"the {SECRET} bites"}
        service = access.service(session, "blue-badge")
        frozen = payload.for_urgent(service, piece)
        session.add(Alert(service_id=service.id, type="urgent", cause="u", facts=frozen, state="sent"))
        session.flush()
        assert SECRET in quoted(session)
    give(client, scene, f"feedback/{scene.pieces[0]}")
    with record.transaction() as session:
        mine = session.scalars(select(Alert).where(Alert.cause == "u")).one()
        assert SECRET not in str(payload.event(session, mine, ""))
        new = session.scalars(select(Alert.service_id).where(Alert.cause == f"urgent:{scene.pieces[0]}")).all()
        assert set(new) <= {access.service(session, "parks").id}


def test_the_detector_forgets_what_went_away(client: Client, record: Record, scene: Scene) -> None:
    now = dt.datetime.now(dt.UTC)
    with record.transaction() as session:
        vector = [1.0, 0.0]
        session.execute(update(Statement).values(vector=vector, embedded_by="m"))
        session.execute(update(Feedback).values(noticed=True))
        service = access.service(session, "blue-badge").id
    with record.transaction() as session:
        window = window_cache.refresh(session, service, None, now).window
    assert len(window.state.observations) == 4
    give(client, scene, f"issues/{scene.issue}")
    with record.transaction() as session:
        again = window_cache.refresh(session, service, window, now).window
        assert len(again.state.observations) == 1
        assert session.scalar(text("SELECT count(*) FROM feedback")) == 7


def test_the_pages_hand_over_say_so_and_take_back(client: Client, record: Record, scene: Scene) -> None:
    form = f"/dashboard/issues/{scene.issue}/hand-over"
    assert "3 reports" in client.get(form, headers=scene.editor).text
    wrong = client.post(form, data={"to": "nowhere", "reason": "Animals"}, headers=scene.editor)
    assert wrong.status_code == 400 and 'value="nowhere"' in wrong.text and "Animals" in wrong.text
    done = client.post(form, data={"to": "Parks and Gardens"}, headers=scene.editor)
    assert done.url.path == "/dashboard/blue-badge/handed-over" and "Handed over." in done.text
    assert "Parks and Gardens" in done.text
    assert "no longer kept" not in done.text, "its title went along with its words"
    back = client.post("/dashboard/hand-overs/1/take-back", headers=scene.editor)
    assert "Undone" in back.text and "Take it back" not in back.text
    piece = f"/dashboard/feedback/{scene.pieces[0]}/hand-over"
    assert SECRET in client.get(piece, headers=scene.editor).text
    assert client.get(piece, headers=scene.reader).status_code == 403
