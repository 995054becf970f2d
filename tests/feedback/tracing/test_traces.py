"""One trace leads from the request to the alert, told to a real receiver of OTLP, without a word."""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from litestar.testing import TestClient
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from sqlalchemy import select

from feedback import tracing
from feedback.record.models import Feedback
from feedback.tracing.otlp import Teller
from feedback.web.app import create_app
from insights.alerts.rules import fan_out
from tests.conftest import RealServers
from tests.insights import made_up
from tests.insights.receivers import Receiver, receiver
from workers.actors.clean import CLEAN
from workers.actors.deliver import deliver
from workers.actors.group import GROUP
from workers.runtime.actor import Worker, work_once

WORDS = "I am going to kill myself tonight, unmistakable lampposts"
PATH = "/v1/services/blue-badge/feedback"

Span = tuple[str, str, dict[str, Any]]
"""A span by its name, the trace that it is of, and its attributes."""


@pytest.fixture
def collector() -> Iterator[Receiver]:
    with receiver() as found:
        tracing.start(Teller(found.url.removesuffix("/hook"), "test"))
        yield found
        tracing.stop()


@pytest.fixture
def traced(local: Worker, servers: RealServers, collector: Receiver) -> Iterator[TestClient[Any]]:
    settings = replace(local.record.settings, otlp_endpoint=collector.url)
    with TestClient(create_app(settings, servers.database_url, servers.redis_url)) as client:
        yield client


def test_one_trace_leads_from_the_request_to_the_alert(
    traced: TestClient[Any], collector: Receiver, local: Worker, subscribed: dict[str, Any], hook: Receiver
) -> None:
    piece = traced.post(PATH, json={"message": WORDS}).json()["id"]
    assert work_once(local, CLEAN) and work_once(local, GROUP)
    deliver(local)
    assert hook.got
    spans = told(collector)
    assert {name for name, trace, _ in spans if trace == uuid.UUID(piece).hex} == {
        *("POST /v1/services/{service}/feedback", "accept", "clean", "group", "alert")
    }
    [first] = [span for span in raw(collector) if span.name == "accept"]
    under = {span.name for span in raw(collector) if span.parent_span_id == first.span_id}
    assert under >= {"clean", "group", "alert"}
    assert all(span.start_time_unix_nano <= span.end_time_unix_nano for span in raw(collector))
    [alert] = [about for name, _, about in spans if name == "alert"]
    assert alert["feedback.way"] == "webhook" and "error.type" not in alert


def test_an_alert_of_a_new_issue_stands_in_the_trace_of_each_piece_that_it_tells_of(
    collector: Receiver, local: Worker, subscribed: dict[str, Any], hook: Receiver
) -> None:
    with local.record.transaction() as session:
        issue = made_up.emerging(session, "blue-badge")
        fan_out.raise_alerts(session, issue.service_id)
        pieces = session.scalars(select(Feedback.id)).all()
    deliver(local)
    assert hook.got
    alerts = [(trace, about["feedback.alert_type"]) for name, trace, about in told(collector) if name == "alert"]
    assert len(pieces) > 1 and sorted(alerts) == sorted((piece.hex, "signal.new") for piece in pieces)


def test_no_span_holds_a_word_or_an_address(
    traced: TestClient[Any], collector: Receiver, local: Worker, admin: dict[str, str], blue_badge: str
) -> None:
    traced.post(PATH, json={"message": WORDS, "contact": "percival@citizen.example"})
    traced.get("/v1/search?q=unmistakable+lampposts", headers=admin)
    traced.get("/unmistakable")
    work_once(local, CLEAN)
    spans = told(collector)
    assert "GET /v1/search" in {name for name, _, _ in spans}
    sent = b"".join(got.body for got in collector.got).lower()
    assert b"unmistakable" not in sent and b"percival" not in sent
    assert admin["Authorization"].split()[-1].encode() not in b"".join(got.body for got in collector.got)


def test_what_fails_is_told_by_the_name_of_its_error_alone(
    traced: TestClient[Any], collector: Receiver, local: Worker, blue_badge: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    traced.post(PATH, json={"message": WORDS})

    def breaks(*_: object) -> None:
        raise ValueError(WORDS)

    monkeypatch.setattr("workers.actors.clean.prepare", breaks)
    work_once(local, CLEAN)
    [failed] = [about for name, _, about in told(collector) if name == "clean"]
    assert failed["error.type"] == "ValueError"


def test_what_was_not_committed_has_no_trace(
    traced: TestClient[Any], collector: Receiver, blue_badge: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object) -> None:
        raise ValueError

    monkeypatch.setattr("ingest.intake.accept.contacts.store", breaks)
    asked = {"message": WORDS, "contact": "jane@home.example"}
    assert traced.post(PATH, json=asked).status_code == 503
    assert "accept" not in {name for name, _, _ in told(collector)}


def test_a_collector_that_does_not_answer_delays_nobody(traced: TestClient[Any], collector: Receiver) -> None:
    collector.answers = lambda _: (503, {}, b"")
    assert traced.get("/health/live").elapsed.total_seconds() < 1


def raw(collector: Receiver) -> list[Any]:
    requests = [ExportTraceServiceRequest.FromString(got.body) for got in collector.got]
    scopes = [scope for request in requests for about in request.resource_spans for scope in about.scope_spans]
    return [span for scope in scopes for span in scope.spans]


def told(collector: Receiver) -> list[Span]:
    """All spans, once what is on its way has come."""
    tracing.stop()
    return [
        (
            span.name,
            span.trace_id.hex(),
            {at.key: at.value.string_value or at.value.int_value for at in span.attributes},
        )
        for span in raw(collector)
    ]
