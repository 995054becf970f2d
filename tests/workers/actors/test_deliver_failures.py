"""Workers die, receivers hang: alerts arrive all the same."""

import signal
import socket
import subprocess
import sys
import threading
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select

from feedback.record.models import Alert, Delivery, Subscription
from tests.conftest import RealServers
from tests.insights.raising import raise_signal, waiting
from tests.insights.receivers import Received, Receiver, receiver
from workers.actors.deliver import deliver
from workers.runtime.actor import Worker
from workers.runtime.process import work

Client = TestClient[Litestar]
Headers = dict[str, str]


@pytest.mark.parametrize("point", ["claimed", "sending", "sent", "saving", "saved"])
def test_a_worker_killed_at_any_point_costs_at_most_a_repeat_under_the_same_id(
    point: str, local: Worker, subscribed: dict[str, Any], hook: Receiver, servers: RealServers
) -> None:
    raise_signal(local.record)
    command = [sys.executable, "-m", "tests.workers.actors.dying", point, servers.database_url, servers.redis_url]
    dying = subprocess.Popen([*command, str(servers.data)])

    def answers(_: Received) -> tuple[int, dict[str, str], bytes]:
        if point == "sending":
            dying.kill()
            dying.wait()
        return 204, {}, b""

    hook.answers = answers
    assert dying.wait() == -signal.SIGKILL
    hook.answers = lambda _: (204, {}, b"")
    while waiting(local.record):  # until the store has noticed the death
        deliver(local)
    assert len(hook.got) == {"claimed": 1, "saved": 1}.get(point, 2)
    assert len({got.headers["webhook-id"] for got in hook.got}) == 1
    with local.record.transaction() as session:
        states = session.scalars(select(Alert.state).where(Alert.subscription_id.is_not(None))).all()
    assert states == ["sent"]


@contextmanager
def at_work(worker: Worker, redis_url: str) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=work, args=(worker.record, redis_url, stop, {"deliveries"}, 16))
    thread.start()
    yield
    stop.set()
    thread.join()


def test_who_hangs_and_who_is_dead_delay_nobody_else(
    local: Worker, api: Client, admin: Headers, blue_badge: str, servers: RealServers
) -> None:
    """Not a matter of seconds: the others have all theirs while the one still hangs on its first."""
    hanging, everything = threading.Event(), threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as closed:
        dead = f"http://127.0.0.1:{closed.getsockname()[1]}/"
    with receiver() as healthy, receiver() as slow:

        def hang(_: Received) -> tuple[int, dict[str, str], bytes]:
            hanging.wait(14)
            return 204, {}, b""

        def take(_: Received) -> tuple[int, dict[str, str], bytes]:
            if len(healthy.got) >= 60:
                everything.set()
            return 204, {}, b""

        slow.answers, healthy.answers = hang, take
        urls = [slow.url, dead, *(f"{healthy.url}/{number}" for number in range(10))]
        for url in urls:
            wanted = {"service": blue_badge, "kind": "webhook", "url": url}
            assert api.post("/v1/subscriptions", json=wanted, headers=admin).status_code == 201
        for _ in range(6):
            raise_signal(local.record)
        with at_work(local, servers.redis_url):
            local.work_queue.wake("deliver")
            assert everything.wait(60)
            assert len(slow.got) == 1
            hanging.set()
        assert set(Counter(got.path for got in healthy.got).values()) == {6}


def test_a_receiver_whose_address_no_key_opens_is_tried_again_later_and_keeps_nobody_waiting(
    local: Worker, subscribed: dict[str, Any], hook: Receiver
) -> None:
    with local.record.transaction() as session:
        lost = Subscription(name="lost", service_id=None, stage="open", kind="webhook", shown="x", sealed=b"spoiled")
        lost.id = uuid.UUID(int=0)  # before all others
        session.add(lost)
    raise_signal(local.record)
    for _ in range(3):
        deliver(local)
    assert len(hook.got) == 1
    with local.record.transaction() as session:
        lost = session.get_one(Subscription, lost.id)
        assert lost.failing_since and lost.stage == "open"
        [attempt] = session.scalars(select(Delivery).where(Delivery.subscription_id == lost.id))
        assert attempt.reason and "no key of keys opens its address" in attempt.reason
