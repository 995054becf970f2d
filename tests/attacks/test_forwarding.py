"""Headers that say where a request came from, or where it went to: believed of trusted proxies alone."""

import http.client
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from feedback.record.db import Record
from ingest.intake.rate_limit import BURST_PIECES
from tests.conftest import RealServers
from tests.serving import served

STRANGER, PROXY = "127.0.0.2", "127.0.0.1"
FORWARDING = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "True-Client-IP", "CF-Connecting-IP", "X-Client-IP")


@pytest.fixture
def port(record: Record, servers: RealServers, blue_badge: str) -> Iterator[int]:
    """Of the product with a share so small that none becomes due within a test; `PROXY` alone is trusted."""
    settings = replace(record.settings, intake_rate=0.5, trusted_proxies=(PROXY,))
    with served(Record(settings, record.engine), servers) as url:
        yield urlsplit(url).port or 0


def send(port: int, source: str, headers: dict[str, str]) -> int:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10, source_address=(source, 0))) as connection:
        body = json.dumps({"message": "The lift fails"})
        whole = {"Content-Type": "application/json", **headers}
        connection.request("POST", "/v1/services/blue-badge/feedback", body, whole)
        return connection.getresponse().status


def test_a_stranger_who_claims_to_be_many_has_the_share_of_one(port: int) -> None:
    spoofed = [
        {name: f"for=198.51.100.{n}" if name == "Forwarded" else f"198.51.100.{n}" for name in FORWARDING}
        for n in range(BURST_PIECES + 2)
    ]
    assert [send(port, STRANGER, headers) for headers in spoofed] == [202] * BURST_PIECES + [429] * 2


def test_behind_a_proxy_what_the_client_put_before_its_own_address_counts_for_nothing(port: int) -> None:
    """A proxy appends the address that it saw: what stands before it is the client's own invention."""
    spoofed = [{"X-Forwarded-For": f"198.51.100.{n}, 203.0.113.{7}"} for n in range(BURST_PIECES + 1)]
    assert [send(port, PROXY, headers) for headers in spoofed] == [202] * BURST_PIECES + [429]
    assert send(port, PROXY, {"X-Forwarded-For": "203.0.113.8"}) == 202


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/dashboard", "/sign-in", "/docs", "/openapi.json", "/services/blue-badge/feedback"),
        *("/open311/v2/discovery.json", "/services/blue-badge/you-said-we-did.atom", "/no/such/page"),
        "/v1/services/blue-badge/feed.atom",
    ],
)
def test_the_name_that_a_client_calls_us_by_stands_in_no_answer(
    client: TestClient[Litestar], blue_badge: str, admin: dict[str, str], path: str
) -> None:
    """Or a shared cache, or a link in a mail, would lead others where an attacker wishes."""
    evil = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Original-URL": "/evil.example"}
    answer = client.get(path, headers=admin | evil, follow_redirects=False)
    assert "evil.example" not in answer.text and "evil.example" not in str(answer.headers)
