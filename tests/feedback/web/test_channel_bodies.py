"""What the document gives no schema for, over HTTP: bodies of channels, the Open311 form, the event stream.

`make soak` sends more of it (`CASES`), as of the other operations.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar import Litestar
from litestar.testing import TestClient

from feedback.record.db import Record
from feedback.web.openapi import with_failures
from ingest.channels import CHANNELS
from insights.alerts.delivery import events
from tests.conftest import RealServers
from tests.feedback.web.test_openapi_operations import CASES
from tests.ingest.channels.test_contract import broken, expectations, folder, with_suppliers
from tests.serving import client_of

Client = TestClient[Litestar]
EACH = max(5, CASES // (4 * len(CHANNELS)))
OPEN311 = [f"/open311/v2/requests.{form}" for form in ("xml", "json")]
PLACES = {f"/v1/channels/{name}": name for name in CHANNELS if name != "open311"} | dict.fromkeys(OPEN311, "open311")
QUESTIONS = ("service_request_id", "service_code", "start_date", "end_date", "status", "page", "page_size")
SERVICES = ("blue-badge", "", "none", "\ud7ff")
HEADERS = ("content-type", "x-twilio-signature", "authorization")


@pytest.fixture
def client(record: Record, servers: RealServers, blue_badge: str) -> Iterator[Client]:
    """Of an installation that takes text messages from each provider, and answers 500 where a handler fails."""
    with client_of(with_suppliers(servers.data), servers, raises=False) as client:
        yield client


def told(client: Client, path: str, method: str) -> dict[str, Any]:
    """How the document says that an operation may be answered."""
    document = with_failures(client.app.openapi_schema.to_schema())
    answers: dict[str, Any] = document["paths"][path][method]["responses"]
    return answers


@pytest.mark.parametrize("path", PLACES)
def test_no_body_of_a_channel_fails_on_our_side_or_is_answered_as_the_document_does_not_say(
    client: Client, admin: dict[str, str], path: str
) -> None:
    name, answers = PLACES[path], told(client, path, "post")
    recorded = [(file, (folder(name) / file).read_bytes(), it) for file, it in expectations(name).items()]

    @settings(max_examples=EACH, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.integers(0, len(recorded) - 1), st.integers(0, 10**9), st.sampled_from(SERVICES))
    def send(at: int, seed: int, service: str) -> None:
        _, body, expected = recorded[at]
        told_of = {
            key: value for key, value in expected.get("request", {}).get("headers", {}).items() if key in HEADERS
        }
        headers = ({} if "sms" in path or "open311" in path else dict(admin)) | told_of
        query = {"service": service} if service else {}
        answer = client.post(path, content=broken(body, seed), headers=headers, params=query)
        assert str(answer.status_code) in answers, (seed, answer.text[:200])
        kind = answer.headers.get("content-type", "").split(";")[0]
        assert kind in answers[str(answer.status_code)].get("content", {kind: ""}) or kind == "application/problem+json"

    send()


@pytest.mark.parametrize("path", OPEN311)
@settings(max_examples=EACH, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(
    query=st.dictionaries(
        st.sampled_from(QUESTIONS),
        st.text(max_size=30) | st.sampled_from(["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1", "open"]),
        max_size=3,
    )
)
def test_no_question_to_open311_fails_on_our_side(client: Client, path: str, query: dict[str, str]) -> None:
    assert str(client.get(path, params=query).status_code) in told(client, path, "get")


@settings(max_examples=EACH, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(last=st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=30) | st.integers().map(str))
def test_no_last_event_id_fails_on_our_side(
    client: Client, admin: dict[str, str], monkeypatch: pytest.MonkeyPatch, last: str
) -> None:
    monkeypatch.setattr(events, "MAX_POLLS", 1)
    monkeypatch.setattr(events, "POLL_SECONDS", 0)
    headers: dict[bytes, bytes] = {name.encode(): value.encode() for name, value in admin.items()}
    answer = client.get("/v1/services/blue-badge/events", headers=headers | {b"Last-Event-ID": last.encode("latin-1")})
    assert answer.status_code in (200, 400)
