"""Subscriptions over HTTP: made, seen, changed, tried beforehand."""

import datetime as dt
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select, text

from feedback.record import access
from feedback.record.db import Record
from feedback.record.encryption import KeyRing
from feedback.record.models import AuditEntry, Subscription
from feedback.record.work.stages import stage
from insights.alerts.delivery import credentials
from insights.alerts.rules import subscriptions
from tests.insights.alerts.people import subscribe, urgent_piece
from tests.insights.raising import make_due, raise_signal, waiting
from tests.insights.receivers import Receiver
from workers.actors.deliver import deliver
from workers.runtime import retention
from workers.runtime.actor import Worker

Client = TestClient[Litestar]
Headers = dict[str, str]


def test_a_preview_shows_what_would_have_been_sent(local: Worker, api: Client, admin: Headers, blue_badge: str) -> None:
    raise_signal(local.record)
    raise_signal(local.record, kind="surge", channels={"call": 12})
    urgent_piece(local)

    def types(**filters: Any) -> list[str]:
        wanted = {"service": blue_badge, "filters": filters}
        answer = api.post("/v1/subscriptions/preview", json=wanted, headers=admin)
        return [item["type"] for item in answer.json()["items"]]

    assert types() == ["feedback.urgent", "signal.surge", "signal.new"]
    assert types(channels=["web"]) == ["feedback.urgent", "signal.new"]
    assert types(urgent_only=True) == ["feedback.urgent"]
    with local.record.transaction() as session:
        session.execute(text("UPDATE alerts SET raised_at = now() - interval '91 days'"))
    assert types() == []


def test_a_subscription_is_of_its_service_and_changed_by_editors(
    local: Worker, api: Client, admin: Headers, subscribed: dict[str, Any]
) -> None:
    with local.record.transaction() as session:
        from feedback.record import services

        other = services.add(session, "parks", "Parks")
        mine = access.service(session, "blue-badge")
        stranger = {"Authorization": f"Bearer {access.create(session, 'key', access.Role.owner, other)}"}
        reader = {"Authorization": f"Bearer {access.create(session, 'key', access.Role.reader, mine)}"}
    path = f"/v1/subscriptions/{subscribed['id']}"
    assert api.get(path, headers=stranger).status_code == 404
    assert api.get("/v1/subscriptions", headers=stranger).json()["items"] == []
    assert api.get(path, headers=reader).status_code == 200
    assert "secret" not in api.get(path, headers=reader).json()
    assert api.delete(path, headers=reader).status_code == 403
    assert api.delete(path, headers=stranger).status_code == 404
    assert api.delete(path, headers=admin).status_code == 204
    assert api.get(path, headers=admin).status_code == 404
    with local.record.transaction() as session:
        assert session.scalars(select(AuditEntry.act)).all() == ["subscribe", "unsubscribe"]


@pytest.mark.parametrize(
    "wanted",
    [
        {"kind": "webhook", "url": "http://169.254.169.254/"},
        {"kind": "webhook", "url": "http://[::ffff:10.0.0.1]/"},
        {"kind": "webhook"},
        {"kind": "webhook", "url": "https://example.org/", "filters": {"kind": ["new"]}},
        {"kind": "webhook", "url": "https://example.org/", "service": None},
        {"kind": "pigeon", "url": "https://example.org/"},
        {"kind": "email", "address": "team"},
        {"kind": "email", "address": "team@example.org\nBcc: all@example.org"},
        {"kind": "email", "address": "team@example.org", "contact": "nobody"},
        {"kind": "email", "address": "team@example.org", "name": "x" * 201},
        {"kind": "email", "address": "team@example.org", "name": "a\r\nBcc: x@y"},
        {"kind": "email", "address": "team@example.org", "filters": {"least": -5}},
        {"kind": "email", "address": "team@example.org", "filters": {"least": 10**30}},
        {"kind": "email", "address": "team@example.org", "filters": {"channels": ["web"] * 21}},
    ],
)
def test_what_cannot_be_subscribed_is_malformed(
    api: Client, admin: Headers, blue_badge: str, wanted: dict[str, Any]
) -> None:
    answer = api.post("/v1/subscriptions", json={"service": blue_badge, **wanted}, headers=admin)
    assert answer.status_code == 400, answer.text


def test_the_same_request_makes_one_subscription(api: Client, admin: Headers, blue_badge: str) -> None:
    wanted = {"service": blue_badge, "kind": "webhook", "url": "https://example.org/hook?token=1"}
    headers = {**admin, "Idempotency-Key": "a"}
    first, second = (api.post("/v1/subscriptions", json=wanted, headers=headers).json() for _ in range(2))
    assert first == second
    assert first["secret"].startswith("whsec_")
    assert len(api.get("/v1/subscriptions", headers=admin).json()["items"]) == 1


def test_a_service_takes_no_more_subscriptions_than_can_be_asked_about_each_alert(
    api: Client, admin: Headers, blue_badge: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscriptions, "MOST_SUBSCRIPTIONS", 1)
    wanted = {"service": blue_badge, "kind": "email", "address": "team@example.org"}
    made, refused = (api.post("/v1/subscriptions", json=wanted, headers=admin) for _ in range(2))
    assert (made.status_code, refused.status_code) == (201, 409), refused.text


def test_another_request_under_the_same_key_is_refused_and_an_empty_key_is_none(
    api: Client, admin: Headers, blue_badge: str
) -> None:
    def subscribe(address: str, key: str) -> Any:
        wanted = {"service": blue_badge, "kind": "email", "address": address}
        return api.post("/v1/subscriptions", json=wanted, headers={**admin, "Idempotency-Key": key})

    assert [subscribe(address, "a").status_code for address in ("a@b.example", "c@d.example")] == [201, 422]
    made = [subscribe(address, "").json()["id"] for address in ("e@f.example", "g@h.example")]
    assert len(set(made)) == 2


def test_the_same_request_many_times_at_once_makes_one_subscription(
    api: Client, admin: Headers, blue_badge: str
) -> None:
    wanted = {"service": blue_badge, "kind": "email", "address": "a@b.example"}
    headers = {**admin, "Idempotency-Key": "k"}
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: api.post("/v1/subscriptions", json=wanted, headers=headers), range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1


def test_what_changes_a_subscription_is_held_to_the_same_bounds(api: Client, admin: Headers, blue_badge: str) -> None:
    wanted = {"service": blue_badge, "kind": "email", "address": "a@b.example"}
    path = f"/v1/subscriptions/{api.post('/v1/subscriptions', json=wanted, headers=admin).json()['id']}"
    for change in ({"name": "x" * 201}, {"filters": {"least": -1}}, {"contact": ""}):
        assert api.patch(path, json=change, headers=admin).status_code == 400


def test_addresses_and_secrets_are_sealed_and_not_shown_again(
    local: Worker, api: Client, admin: Headers, blue_badge: str
) -> None:
    wanted = {"service": blue_badge, "kind": "webhook", "url": "https://example.org/hook?token=very-secret"}
    secret = api.post("/v1/subscriptions", json=wanted, headers=admin).json()["secret"]
    with local.record.transaction() as session:
        row = str(session.execute(text("SELECT subscriptions::text FROM subscriptions")).scalar_one())
    assert "very-secret" not in row
    assert secret not in row
    shown = api.get("/v1/subscriptions", headers=admin).text
    assert "very-secret" not in shown
    assert secret not in shown


def test_addresses_outlive_the_key_of_keys(local: Worker, api: Client, admin: Headers, blue_badge: str) -> None:
    subscribe(api, admin)
    new = b"C" * 32
    settings = replace(
        local.record.settings, secret_keys=tuple(b64encode(it).decode() for it in (new, *local.record.settings.keys()))
    )
    retention.nightly(Record(settings, local.record.engine), dt.datetime.now(dt.UTC))
    with local.record.transaction() as session:
        [row] = session.scalars(select(Subscription))
        assert credentials.unseal(KeyRing([new]), row).address == "team@example.org"


def test_lists_come_page_by_page(local: Worker, api: Client, admin: Headers, blue_badge: str, hook: Receiver) -> None:
    for number in range(3):
        subscribe(api, admin, name=str(number), kind="webhook", url=hook.url, address=None)
    raise_signal(local.record)
    for _ in range(3):
        deliver(local)
    for path in ("/v1/subscriptions", "/v1/deliveries", "/v1/services/blue-badge/alerts"):
        seen, cursor = [], ""
        while True:
            page = api.get(f"{path}?limit=2{cursor}", headers=admin).json()
            seen += [item["id"] for item in page["items"]]
            if not page["next_cursor"]:
                break
            cursor = f"&cursor={page['next_cursor']}"
        assert len(seen) == len(set(seen)) == (1 if "alerts" in path else 3)


def test_what_already_waits_follows_a_change_of_the_digest(
    local: Worker, api: Client, admin: Headers, blue_badge: str
) -> None:
    made = subscribe(api, admin, digest="daily")
    raise_signal(local.record)
    assert waiting(local.record)[0].due_at != waiting(local.record)[0].raised_at
    api.patch(f"/v1/subscriptions/{made['id']}", json={"digest": "at_once"}, headers=admin)
    with local.record.transaction() as session:
        assert session.scalars(select(Subscription).where(*stage("deliver").waiting)).all()
    make_due(local.record)
