"""What people decide about issues, and what stays of it."""

import datetime as dt
import uuid
from typing import Any

import pytest
from httpx import Response
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import func, select

from feedback.record import services
from feedback.record.db import Record
from feedback.record.models import AuditEntry, Issue, Signal, Statement
from insights.issues import findings
from insights.issues.decisions import lifecycle
from tests.insights import made_up
from tests.insights.api.test_api import key

Client = TestClient[Litestar]


@pytest.fixture
def issue(record: Record, blue_badge: str) -> uuid.UUID:
    """An issue with three reports."""
    with record.transaction() as session:
        made = made_up.issue(session, blue_badge)
        for number in range(3):
            made_up.report(session, made, f"The photo page fails, try {number}")
        return made.id


def decide(client: Client, headers: dict[str, str], issue: uuid.UUID, **wanted: Any) -> Response:
    return client.patch(f"/v1/issues/{issue}", json=wanted, headers=headers)


def post(client: Client, headers: dict[str, str], path: str, **body: Any) -> Response:
    return client.post(path, json=body, headers=headers)


def history(client: Client, headers: dict[str, str], issue: uuid.UUID) -> list[str]:
    return [event["what"] for event in client.get(f"/v1/issues/{issue}/history", headers=headers).json()["items"]]


def count(record: Record, model: Any, *where: Any) -> int:
    with record.transaction() as session:
        return session.scalar(select(func.count()).select_from(model).where(*where)) or 0


def test_title_status_assignee_and_due_date_are_set_and_kept_in_the_history(
    client: Client, record: Record, admin: dict[str, str], issue: uuid.UUID
) -> None:
    wanted = {"title": "Photo upload", "status": "in_progress", "assignee": "Web team", "due": "2030-01-31"}
    answer = decide(client, admin, issue, **wanted).json()
    assert {name: answer[name] for name in wanted} == wanted
    assert set(history(client, admin, issue)) == {"renamed", "in progress", "assigned to Web team", "due 2030-01-31"}
    assert count(record, AuditEntry, AuditEntry.subject == f"issue:{issue}") == 4
    with record.transaction() as session:
        assert session.get_one(Issue, issue).titled_by == "person"


def test_the_history_tells_what_each_was_and_is_now(client: Client, admin: dict[str, str], issue: uuid.UUID) -> None:
    decide(client, admin, issue, assignee="Web team", due="2030-01-31")
    decide(client, admin, issue, assignee=None, due="2030-02-28", status="acknowledged")
    events = client.get(f"/v1/issues/{issue}/history", headers=admin).json()["items"]
    told = {event["what"]: (event["details"]["was"], event["details"]["now"]) for event in events}
    assert told["assigned to nobody"] == ("Web team", None)
    assert told["due 2030-02-28"] == ("2030-01-31", "2030-02-28")
    assert told["acknowledged"] == ("open", "acknowledged")


def test_a_snoozed_issue_is_not_among_the_emerging_until_its_day(
    client: Client, record: Record, admin: dict[str, str], blue_badge: str
) -> None:
    with record.transaction() as session:
        issue = made_up.emerging(session, blue_badge).id
    tomorrow = made_up.local_day(made_up.NOW) + dt.timedelta(days=2)
    assert decide(client, admin, issue, snoozed_until=str(tomorrow)).json()["snoozed_until"] == str(tomorrow)
    assert client.get(f"/v1/services/{blue_badge}/emerging", headers=admin).json()["items"] == []
    assert client.get(f"/v1/services/{blue_badge}/summary", headers=admin).json()["emerging"] == 0
    with record.transaction() as session:
        session.get_one(Issue, issue).snoozed_until = made_up.local_day(made_up.NOW)
    assert len(client.get(f"/v1/services/{blue_badge}/emerging", headers=admin).json()["items"]) == 1


def test_an_issue_is_snoozed_until_a_day_to_come_alone(client: Client, admin: dict[str, str], issue: uuid.UUID) -> None:
    yesterday = made_up.local_day(made_up.NOW) - dt.timedelta(days=1)
    assert decide(client, admin, issue, snoozed_until=str(yesterday)).status_code == 400


def test_what_is_not_named_stays_and_null_takes_away(client: Client, admin: dict[str, str], issue: uuid.UUID) -> None:
    decide(client, admin, issue, assignee="Web team", due="2030-01-31")
    answer = decide(client, admin, issue, assignee=None).json()
    assert (answer["assignee"], answer["due"], answer["status"]) == (None, "2030-01-31", "open")


def test_what_was_to_be_done_by_a_day_that_is_over_is_listed_until_it_is_done(
    client: Client, record: Record, admin: dict[str, str], issue: uuid.UUID
) -> None:
    with record.transaction() as session:
        made_up.report(session, made_up.issue(session, "blue-badge", "Nobody answers"), "On hold")

    def listed(overdue: bool) -> list[str]:
        found = client.get("/v1/services/blue-badge/issues", params={"overdue": overdue}, headers=admin).json()
        return [item["title"] for item in found["items"]]

    decide(client, admin, issue, due="2026-01-31")
    assert (listed(True), listed(False)) == (["Photo will not upload"], ["Nobody answers"])
    decide(client, admin, issue, status="resolved", reason="Mended")
    assert (listed(True), listed(False)) == ([], ["Photo will not upload", "Nobody answers"])


def test_resolved_takes_a_reason_or_an_action(client: Client, admin: dict[str, str], issue: uuid.UUID) -> None:
    assert decide(client, admin, issue, status="resolved").status_code == 400
    assert decide(client, admin, issue, status="resolved", reason="It was the browser").json()["status"] == "resolved"
    decide(client, admin, issue, status="open")
    assert post(client, admin, f"/v1/issues/{issue}/actions", what="Larger photos are taken").status_code == 201
    assert decide(client, admin, issue, status="resolved").status_code == 200


def test_a_resolved_issue_has_no_signal_standing(
    client: Client, record: Record, admin: dict[str, str], issue: uuid.UUID
) -> None:
    with record.transaction() as session:
        found = session.get_one(Issue, issue)
        made_up.signal(session, found, [made_up.report(session, found, "Fails")])
    decide(client, admin, issue, status="resolved", reason="Fixed")
    assert count(record, Signal, Signal.ended_at.is_(None)) == 0


@pytest.mark.parametrize("wanted", [{"status": "closed"}, {"title": " "}, {"owner": "me"}, {"due": "soon"}])
def test_what_makes_no_sense_is_refused(
    client: Client, admin: dict[str, str], issue: uuid.UUID, wanted: dict[str, Any]
) -> None:
    assert decide(client, admin, issue, **wanted).status_code == 400


def test_a_reader_decides_nothing_and_another_service_is_not_found(
    client: Client, record: Record, issue: uuid.UUID
) -> None:
    with record.transaction() as session:
        services.add(session, "parks", "Parks")
    assert decide(client, key(record, "reader", "blue-badge"), issue, title="Mine").status_code == 403
    assert decide(client, key(record, "owner", "parks"), issue, title="Mine").status_code == 404


def test_an_action_is_told_with_its_time_and_link(client: Client, admin: dict[str, str], issue: uuid.UUID) -> None:
    told = {"what": "Release 12", "at": "2026-01-05T10:00:00Z", "link": "https://example.org/12"}
    made = post(client, admin, f"/v1/issues/{issue}/actions", **told).json()
    assert {name: made[name] for name in told} == told
    assert client.get(f"/v1/issues/{issue}/actions", headers=admin).json()["items"] == [made]
    assert post(client, admin, f"/v1/issues/{issue}/actions", what="x", link="javascript:alert(1)").status_code == 400


def test_changes_are_told_by_pipelines_and_listed(client: Client, record: Record, blue_badge: str) -> None:
    path, mine = f"/v1/services/{blue_badge}/changes", key(record, "editor", blue_badge)
    for what in ("Release 11", "Release 12"):
        assert post(client, mine, path, what=what).status_code == 201
    holiday = {"what": "Easter", "kind": "holiday", "at": "2026-04-03T00:00:00Z", "until": "2026-04-06T00:00:00Z"}
    assert post(client, mine, path, **holiday).status_code == 201
    page = client.get(f"{path}?limit=2", headers=mine).json()
    assert [item["what"] for item in page["items"]] == ["Easter", "Release 12"]
    rest = client.get(f"{path}?limit=2&cursor={page['next_cursor']}", headers=mine).json()["items"]
    assert [item["what"] for item in rest] == ["Release 11"]
    assert post(client, mine, path, **(holiday | {"until": "2026-04-01T00:00:00Z"})).status_code == 400


def test_a_merged_issue_gives_its_reports_and_actions_away_and_leads_on(
    client: Client, record: Record, admin: dict[str, str], issue: uuid.UUID, blue_badge: str
) -> None:
    with record.transaction() as session:
        other = made_up.issue(session, blue_badge, "Picture too large")
        made_up.report(session, other, "My picture is too large")
        into = other.id
    post(client, admin, f"/v1/issues/{issue}/actions", what="Release 12")
    merged = post(client, admin, f"/v1/issues/{issue}/merge", into=str(into)).json()
    assert (merged["id"], merged["count"]) == (str(into), 4)
    assert client.get(f"/v1/issues/{issue}", headers=admin).json()["merged_into"] == str(into)
    assert len(client.get(f"/v1/issues/{into}/actions", headers=admin).json()["items"]) == 1
    assert decide(client, admin, issue, title="x").status_code == 409
    assert post(client, admin, f"/v1/issues/{into}/merge", into=str(issue)).status_code == 409
    assert post(client, admin, f"/v1/issues/{into}/merge", into=str(into)).status_code == 400


def test_statements_that_are_split_off_are_an_issue_of_their_own(
    client: Client, record: Record, admin: dict[str, str], issue: uuid.UUID
) -> None:
    items = client.get(f"/v1/issues/{issue}/statements", headers=admin).json()["items"]
    made = post(client, admin, f"/v1/issues/{issue}/split", statements=[items[0]["id"]], title="Glare")
    assert made.status_code == 201
    assert (made.json()["title"], made.json()["count"], made.json()["parent"]) == ("Glare", 1, str(issue))
    assert client.get(f"/v1/issues/{issue}", headers=admin).json()["count"] == 2
    assert count(record, Statement, Statement.assigned_by == "person") == 1
    again = post(client, admin, f"/v1/issues/{issue}/split", statements=[items[0]["id"]])
    assert again.status_code == 400  # it is no longer there


def test_only_what_is_resolved_is_reopened(
    client: Client, record: Record, admin: dict[str, str], issue: uuid.UUID
) -> None:
    decide(client, admin, issue, status="archived")
    with record.transaction() as session:
        lifecycle.reopen(session, session.get_one(Issue, issue), "regression")
        assert session.get_one(Issue, issue).status == "archived"
    decide(client, admin, issue, status="resolved", reason="Fixed")
    with record.transaction() as session:
        found = session.get_one(Issue, issue)
        resolved = findings.resolved_issues(session, found.service_id)
        assert dt.datetime.now(dt.UTC) - resolved[str(issue)].at < dt.timedelta(minutes=5)
        lifecycle.reopen(session, found, "regression")
        assert (found.status, findings.resolved_issues(session, found.service_id)) == ("open", {})
    assert history(client, admin, issue)[0] == "reopened"
