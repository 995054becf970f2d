"""What people decide about belonging can be read and undone; so can a refit."""

import datetime as dt
import uuid
from typing import Any

import pytest
from httpx import Response
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select

from feedback.record import services
from feedback.record.db import Record
from feedback.record.models import Action, AuditEntry, Issue, Refit, Statement
from feedback.record.states import Tone
from insights.issues.decisions import reassignment
from tests.insights import made_up
from tests.insights.api.test_api import key

Client = TestClient[Litestar]
Headers = dict[str, str]


def post(client: Client, headers: Headers, path: str, **body: Any) -> Response:
    return client.post(f"/v1/{path}", json=body, headers=headers)


def held(record: Record, issue: uuid.UUID | None) -> list[int]:
    here = Statement.issue_id == issue if issue else Statement.issue_id.is_(None)
    with record.transaction() as session:
        return list(session.scalars(select(Statement.id).where(here).order_by(Statement.id)))


def undo_latest(client: Client, headers: Headers) -> Response:
    latest = client.get("/v1/services/blue-badge/regroupings", headers=headers).json()["items"][0]
    return post(client, headers, f"regroupings/{latest['id']}/undo")


def test_a_merge_is_undone_with_its_actions(
    client: Client, record: Record, admin: Headers, two: tuple[uuid.UUID, uuid.UUID]
) -> None:
    photo, phone = two
    post(client, admin, f"issues/{photo}/actions", what="Release 12")
    post(client, admin, f"issues/{photo}/merge", into=str(phone), reason="The same form")
    assert held(record, phone) == [1, 2, 3, 4]
    answer = undo_latest(client, admin).json()
    assert (answer["kind"], answer["statements"], answer["undone_by"]) == ("merge", 3, "admin of all services")
    assert (held(record, photo), held(record, phone)) == ([1, 2, 3], [4])
    assert client.get(f"/v1/issues/{photo}", headers=admin).json()["merged_into"] is None
    with record.transaction() as session:
        assert session.scalars(select(Action.issue_id)).one() == photo
    assert undo_latest(client, admin).status_code == 409


def test_what_stood_out_before_a_merge_stands_out_again_when_it_is_undone(
    client: Client, record: Record, admin: Headers, blue_badge: str, two: tuple[uuid.UUID, uuid.UUID]
) -> None:
    _, phone = two
    with record.transaction() as session:
        emerging = made_up.emerging(session, blue_badge).id
    post(client, admin, f"issues/{emerging}/merge", into=str(phone))
    assert client.get(f"/v1/issues/{emerging}", headers=admin).json()["signal"] is None
    undo_latest(client, admin)
    assert client.get(f"/v1/issues/{emerging}", headers=admin).json()["signal"]["kind"] == "new"


def test_what_was_decided_since_a_merge_stands_when_it_is_undone(
    client: Client, record: Record, admin: Headers, two: tuple[uuid.UUID, uuid.UUID]
) -> None:
    photo, phone = two
    merge = post(client, admin, f"issues/{photo}/merge", into=str(phone))
    part = post(client, admin, f"issues/{phone}/split", statements=[1], title="Glare").json()["id"]
    assert merge.status_code == 200
    decisions = client.get("/v1/services/blue-badge/regroupings", headers=admin).json()["items"]
    assert [one["kind"] for one in decisions] == ["split", "merge"]
    assert post(client, admin, f"regroupings/{decisions[1]['id']}/undo").status_code == 200
    assert (held(record, photo), held(record, uuid.UUID(part))) == ([2, 3], [1])


def test_a_split_is_undone_with_what_came_since(
    client: Client, record: Record, admin: Headers, two: tuple[uuid.UUID, uuid.UUID]
) -> None:
    photo, _ = two
    part = uuid.UUID(post(client, admin, f"issues/{photo}/split", statements=[1, 2]).json()["id"])
    with record.transaction() as session:
        made_up.report(session, session.get_one(Issue, part), "Glare again")
    assert undo_latest(client, admin).status_code == 200
    assert held(record, photo) == [1, 2, 3, 5]
    listed = client.get("/v1/services/blue-badge/issues", headers=admin).json()["items"]
    assert str(part) not in {issue["id"] for issue in listed}
    assert client.patch(f"/v1/issues/{part}", json={"title": "x"}, headers=admin).status_code == 409


def test_a_statement_is_moved_and_goes_back(
    client: Client, record: Record, admin: Headers, two: tuple[uuid.UUID, uuid.UUID]
) -> None:
    photo, phone = two
    assert post(client, admin, "statements/1/move", issue=str(phone)).status_code == 201
    assert held(record, phone) == [1, 4]
    assert post(client, admin, "statements/1/move", issue=str(phone)).status_code == 400
    undo_latest(client, admin)
    assert held(record, photo) == [1, 2, 3]
    with record.transaction() as session:
        assert session.get_one(Statement, 1).assigned_by != reassignment.BY_PERSON


def test_what_does_not_belong_leaves_the_issue(
    client: Client, record: Record, admin: Headers, two: tuple[uuid.UUID, uuid.UUID]
) -> None:
    photo, _ = two
    assert post(client, admin, f"issues/{photo}/apart", statements=[1, 4]).status_code == 400
    assert post(client, admin, f"issues/{photo}/apart", statements=[1, 2]).status_code == 201
    assert held(record, None) == [1, 2]
    undo_latest(client, admin)
    assert held(record, photo) == [1, 2, 3]
    history = client.get(f"/v1/issues/{photo}/history", headers=admin).json()["items"]
    assert [event["what"] for event in history] == ["apart undone", "statements kept apart"]


def test_who_may_decide(client: Client, record: Record, two: tuple[uuid.UUID, uuid.UUID]) -> None:
    with record.transaction() as session:
        services.add(session, "parks", "Parks")
    photo, phone = two
    body = {"issue": str(phone)}
    assert post(client, key(record, "reader", "blue-badge"), "statements/1/move", **body).status_code == 403
    stranger = key(record, "owner", "parks")
    assert post(client, stranger, "statements/1/move", **body).status_code == 404
    editor = key(record, "editor", "blue-badge")
    post(client, editor, f"issues/{photo}/apart", statements=[1])
    [done] = client.get("/v1/services/blue-badge/regroupings", headers=editor).json()["items"]
    assert post(client, stranger, f"regroupings/{done['id']}/undo").status_code == 404


@pytest.fixture
def refit(record: Record, two: tuple[uuid.UUID, uuid.UUID]) -> tuple[int, uuid.UUID]:
    """A refit that made an issue of statement 3, moved 1 to the other issue and renamed the first; and that issue."""
    photo, phone = two
    with record.transaction() as session:
        known = session.get_one(Issue, photo)
        done = Refit(service_id=known.service_id, model="m2", statements=4, outside=0, placed=4, moved=2, changes={})
        session.add(done)
        session.flush()
        session.add(reassignment.snapshot(done.id, known))
        made = made_up.issue(session, "blue-badge", "Glare")
        lineage = {"kind": "split", "from": str(photo), "to": str(made.id)}
        done.changes = {"new": [str(made.id)], "lineage": [lineage]}
        known.title, known.tone, known.keywords, known.radius = "Uploads", Tone.FILLER, ["upload"], 0.9
        for number, to in ((1, phone), (3, made.id)):
            session.get_one(Statement, number).issue_id = to
        reassignment.note_refit(session, done, [(1, photo, phone), (3, photo, made.id)])
        return done.id, made.id


def test_what_a_refit_changed_is_read_as_a_list(
    client: Client, admin: Headers, two: tuple[uuid.UUID, uuid.UUID], refit: tuple[int, uuid.UUID]
) -> None:
    number, made = refit
    [listed] = client.get("/v1/services/blue-badge/refits", headers=admin).json()["items"]
    assert (listed["id"], listed["new"], listed["moved"], listed["undone_at"]) == (number, 1, 2, None)
    changes = client.get(f"/v1/refits/{number}", headers=admin).json()
    assert [issue["id"] for issue in changes["new"]] == [str(made)]
    assert [(line["kind"], line["other"]["title"]) for line in changes["lineage"]] == [("split", "Glare")]
    flows = {(flow["one"]["id"], flow["other"]["id"]): flow["statements"] for flow in changes["moved"]}
    assert flows == {(str(two[0]), str(two[1])): 1, (str(two[0]), str(made)): 1}


def test_an_undone_refit_leaves_issues_as_they_were(
    client: Client, record: Record, admin: Headers, two: tuple[uuid.UUID, uuid.UUID], refit: tuple[int, uuid.UUID]
) -> None:
    number, made = refit
    assert post(client, admin, f"refits/{number}/undo").json()["undone_by"] == "admin of all services"
    assert (held(record, two[0]), held(record, two[1])) == ([1, 2, 3], [4])
    with record.transaction() as session:
        issue = session.get_one(Issue, two[0])
        assert (issue.title, issue.tone) == ("Photo will not upload", "issue")
        assert (issue.keywords, issue.radius) == (["photo"], 0.5)
        assert session.get_one(Issue, made).ended_at
        assert session.scalar(select(AuditEntry.act).where(AuditEntry.subject == f"refit:{number}")) == "refit undone"
    assert post(client, admin, f"refits/{number}/undo").status_code == 409


def test_what_people_decided_since_a_refit_stands(
    client: Client, record: Record, admin: Headers, two: tuple[uuid.UUID, uuid.UUID], refit: tuple[int, uuid.UUID]
) -> None:
    number, made = refit
    client.patch(f"/v1/issues/{made}", json={"title": "Glare on photos"}, headers=admin)
    client.patch(f"/v1/issues/{two[0]}", json={"title": "My own title"}, headers=admin)
    post(client, admin, f"refits/{number}/undo")
    assert (held(record, made), held(record, two[0])) == ([3], [1, 2])
    assert client.get(f"/v1/issues/{two[0]}", headers=admin).json()["title"] == "My own title"


def test_only_the_newest_refit_is_undone(
    client: Client, record: Record, admin: Headers, refit: tuple[int, uuid.UUID]
) -> None:
    with record.transaction() as session:
        first = session.get_one(Refit, refit[0])
        later = Refit(service_id=first.service_id, model="m3", statements=4, outside=0, moved=0)
        later.changes, later.finished_at = {"new": [], "lineage": []}, dt.datetime.now(dt.UTC)
        session.add(later)
        session.flush()
        second = later.id
    assert post(client, admin, f"refits/{refit[0]}/undo").status_code == 409
    assert post(client, admin, f"refits/{second}/undo").status_code == 200
    assert post(client, admin, f"refits/{refit[0]}/undo").status_code == 200
    assert post(client, key(record, "reader", "blue-badge"), f"refits/{second}/undo").status_code == 403
