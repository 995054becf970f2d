"""Whoever waits for a message is woken when it comes, and looks by themselves where the bell is not heard."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest
import redis
from dramatiq import Consumer

from feedback.record.work import bell
from feedback.record.work.queue import WorkQueue, broker
from tests.conftest import RealServers

LONG = 60_000
"""The longest pause between two looks, in ms: nobody waits so long for what is rung."""

NEVER = 20.0


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever finds nothing pauses for as long as they may."""
    monkeypatch.setattr(bell, "compute_backoff", lambda misses, max_backoff: (misses + 1, max_backoff))


@pytest.fixture
def messages(servers: RealServers) -> Iterator[bell.BellBroker]:
    found = broker(servers.redis_url)
    found.flush("pipeline")
    yield found
    found.flush("pipeline")


def seconds_until_woken(waiting: Consumer, wake: Callable[[], None]) -> float:
    """It is woken half a second after it began to wait."""
    threading.Timer(0.5, wake).start()
    begun = time.monotonic()
    while time.monotonic() < begun + NEVER:
        if message := next(waiting):
            waiting.ack(message)
            return time.monotonic() - begun
    raise AssertionError("nobody was woken")


def test_a_message_wakes_whoever_waits_for_its_queue(messages: bell.BellBroker, work_queue: WorkQueue) -> None:
    waiting = messages.consume("pipeline", timeout=LONG)
    assert seconds_until_woken(waiting, lambda: work_queue.wake("clean")) < NEVER / 2


def test_what_comes_while_nobody_listens_is_found_once_somebody_listens_again(
    messages: bell.BellBroker, work_queue: WorkQueue, servers: RealServers
) -> None:
    def cut_and_wake() -> None:
        with redis.Redis.from_url(servers.redis_url) as client:
            client.client_kill_filter(_type="pubsub")
        work_queue.wake("clean")

    assert seconds_until_woken(messages.consume("pipeline", timeout=LONG), cut_and_wake) < NEVER / 2


def test_without_a_bell_it_looks_again_after_a_pause(
    messages: bell.BellBroker, work_queue: WorkQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bell, "BELL", "another")
    looking = messages.consume("pipeline", timeout=200)
    assert seconds_until_woken(looking, lambda: work_queue.wake("clean")) < NEVER / 2


def test_a_redis_that_is_full_is_told_and_waited_for(
    messages: bell.BellBroker, work_queue: WorkQueue, servers: RealServers
) -> None:
    with redis.Redis.from_url(servers.redis_url) as client:
        room = client.config_get("maxmemory")["maxmemory"]
        client.config_set("maxmemory", 1)
        try:
            assert next(messages.consume("pipeline", timeout=1)) is None
            assert not work_queue.is_reachable()
        finally:
            client.config_set("maxmemory", room)
    assert work_queue.is_reachable()
