"""Who subscribed to a theme hears of its issues, in whatever service."""

import datetime as dt
import uuid
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.record import access, services
from feedback.record.access import Role
from feedback.record.db import Record
from feedback.record.models import Alert, Change, Signal, Theme, ThemeIssue, ThemeSignal
from insights.alerts.rules import fan_out, theme_alerts
from tests.insights import made_up
from tests.insights.alerts.people import urgent_piece
from tests.insights.raising import NOW, raise_signal, waiting
from tests.insights.receivers import Receiver
from workers.actors.deliver import deliver
from workers.runtime.actor import Worker

Client = TestClient[Litestar]
Headers = dict[str, str]
SERVICES = ("blue-badge", "parks")


@pytest.fixture
def theme(record: Record, blue_badge: str) -> uuid.UUID:
    """Of what Blue Badge and Parks both hear; nobody has subscribed when it is raised."""
    with record.transaction() as session:
        services.add(session, "parks", "Parks")
        made = Theme(title="Photos fail", centroid=[1.0])
        session.add(made)
        session.flush()
        identity = made.id
    for slug in SERVICES:
        join(record, raise_signal(record, slug), identity)
    return identity


def join(record: Record, signal: Signal, theme: uuid.UUID) -> None:
    with record.transaction() as session:
        session.add(ThemeIssue(issue_id=signal.issue_id, theme_id=theme))


def subscribe(api: Client, headers: Headers, theme: uuid.UUID, hook: Receiver) -> dict[str, Any]:
    wanted = {"theme": str(theme), "kind": "webhook", "url": hook.url, "contact": "owner@example.org"}
    answer = api.post("/v1/subscriptions", json=wanted, headers=headers)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def in_theme(record: Record, slug: str, theme: uuid.UUID) -> None:
    """A new issue of the theme stands out."""
    signal = raise_signal(record, slug)
    join(record, signal, theme)
    with record.transaction() as session:
        fan_out.raise_alerts(session, signal.service_id)


def waiting_in(session: Session) -> list[Alert]:
    return list(session.scalars(select(Alert).where(Alert.subscription_id.is_not(None))))


def heard(hook: Receiver) -> list[str]:
    return sorted(got.content["data"]["service"] for got in hook.got)


def key_of(record: Record, slug: str, role: Role = Role.editor) -> Headers:
    with record.transaction() as session:
        return {"Authorization": f"Bearer {access.create(session, 'key', role, access.service(session, slug))}"}


def test_its_issues_are_heard_of_in_every_service_and_no_others(
    local: Worker, api: Client, admin: Headers, theme: uuid.UUID, hook: Receiver
) -> None:
    made = subscribe(api, admin, theme, hook)
    assert (made["service"], made["theme"]) == (None, str(theme))
    raise_signal(local.record)
    in_theme(local.record, "blue-badge", theme)
    in_theme(local.record, "parks", theme)
    urgent_piece(local)
    while waiting(local.record):
        deliver(local)
    assert heard(hook) == ["blue-badge", "parks"]
    listed = api.get(f"/v1/subscriptions?theme={theme}", headers=admin).json()["items"]
    assert [one["id"] for one in listed] == [made["id"]]


def test_an_editor_of_one_service_hears_of_that_one_alone(
    local: Worker, api: Client, theme: uuid.UUID, hook: Receiver
) -> None:
    subscribe(api, key_of(local.record, "parks"), theme, hook)
    in_theme(local.record, "blue-badge", theme)
    in_theme(local.record, "parks", theme)
    while waiting(local.record):
        deliver(local)
    assert heard(hook) == ["parks"]


def test_who_sees_nothing_of_a_theme_cannot_subscribe_to_it(
    record: Record, api: Client, admin: Headers, theme: uuid.UUID, hook: Receiver
) -> None:
    with record.transaction() as session:
        services.add(session, "libraries", "Libraries")
    wanted = {"theme": str(theme), "kind": "webhook", "url": hook.url}
    for headers, status in ((key_of(record, "libraries"), 404), (key_of(record, "parks", Role.reader), 403)):
        assert api.post("/v1/subscriptions", json=wanted, headers=headers).status_code == status
    both = {**wanted, "service": "parks"}
    assert api.post("/v1/subscriptions", json=both, headers=admin).status_code == 400


def test_a_test_reaches_who_subscribed_to_a_theme(
    local: Worker, api: Client, admin: Headers, theme: uuid.UUID, hook: Receiver
) -> None:
    made = subscribe(api, admin, theme, hook)
    assert api.post(f"/v1/subscriptions/{made['id']}/test", headers=admin).status_code == 202
    deliver(local)
    assert hook.got[0].content["data"]["test"] is True


def test_what_services_hear_together_is_told_once_to_who_may_see_them_all(
    local: Worker, api: Client, admin: Headers, theme: uuid.UUID, hook: Receiver
) -> None:
    subscribe(api, admin, theme, hook)
    subscribe(api, key_of(local.record, "parks"), theme, hook)
    with local.record.transaction() as session:
        pieces = {slug: made_up.report(session, made_up.issue(session, slug), "It fails") for slug in SERVICES}
        reports = {str(piece.service_id): [str(piece.id)] for piece in pieces.values()}
        facts = {"since": NOW, "last_report_at": NOW, "detected_at": NOW, "observed": 2, "expected": 0.1, "score": 6.0}
        signal = ThemeSignal(theme_id=theme, window_hours=24, reports=reports, **facts)
        session.add(signal)
        session.flush()
        theme_alerts.raise_alerts(session, signal)
        theme_alerts.raise_alerts(session, signal)
    while waiting(local.record):
        deliver(local)
    [got] = hook.got
    assert got.content["data"]["theme"]["services"] == {"blue-badge": 1, "parks": 1}
    assert got.content["data"]["theme"]["title"] == "Photos fail"
    assert [quote["text"] for quote in got.content["data"]["quotes"]] == ["It fails", "It fails"]
    assert f"/dashboard/themes/{theme}" in got.content["data"]["link"]


@pytest.mark.parametrize("works", [0, 1, 3])
def test_what_announced_work_explains_is_shown_and_sent_once_it_is_said_after_that(
    local: Worker, api: Client, admin: Headers, theme: uuid.UUID, hook: Receiver, works: int
) -> None:
    """Three services hear it; where one of them has announced it, two are left."""
    subscribe(api, admin, theme, hook)
    hour = dt.timedelta(hours=1)
    with local.record.transaction() as session:
        services.add(session, "libraries", "Libraries")
        issues = [made_up.issue(session, slug) for slug in (*SERVICES, "libraries")]
        pieces = [made_up.report(session, issue, "It fails", said_at=NOW - 3 * hour) for issue in issues]
        for issue in issues[:works]:
            times = {"at": NOW - 4 * hour, "until": NOW - 2 * hour}
            session.add(Change(service_id=issue.service_id, kind="planned_work", what="It moves", **times))
        reports = {str(piece.service_id): [str(piece.id)] for piece in pieces}
        facts = {"since": NOW, "last_report_at": NOW, "detected_at": NOW, "observed": 3, "expected": 0.1, "score": 6.0}
        signal = ThemeSignal(theme_id=theme, window_hours=24, reports=reports, **facts)
        session.add(signal)
        session.flush()
        theme_alerts.raise_alerts(session, signal)
        told = len(waiting_in(session))
        for issue in issues:
            later = made_up.report(session, issue, "It still fails", said_at=NOW - hour)
            signal.reports = {**signal.reports, str(issue.service_id): [*reports[str(issue.service_id)], str(later.id)]}
        theme_alerts.raise_alerts(session, signal)
        assert (told, len(waiting_in(session))) == (0 if works else 1, 1)
