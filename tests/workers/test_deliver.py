"""Alerts arrive: signed, once, whatever happens to worker or receiver."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select, update
from standardwebhooks.webhooks import Webhook

from feedback.app import create_app
from feedback.record.db import Record
from feedback.record.models import Alert, Delivery, Issue, Service, Signal, Subscription, new_id
from insights import alerts
from tests.conftest import RealServers
from tests.insights.receivers import Receiver, receiver
from workers.deliver import deliver
from workers.station import Worker

Client = TestClient[Litestar]
NOW = dt.datetime.now(dt.UTC)


@pytest.fixture
def hook() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


@pytest.fixture
def local(worker: Worker) -> Worker:
    """A worker that may reach loopback."""
    settings = replace(worker.record.settings, webhook_allow=("127.0.0.0/8",))
    return replace(worker, record=Record(settings, worker.record.engine))


@pytest.fixture
def api(local: Worker, servers: RealServers) -> Iterator[Client]:
    with TestClient(create_app(local.record.settings, servers.database_url, servers.redis_url)) as client:
        yield client


@pytest.fixture
def subscribed(api: Client, admin: dict[str, str], blue_badge: str, hook: Receiver) -> dict[str, Any]:
    wanted = {"service": blue_badge, "kind": "webhook", "url": hook.url}
    answer = api.post("/v1/subscriptions", json=wanted, headers=admin)
    assert answer.status_code == 201
    return dict(answer.json())


def raise_signal(record: Record, slug: str = "blue-badge", **more: Any) -> Signal:
    with record.transaction() as session:
        service = session.scalars(select(Service).where(Service.slug == slug)).one()
        issue = Issue(service_id=service.id, title="Photo upload fails", model="test", centroid=[1.0], radius=0.5)
        session.add(issue)
        session.flush()
        fields = {
            "kind": "new",
            "since": NOW - dt.timedelta(hours=9),
            "last_report_at": NOW,
            "observed": 12,
            "expected": 0.4,
            "score": 7.2,
            "window_hours": 24,
            "feedback_ids": [new_id() for _ in range(12)],
            "channels": {"web": 10, "call": 2},
        }
        signal = Signal(id=new_id(), service_id=service.id, issue_id=issue.id, **(fields | more))
        session.add(signal)
        alerts.tell(session, service.id)
        return signal


def tell_again(record: Record, signal: Signal, **changes: Any) -> None:
    with record.transaction() as session:
        session.execute(update(Signal).where(Signal.id == signal.id).values(**changes))
        alerts.tell(session, signal.service_id)


def test_a_signal_arrives_signed_and_is_recorded(
    local: Worker, subscribed: dict[str, Any], hook: Receiver, api: Client, admin: dict[str, str]
) -> None:
    signal = raise_signal(local.record)
    deliver(local)
    [got] = hook.got
    content = Webhook(subscribed["secret"]).verify(got.body, got.headers)
    assert content["type"] == "signal.new"
    assert content["data"]["service"] == "blue-badge"
    assert content["data"]["issue"]["id"] == str(signal.issue_id)
    assert content["data"]["signal"]["observed"] == 12
    assert content["data"]["feedback_ids"] == [str(identity) for identity in signal.feedback_ids]
    [attempt] = api.get("/v1/deliveries", headers=admin).json()["items"]
    assert (attempt["outcome"], attempt["status"]) == ("delivered", 204)


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
    with local.record.transaction() as session:
        [alert] = session.scalars(select(Alert).where(Alert.subscription_id.is_not(None)))
        assert 5 <= (alert.due_at - alert.raised_at).total_seconds() < 15  # type: ignore[operator]
        alert.due_at = alert.raised_at
    deliver(local)
    assert len({got.headers["webhook-id"] for got in hook.got}) == 1
    with local.record.transaction() as session:
        rows = session.execute(select(Delivery.outcome, Delivery.status, Delivery.answer).order_by(Delivery.id))
        assert [tuple(row) for row in rows] == [("failed", 500, "not now"), ("delivered", 200, "not now")]
        assert session.scalars(select(Subscription.failing_since)).one() is None
