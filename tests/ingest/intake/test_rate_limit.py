"""What one address may send: a burst, then its share a minute, whichever process it reaches."""

import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest
import redis
from litestar import Litestar
from litestar.testing import TestClient

from feedback.record.db import Record
from feedback.record.errors import TooMany
from feedback.web.app import create_app
from ingest.intake.rate_limit import BURST_PIECES, RateLimit
from tests.conftest import RealServers

Client = TestClient[Litestar]

PATH = "/v1/services/blue-badge/feedback"
PER_MINUTE = 60
SLOW = 1.0
"""Pieces a minute: so few that none becomes due within a test."""


@pytest.fixture
def forgotten(servers: RealServers) -> None:
    """No address has sent anything."""
    with redis.Redis.from_url(servers.redis_url) as client:
        for key in client.scan_iter("rate:*"):
            client.delete(key)


def client_of(record: Record, servers: RealServers, per_minute: float, redis_url: str) -> Client:
    settings = replace(record.settings, intake_rate=per_minute)
    return TestClient(create_app(settings, servers.database_url, redis_url))


@pytest.fixture
def limited(record: Record, servers: RealServers, blue_badge: str, forgotten: None) -> Iterator[Client]:
    with client_of(record, servers, PER_MINUTE, servers.redis_url) as client:
        yield client


def statuses(client: Client, times: int, **headers: str) -> list[int]:
    return [client.post(PATH, json={"message": f"Piece {n}"}, headers=headers).status_code for n in range(times)]


def passed(limit: RateLimit, address: str, times: int) -> int:
    count = 0
    for _ in range(times):
        try:
            limit.take(address)
        except TooMany:
            continue
        count += 1
    return count


def address() -> str:
    return str(uuid.uuid4())


def test_after_a_burst_an_address_is_told_when_to_come_back_and_passes_then(limited: Client) -> None:
    began = time.monotonic()
    assert statuses(limited, BURST_PIECES) == [202] * BURST_PIECES
    refused = limited.post(PATH, json={"message": "One too many"})
    while refused.status_code == 202 and time.monotonic() - began > 60 / PER_MINUTE:  # a share became due meanwhile
        refused = limited.post(PATH, json={"message": "One too many"})
    assert refused.status_code == 429
    assert refused.headers["content-type"].startswith("application/problem+json")
    wait = int(refused.headers["retry-after"])
    assert 1 <= wait <= 60 / PER_MINUTE + 1
    time.sleep(wait)
    assert statuses(limited, 1) == [202]


def test_the_page_says_it_in_words_and_keeps_the_time_to_wait(limited: Client) -> None:
    statuses(limited, BURST_PIECES)
    sent = [
        limited.post("/services/blue-badge/feedback", data={"message": "One too many"}) for _ in range(BURST_PIECES)
    ]
    refused = next(page for page in sent if page.status_code == 429)
    assert "Too much at once" in refused.text and int(refused.headers["retry-after"]) >= 1


def test_who_sends_a_key_is_not_limited(limited: Client, admin: dict[str, str]) -> None:
    assert statuses(limited, 2 * BURST_PIECES, **admin) == [202] * 2 * BURST_PIECES


def test_zero_means_no_limit(record: Record, servers: RealServers, blue_badge: str, forgotten: None) -> None:
    with client_of(record, servers, 0, servers.redis_url) as client:
        assert statuses(client, 2 * BURST_PIECES) == [202] * 2 * BURST_PIECES


def test_where_redis_is_away_everything_passes(record: Record, servers: RealServers, blue_badge: str) -> None:
    with client_of(record, servers, PER_MINUTE, "redis://127.0.0.1:1") as client:
        assert statuses(client, 2 * BURST_PIECES) == [202] * 2 * BURST_PIECES


def test_each_address_has_a_share_of_its_own(servers: RealServers) -> None:
    limit, one, another = RateLimit(servers.redis_url, SLOW), address(), address()
    assert passed(limit, one, 2 * BURST_PIECES) == BURST_PIECES
    assert passed(limit, another, 2 * BURST_PIECES) == BURST_PIECES
    assert passed(limit, one, 1) == 0


def test_no_address_stands_in_redis(servers: RealServers) -> None:
    RateLimit(servers.redis_url, SLOW).take("192.0.2.77")
    with redis.Redis.from_url(servers.redis_url) as client:
        keys = list(client.scan_iter("rate:*"))
        assert keys and not any(b"192.0.2.77" in key for key in keys)
        assert all(0 < client.ttl(key) <= BURST_PIECES * 60 / SLOW + 1 for key in keys)


PROCESS = """
import sys
from feedback.record.errors import TooMany
from ingest.intake.rate_limit import RateLimit

url, per_minute, address, times = sys.argv[1:]
limit, refused = RateLimit(url, float(per_minute)), 0
for _ in range(int(times)):
    try:
        limit.take(address)
    except TooMany:
        refused += 1
print(refused)
"""


def test_two_processes_count_together(servers: RealServers) -> None:
    command = [sys.executable, "-c", PROCESS, servers.redis_url, str(SLOW), address(), str(BURST_PIECES)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    refused = [int(process.communicate(timeout=60)[0]) for process in processes]
    assert all(process.returncode == 0 for process in processes)
    assert sum(refused) == BURST_PIECES
