"""What Prometheus reads: how the product is doing, and nothing of what anybody said or who they are."""

from litestar import Litestar
from litestar.testing import TestClient

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
