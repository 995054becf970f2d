"""Issues of several services that belong together are a theme, which lasts as issues do."""

import uuid
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from feedback.record import services
from feedback.record.db import Record
from feedback.record.models import Issue
from feedback.record.states import IssueStatus
from feedback.record.work.service_work import ask_wide
from tests.insights import made_up
from tests.insights.api.test_api import key
from workers.actors.themes import THEMES
from workers.runtime.actor import Worker, work_once

Client = TestClient[Litestar]
Headers = dict[str, str]
LOGIN, PHOTO = [1.0, 0.1, 0.0], [0.0, 0.1, 1.0]


@pytest.fixture
def town(record: Record) -> dict[str, uuid.UUID]:
    """Two services whose users cannot sign in, one of which also refuses photos."""
    found = {}
    with record.transaction() as session:
        for slug in ("bins", "parks"):
            services.add(session, slug, slug.title())
        for slug, title, centroid in (
            ("bins", "Cannot sign in", LOGIN),
            ("parks", "Sign-in fails", [1.0, 0.0, 0.1]),
            ("bins", "Photo is refused", PHOTO),
        ):
            issue = made_up.issue(session, slug, title)
            issue.centroid = centroid
            made_up.report(session, issue, f"{title} again")
            found[title] = issue.id
    return found


def renew(worker: Worker) -> None:
    with worker.record.transaction() as session:
        ask_wide(session, "themes")
    assert work_once(worker, THEMES)


def themes(client: Client, headers: Headers) -> list[dict[str, Any]]:
    return list(client.get("/v1/themes", headers=headers).json()["items"])


def add(record: Record, slug: str, title: str, centroid: list[float], **more: Any) -> uuid.UUID:
    with record.transaction() as session:
        services.ensure(session, {slug: slug.title()})
        issue = made_up.issue(session, slug, title, **more)
        issue.centroid = centroid
        made_up.report(session, issue, f"{title} now")
        made_up.report(session, issue, f"{title} still")
        return issue.id


def test_issues_alike_of_two_services_are_one_theme(
    client: Client, worker: Worker, admin: Headers, town: dict[str, uuid.UUID]
) -> None:
    renew(worker)
    [theme] = themes(client, admin)
    assert (theme["services"], theme["reports"], theme["signal"]) == (["bins", "parks"], 2, None)
    assert {issue["title"] for issue in theme["issues"]} == {"Cannot sign in", "Sign-in fails"}
    whole = client.get(f"/v1/themes/{theme['id']}", headers=admin).json()
    assert {event["what"] for event in whole["history"]} == {"began", "joined"}
    assert {quote["text"] for quote in whole["quotes"]} == {"Cannot sign in again", "Sign-in fails again"}


def test_a_theme_keeps_its_id_and_name_as_issues_come(
    client: Client, worker: Worker, record: Record, admin: Headers, town: dict[str, uuid.UUID]
) -> None:
    renew(worker)
    [before] = themes(client, admin)
    add(record, "libraries", "Log-in does not work", [0.9, 0.1, 0.1])
    for _ in range(3):
        renew(worker)
    [after] = themes(client, admin)
    assert (after["id"], after["title"]) == (before["id"], before["title"])
    assert after["services"] == ["bins", "libraries", "parks"]
    history = client.get(f"/v1/themes/{after['id']}", headers=admin).json()["history"]
    assert [event["what"] for event in history].count("joined") == 3


def test_a_theme_ends_when_its_issues_do(
    client: Client, worker: Worker, record: Record, admin: Headers, town: dict[str, uuid.UUID]
) -> None:
    renew(worker)
    with record.transaction() as session:
        session.get_one(Issue, town["Sign-in fails"]).status = IssueStatus.ARCHIVED
    renew(worker)
    assert themes(client, admin) == []


def test_issues_of_languages_that_the_model_cannot_compare_are_no_theme(
    client: Client, worker: Worker, record: Record, admin: Headers
) -> None:
    add(record, "bins", "Cannot sign in", LOGIN)
    add(record, "parks", "Methu mewngofnodi", LOGIN, language="cy")
    renew(worker)
    assert themes(client, admin) == []


def test_issues_of_one_service_alone_are_no_theme(
    client: Client, worker: Worker, record: Record, admin: Headers
) -> None:
    add(record, "bins", "Cannot sign in", LOGIN)
    add(record, "bins", "Sign-in fails", LOGIN)
    renew(worker)
    assert themes(client, admin) == []


def test_a_key_of_one_service_sees_of_a_theme_what_is_its_own(
    client: Client, worker: Worker, record: Record, town: dict[str, uuid.UUID]
) -> None:
    with record.transaction() as session:
        services.add(session, "museums", "Museums")
    renew(worker)
    [theme] = themes(client, key(record, "reader", "parks"))
    assert (theme["title"], theme["services"], theme["reports"]) == ("Sign-in fails", ["parks"], 1)
    assert "Cannot sign in" not in client.get(f"/v1/themes/{theme['id']}", headers=key(record, "reader", "parks")).text
    stranger = key(record, "owner", "museums")
    assert themes(client, stranger) == []
    assert client.get(f"/v1/themes/{theme['id']}", headers=stranger).status_code == 404


def test_themes_need_a_key(client: Client) -> None:
    assert client.get("/v1/themes").status_code == 401


def test_the_dashboard_shows_themes_and_leads_to_their_issues(
    client: Client, worker: Worker, admin: Headers, town: dict[str, uuid.UUID]
) -> None:
    renew(worker)
    home = client.get("/dashboard", headers=admin).text
    [theme] = themes(client, admin)
    assert f"/dashboard/themes/{theme['id']}" in home
    page = client.get(f"/dashboard/themes/{theme['id']}", headers=admin).text
    assert all(f"/dashboard/issues/{town[title]}" in page for title in ("Cannot sign in", "Sign-in fails"))
