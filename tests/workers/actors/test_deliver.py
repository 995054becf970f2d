"""Alerts arrive: signed, once, whatever the receiver does."""

import datetime as dt
from email.utils import format_datetime
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select, update
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from feedback.record.db import Record
from feedback.record.models import Alert, Delivery, Subscription
from insights.alerts.delivery import message
from insights.alerts.delivery.attempts import RETRIES
from insights.alerts.delivery.credentials import Credentials, seal, unseal
from tests.insights.raising import make_due, raise_signal, subscription, tell_again, waiting
from tests.insights.receivers import Receiver
from workers.actors.deliver import deliver
from workers.runtime.actor import Worker

Client = TestClient[Litestar]
Headers = dict[str, str]


def deliveries(worker: Worker) -> list[Delivery]:
    with worker.record.transaction() as session:
        return list(session.scalars(select(Delivery).order_by(Delivery.id)))


def waits(worker: Worker) -> float:
    """Seconds from now, by the clock of the database, until the one alert that waits is due."""
    [alert] = waiting(worker.record)
    assert alert.due_at
    return (alert.due_at - deliveries(worker)[-1].at).total_seconds()


def test_a_signal_arrives_signed_and_is_recorded(
    local: Worker, subscribed: dict[str, Any], hook: Receiver, api: Client, admin: Headers
) -> None:
    signal = raise_signal(local.record)
    deliver(local)
    [got] = hook.got
    content = Webhook(subscribed["secret"]).verify(got.body, got.headers)
    assert set(content) == {"type", "timestamp", "data"}
    assert content["type"] == "signal.new"
    data = content["data"]
    assert data["service"] == "blue-badge"
    assert (data["issue"]["id"], data["issue"]["title"]) == (str(signal.issue_id), "Photo upload fails")
    assert (data["signal"]["observed"], data["signal"]["expected"]) == (12, 0.4)
    assert data["feedback_ids"] == [str(identity) for identity in signal.feedback_ids]
    [attempt] = api.get("/v1/deliveries", headers=admin).json()["items"]
    assert (attempt["outcome"], attempt["status"], attempt["reason"]) == ("delivered", 204, None)


def test_while_a_secret_is_rotated_both_verify_and_then_the_new_one_alone(
    local: Worker, subscribed: dict[str, Any], hook: Receiver, api: Client, admin: Headers
) -> None:
    fresh = api.post(f"/v1/subscriptions/{subscribed['id']}/rotate", headers=admin).json()["secret"]
    raise_signal(local.record)
    deliver(local)
    for secret in (subscribed["secret"], fresh):
        Webhook(secret).verify(hook.got[0].body, hook.got[0].headers)
    with local.record.transaction() as session:
        found = session.scalars(select(Subscription)).one()
        to = unseal(local.record.keys, found)
        to.keys[1].until = dt.datetime.now(dt.UTC)
        found.sealed = seal(local.record.keys, found.id, Credentials(to.address, to.keys))
    raise_signal(local.record)
    deliver(local)
    Webhook(fresh).verify(hook.got[1].body, hook.got[1].headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(subscribed["secret"]).verify(hook.got[1].body, hook.got[1].headers)


def test_a_body_stays_under_20_kb(local: Worker, subscribed: dict[str, Any], hook: Receiver) -> None:
    raise_signal(local.record, feedback_ids=[subscription(local.record).id] * 5_000, observed=5_000)
    deliver(local)
    assert len(hook.got[0].body) < 20_000
    assert hook.got[0].content["data"]["signal"]["observed"] == 5_000


def test_nothing_is_told_twice_until_it_has_grown_markedly(
    local: Worker, subscribed: dict[str, Any], hook: Receiver
) -> None:
    signal = raise_signal(local.record)
    for observed in (12, 12, 23, 24, 30):
        tell_again(local.record, signal, observed=observed)
        deliver(local)
    assert [got.content["data"]["signal"]["observed"] for got in hook.got] == [12, 24]


def test_a_failed_attempt_is_made_again_under_the_same_id(
    local: Worker, subscribed: dict[str, Any], hook: Receiver
) -> None:
    hook.answers = lambda got: (500 if len(hook.got) == 1 else 200, {}, b"not now")
    raise_signal(local.record)
    deliver(local)
    assert subscription(local.record).failing_since is not None
    make_due(local.record)
    deliver(local)
    assert len({got.headers["webhook-id"] for got in hook.got}) == 1
    rows = [(row.outcome, row.status, row.answer) for row in deliveries(local)]
    assert rows == [("failed", 500, "not now"), ("delivered", 200, "not now")]
    assert subscription(local.record).failing_since is None


def test_retries_come_later_and_later_and_then_end(local: Worker, subscribed: dict[str, Any], hook: Receiver) -> None:
    hook.answers = lambda _: (503, {}, b"")
    raise_signal(local.record)
    deliver(local)
    for planned in RETRIES:
        assert planned.total_seconds() <= waits(local) <= planned.total_seconds() * 1.2
        make_due(local.record)
        deliver(local)
    assert waiting(local.record) == []
    assert len(hook.got) == len(RETRIES) + 1


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_honoured_for_all_that_waits(
    local: Worker, subscribed: dict[str, Any], hook: Receiver, form: str
) -> None:
    at = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    header = "3600" if form == "seconds" else format_datetime(at, usegmt=True)
    hook.answers = lambda _: (429, {"Retry-After": header}, b"")
    raise_signal(local.record)
    raise_signal(local.record)
    deliver(local)
    deliver(local)
    assert len(hook.got) == 1
    for alert in waiting(local.record):
        assert alert.due_at
        assert 3000 < (alert.due_at - deliveries(local)[0].at).total_seconds() <= 3600


def test_a_retry_after_that_cannot_be_read_changes_nothing(
    local: Worker, subscribed: dict[str, Any], hook: Receiver
) -> None:
    hook.answers = lambda _: (503, {"Retry-After": "soon"}, b"")
    raise_signal(local.record)
    deliver(local)
    assert waits(local) < 7


def test_410_ends_the_subscription_and_its_owner_is_told(
    local: Worker, subscribed: dict[str, Any], hook: Receiver
) -> None:
    hook.answers = lambda _: (410, {}, b"")
    raise_signal(local.record)
    raise_signal(local.record)
    deliver(local)
    assert subscription(local.record).state == "ended"
    assert [alert.type for alert in waiting(local.record)] == ["subscription.ended"]
    raise_signal(local.record)
    assert len(hook.got) == 1


def test_after_five_days_of_failure_it_is_disabled_until_somebody_mends_it(
    local: Worker, subscribed: dict[str, Any], hook: Receiver, api: Client, admin: Headers
) -> None:
    hook.answers = lambda _: (500, {}, b"")
    raise_signal(local.record)
    deliver(local)
    assert subscription(local.record).state == "active"
    with local.record.transaction() as session:
        session.execute(update(Subscription).values(failing_since=Subscription.failing_since - dt.timedelta(days=5)))
    make_due(local.record)
    deliver(local)
    assert subscription(local.record).state == "disabled"
    assert [alert.type for alert in waiting(local.record)] == ["subscription.ended"]
    path = f"/v1/subscriptions/{subscribed['id']}"
    assert api.post(f"{path}/test", headers=admin).status_code == 409
    assert api.patch(path, json={"state": "active"}, headers=admin).json()["failing_since"] is None
    assert api.post(f"{path}/test", headers=admin).status_code == 202


def test_what_was_delivered_can_be_replayed_under_the_same_id(
    local: Worker, subscribed: dict[str, Any], hook: Receiver, api: Client, admin: Headers
) -> None:
    raise_signal(local.record)
    deliver(local)
    [attempt] = api.get("/v1/deliveries", headers=admin).json()["items"]
    assert api.post(f"/v1/deliveries/{attempt['id']}/replay", headers=admin).status_code == 202
    deliver(local)
    first, second = hook.got
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert len(api.get("/v1/deliveries", headers=admin).json()["items"]) == 2


def test_tests_in_a_row_are_limited(subscribed: dict[str, Any], api: Client, admin: Headers, record: Record) -> None:
    path = f"/v1/subscriptions/{subscribed['id']}/test"
    answers = [api.post(path, headers=admin) for _ in range(30)]
    assert [answer.status_code for answer in answers] == [202] * 5 + [429] * 25
    assert 0 < int(answers[-1].headers["retry-after"]) <= 601
    with record.transaction() as session:
        session.execute(update(Alert).values(raised_at=Alert.raised_at - dt.timedelta(minutes=10)))
    assert api.post(path, headers=admin).status_code == 202


def test_a_test_alert_says_that_it_is_one(
    local: Worker, subscribed: dict[str, Any], hook: Receiver, api: Client, admin: Headers
) -> None:
    assert api.post(f"/v1/subscriptions/{subscribed['id']}/test", headers=admin).status_code == 202
    deliver(local)
    content = Webhook(subscribed["secret"]).verify(hook.got[0].body, hook.got[0].headers)
    assert content["data"]["test"] is True
    assert content["type"] == "signal.new"


def test_a_receiver_that_is_no_longer_public_is_not_sent_to(
    worker: Worker, local: Worker, subscribed: dict[str, Any], hook: Receiver
) -> None:
    raise_signal(local.record)
    deliver(worker)
    assert hook.got == []
    assert "not public" in (deliveries(local)[0].reason or "")


def test_what_cannot_be_put_into_words_fails_alone(local: Worker, subscribed: dict[str, Any], hook: Receiver) -> None:
    raise_signal(local.record)
    with local.record.transaction() as session:
        session.execute(update(Alert).where(Alert.subscription_id.is_not(None)).values(facts={"broken": True}))
    raise_signal(local.record)
    for _ in range(4):
        deliver(local)
    assert [got.content["data"]["signal"]["observed"] for got in hook.got] == [12]


def test_no_words_are_written_for_a_webhook_which_nobody_reads(
    local: Worker, subscribed: dict[str, Any], hook: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(message, "write", lambda *_: pytest.fail("it is written"))
    raise_signal(local.record)
    deliver(local)
    assert len(hook.got) == 1
