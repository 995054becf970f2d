"""What else of a service can be read: its export, its quality, its audit, the evidence of its issues."""

import csv
import datetime as dt
import io
import uuid
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import delete, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from feedback.record import access, services
from feedback.record.db import Record
from feedback.record.errors import NotAuthentic
from feedback.record.models import Feedback, Issue, Refit, Service, Statement
from insights.issues.filters import FeedbackFilters
from insights.issues.queries import feedback_export as exporting
from insights.issues.queries.issues import quotes
from tests.insights import made_up
from tests.insights.api.test_api import key
from tests.insights.pages.signed_in import words_of

Client = TestClient[Litestar]
PLACES = ["audit", "export.csv", "quality"]


@pytest.fixture
def issue(record: Record, blue_badge: str) -> uuid.UUID:
    """An issue with a report from the website and one by phone, the first of which looks like a formula."""
    with record.transaction() as session:
        made = made_up.issue(session, blue_badge)
        made_up.report(session, made, "=HYPERLINK(1) fails", hidden={"PERSON": 2, "PHONE": 1})
        verdict = {"name": "spam", "reason": "Reads like an advertisement"}
        made_up.report(session, made, "Page fails", "call", verdicts=[verdict], confidence=0.5, hidden={"PERSON": 1})
        return made.id


def rows(client: Client, headers: dict[str, str], query: str = "") -> list[dict[str, str]]:
    answer = client.get(f"/v1/services/blue-badge/export.csv{query}", headers=headers)
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(io.StringIO(answer.text)))


def quality(client: Client, headers: dict[str, str]) -> dict[str, Any]:
    return dict(client.get("/v1/services/blue-badge/quality", headers=headers).json())


@pytest.mark.parametrize("what", PLACES)
def test_another_service_is_not_found(client: Client, record: Record, blue_badge: str, what: str) -> None:
    with record.transaction() as session:
        services.add(session, "parks", "Parks")
    mine = key(record, "owner", "parks")
    assert client.get(f"/v1/services/{blue_badge}/{what}", headers=mine).status_code == 404
    assert client.get(f"/v1/services/parks/{what}", headers=mine).status_code == 200
    assert client.get(f"/v1/services/parks/{what}").status_code == 401


def test_all_feedback_is_exported_with_its_issues(client: Client, admin: dict[str, str], issue: uuid.UUID) -> None:
    found = rows(client, admin)
    assert [row["channel"] for row in found] == ["call", "web"]
    assert {row["issue_ids"] for row in found} == {str(issue)}
    assert {row["issue_titles"] for row in found} == {"Photo will not upload"}


def test_no_cell_is_a_formula(client: Client, admin: dict[str, str], issue: uuid.UUID) -> None:
    assert rows(client, admin)[1]["text"] == "'=HYPERLINK(1) fails"


@pytest.mark.parametrize(
    ("query", "count"),
    [("?channel=call", 1), ("?since=2000-01-01T00:00:00", 2), ("?until=2000-01-01T00:00:00Z", 0), ("?language=cy", 0)],
)
def test_what_is_exported_can_be_chosen(
    client: Client, admin: dict[str, str], issue: uuid.UUID, query: str, count: int
) -> None:
    assert len(rows(client, admin, query)) == count
    assert len(client.get(f"/v1/services/blue-badge/feedback{query}", headers=admin).json()["items"]) == count


def test_an_export_of_many_pages_holds_each_piece_once(
    client: Client, record: Record, admin: dict[str, str], issue: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "ROWS_PER_TRANSACTION", 2)
    with record.transaction() as session:
        found = session.get_one(Issue, issue)
        for number in range(5):
            made_up.report(session, found, f"Once more {number}")
    ids = [row["id"] for row in rows(client, admin)]
    assert len(ids) == len(set(ids)) == 7
    assert len(rows(client, admin, f"?issue={issue}")) == 7
    assert rows(client, admin, f"?issue={uuid.uuid4()}") == []


def test_an_export_that_cannot_be_read_fails_before_anything_was_answered(
    client: Client, admin: dict[str, str], issue: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> Any:
        raise OperationalError("SELECT", {}, Exception("the server closed the connection"))

    monkeypatch.setattr(exporting, "feedback_page", away)
    assert client.get("/v1/services/blue-badge/export.csv", headers=admin).status_code == 503


def test_an_export_stops_at_the_page_before_which_its_key_was_revoked(
    record: Record, issue: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "ROWS_PER_TRANSACTION", 1)
    secret = key(record, "reader", "blue-badge")["Authorization"].removeprefix("Bearer ")

    def service_of(session: Session) -> Service:
        return access.service_for(session, access.identify(session, secret, "key"), "blue-badge")

    pages = exporting.batches(record, service_of, FeedbackFilters())
    assert len(next(pages)) == 1
    with record.transaction() as session:
        access.revoke(session, access.identify(session, secret, "key").credential_id)
    with pytest.raises(NotAuthentic):
        next(pages)


def test_who_exported_stands_in_the_audit_by_name(client: Client, record: Record, issue: uuid.UUID) -> None:
    mine = key(record, "owner", "blue-badge")
    rows(client, mine)
    client.patch("/v1/services/blue-badge", json={"tolerance": 0.5}, headers=mine)
    latest, first = client.get("/v1/services/blue-badge/audit", headers=mine).json()["items"]
    assert (first["act"], first["name"], first["subject"]) == ("export", "owner of blue-badge", "service:blue-badge")
    assert (latest["act"], latest["details"]) == ("service set", {"tolerance": 0.5})
    page = client.get("/v1/services/blue-badge/audit?limit=1", headers=mine).json()
    rest = client.get(f"/v1/services/blue-badge/audit?cursor={page['next_cursor']}", headers=mine).json()
    assert [page["items"], rest["items"]] == [[latest], [first]]


def test_the_audit_takes_an_owner(client: Client, record: Record, blue_badge: str) -> None:
    assert client.get(f"/v1/services/{blue_badge}/audit", headers=key(record, "editor", blue_badge)).status_code == 403


def test_quality_tells_what_was_hidden_judged_and_misheard(
    client: Client, admin: dict[str, str], issue: uuid.UUID
) -> None:
    found = quality(client, admin)
    assert found["hidden"] == {"PERSON": 3, "PHONE": 1}
    assert found["verdicts"] == {"spam": 1}
    assert found["transcripts"] == {"calls": 1, "confidence": 0.5, "doubtful": 1}
    assert found["languages"] == {"en": 2}


def test_quality_tells_what_is_in_no_issue_and_how_little_refits_move(
    client: Client, record: Record, admin: dict[str, str], issue: uuid.UUID
) -> None:
    assert (quality(client, admin)["outside"], quality(client, admin)["stability"]) == (0, None)
    with record.transaction() as session:
        first, second = session.scalars(select(Statement).order_by(Statement.id))
        first.issue_id = None
        for placed, moved in ((100, 10), (100, 0)):
            session.add(
                Refit(service_id=second.service_id, model="m", statements=100, outside=0, placed=placed, moved=moved)
            )
    found = quality(client, admin)
    assert (found["outside"], found["refits"], found["stability"]) == (0.5, 2, 0.95)


def test_quality_is_told_of_the_latest_pieces(
    client: Client, record: Record, admin: dict[str, str], issue: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    with record.transaction() as session:
        first = session.scalars(select(Statement).order_by(Statement.id)).all()[0]
        first.said_at = session.get_one(Feedback, first.feedback_id).said_at = made_up.NOW - dt.timedelta(days=9)
    of_all = quality(client, admin)
    assert of_all["since"] is None
    monkeypatch.setattr("insights.issues.queries.quality.LATEST_PIECES", 1)
    of_late = quality(client, admin)
    assert of_late["since"] is not None
    assert (of_late["statements"], of_all["statements"]) == (1, 2)
    seen = words_of(client.get("/dashboard/blue-badge/quality", headers=admin))
    assert "The figures are of the latest 10,000 pieces of feedback, said since" in seen


def test_quality_tells_what_waits(client: Client, admin: dict[str, str], blue_badge: str) -> None:
    client.post(f"/v1/services/{blue_badge}/feedback", json={"message": "Not read yet"})
    waiting = quality(client, admin)["waiting"]
    assert (waiting["stages"], waiting["set_aside"]) == ({"clean": 1}, {})
    assert waiting["longest_seconds"] >= 0


def test_an_issue_shows_what_its_signals_rest_on(
    client: Client, record: Record, admin: dict[str, str], issue: uuid.UUID
) -> None:
    with record.transaction() as session:
        found = session.get_one(Issue, issue)
        reports = [made_up.report(session, found, "Fails since the release", said_at=dt.datetime.now(dt.UTC))]
        made_up.signal(session, found, reports)
    [evidence] = client.get(f"/v1/issues/{issue}/evidence", headers=admin).json()["items"]
    assert evidence["signal"]["kind"] == "new"
    assert [quote["text"] for quote in evidence["quotes"]] == ["Fails since the release"]
    assert evidence["signal"]["ended_at"] is None


def test_a_request_repeated_under_its_key_is_done_once(client: Client, admin: dict[str, str], issue: uuid.UUID) -> None:
    again = admin | {"Idempotency-Key": "release-12"}
    path = f"/v1/issues/{issue}/actions"
    first, second = (client.post(path, json={"what": "Release 12"}, headers=again) for _ in range(2))
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert len(client.get(path, headers=admin).json()["items"]) == 1
    assert client.post(path, json={"what": "Release 13"}, headers=again).status_code == 422
    changed = client.post("/v1/services/blue-badge/changes", json={"what": "Release 12"}, headers=again)
    assert changed.status_code == 422


def test_a_repeated_merge_answers_with_the_issue_that_goes_on(
    client: Client, record: Record, admin: dict[str, str], issue: uuid.UUID, blue_badge: str
) -> None:
    with record.transaction() as session:
        into = made_up.issue(session, blue_badge, "Other").id
    again, body = admin | {"Idempotency-Key": "merge"}, {"into": str(into)}
    answers = [client.post(f"/v1/issues/{issue}/merge", json=body, headers=again) for _ in range(2)]
    assert [answer.json()["id"] for answer in answers] == [str(into)] * 2


def test_groups_of_praise_are_listed_apart_from_the_issues(
    client: Client, record: Record, admin: dict[str, str], issue: uuid.UUID
) -> None:
    with record.transaction() as session:
        praise = made_up.issue(session, "blue-badge", "Friendly staff", tone="praise")
        made_up.report(session, praise, "Such friendly staff")

    def titles(query: str) -> list[str]:
        items = client.get(f"/v1/services/blue-badge/issues{query}", headers=admin).json()["items"]
        return [item["title"] for item in items]

    assert titles("") == ["Photo will not upload"]
    assert titles("?tone=praise") == ["Friendly staff"]
    assert client.get("/v1/services/blue-badge/summary", headers=admin).json()["issues"] == 1


@pytest.mark.parametrize("gone", [0, 1, 4])
def test_the_first_quotes_that_are_still_kept_are_shown_however_many_are_gone(
    record: Record, blue_badge: str, gone: int
) -> None:
    with record.transaction() as session:
        made = made_up.issue(session, blue_badge)
        for number in range(5):
            made_up.report(session, made, f"Page {number} fails")
        session.execute(delete(Statement).where(Statement.id.in_(made.quotes[:gone])))
        assert [said.text for said in quotes(session, [made], 1)[made.id]] == [f"Page {gone} fails"]
        assert len(quotes(session, [made])[made.id]) == 5 - gone
