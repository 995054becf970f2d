"""What Prometheus reads: how the product is doing, and nothing of what anybody said or who they are."""

import json
import re
from pathlib import Path

from litestar import Litestar
from litestar.testing import TestClient

from feedback.operation.metrics import METRICS, InstallationMetrics
from feedback.record.db import Record, engine_for
from feedback.record.settings import Settings
from feedback.web.app import create_app
from tests.conftest import RealServers
from tests.insights import made_up

OPS = Path(__file__).parents[3] / "ops"

Client = TestClient[Litestar]

WORDS = "Unmistakable lampposts on Zebedee Row"
ADDRESS = "percival@citizen.example"


def test_the_metrics_answer_and_are_named_for_what_they_count(client: Client, blue_badge: str) -> None:
    assert client.get("/health/live").status_code == 200
    answer = client.get("/metrics")
    assert answer.status_code == 200 and answer.headers["content-type"].startswith(("text/plain", "application/openm"))
    assert 'path="/health/live"' in answer.text
    assert "# TYPE feedback_requests_total counter" in answer.text
    assert "# TYPE feedback_ignored_total counter" in answer.text


def test_no_citizens_words_addresses_or_receipts_are_in_the_metrics(client: Client, blue_badge: str) -> None:
    said = {"message": WORDS, "contact": ADDRESS}
    receipt = client.post(f"/v1/services/{blue_badge}/feedback", json=said).json()["receipt"]
    assert client.get(f"/v1/receipts/{receipt}").status_code == 200
    for path in (f"/receipts/{ADDRESS}", f"/{WORDS}", f"/v1/services/{blue_badge}/feedback?contact={ADDRESS}"):
        client.get(path)
    told = client.get("/metrics").text.lower()
    assert 'path="/v1/receipts/{code' in told
    for secret in (receipt, ADDRESS, "percival", "unmistakable", "zebedee", "lampposts"):
        assert secret.lower() not in told


def test_the_metrics_tell_what_waits_in_each_stage_and_what_the_last_hour_brought(
    client: Client, record: Record, blue_badge: str
) -> None:
    assert client.post(f"/v1/services/{blue_badge}/feedback", json={"message": WORDS}).status_code == 202
    with record.transaction() as session:
        issue = made_up.emerging(session, blue_badge)
        made_up.report(session, issue, "Failed", stage="set_aside")
    METRICS.of(record)  # reads anew
    told = set(client.get("/metrics").text.splitlines())
    assert 'feedback_stage_waiting{stage="clean"} 1.0' in told and 'feedback_stage_waiting{stage="deliver"} 0.0' in told
    assert 'feedback_pieces_last_hour{stage="done"} 4.0' in told and 'feedback_set_aside{stage="group"} 1.0' in told
    assert 'feedback_signals_last_hour{kind="new",tier="signal"} 1.0' in told
    assert {"feedback_store_up 1.0", "feedback_workers 0.0", "feedback_schedulers 0.0"} <= told


def test_where_the_store_is_away_the_metrics_say_so() -> None:
    away = Record(Settings(), engine_for("postgresql://feedback@127.0.0.1:1/feedback?connect_timeout=1"))
    found = InstallationMetrics()
    found.of(away)
    assert [(it.name, it.samples[0].value) for it in found.collect()] == [("feedback_store_up", 0)]


def test_an_application_that_is_made_and_does_not_serve_takes_no_metrics_over(
    app: Litestar, record: Record, servers: RealServers
) -> None:
    create_app(Settings(data=servers.data), "postgresql://feedback@127.0.0.1:1/feedback?connect_timeout=1", "redis://x")
    with TestClient(app) as client:
        assert "feedback_store_up 1.0" in client.get("/metrics").text


def test_every_metric_that_an_alert_rule_or_a_panel_names_is_told(client: Client) -> None:
    client.get("/health/live")
    kinds = re.findall(r"^# TYPE (\w+) ", client.get("/metrics").text, re.MULTILINE)
    told = {f"{name}{more}" for name in kinds for more in ("", "_bucket", "_total")}
    for file in (OPS / "prometheus-alerts.yml", OPS / "grafana-dashboard.json"):
        named = set(re.findall(r"\bfeedback_[a-z_]+", file.read_text()))
        assert len(named) > 6 and named <= told, (file, named - told)
    assert len(json.loads((OPS / "grafana-dashboard.json").read_text())["panels"]) == 22
