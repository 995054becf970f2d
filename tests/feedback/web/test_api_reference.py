"""The OpenAPI document and its page say how each operation is used, and how each may fail."""

from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from feedback.web import api_reference, health
from feedback.web.errors import STATUS

Client = TestClient[Litestar]
METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture
def document(client: Client) -> dict[str, Any]:
    return dict(client.get("/openapi.json").json())


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    found = [
        (path, method, item[method]) for path, item in document["paths"].items() for method in METHODS if method in item
    ]
    return [entry for entry in found if "operators" not in entry[2]["tags"]]


def test_every_operation_says_how_it_may_fail(document: dict[str, Any]) -> None:
    every = {str(int(status)) for status in STATUS.values()}
    for path, method, operation in operations(document):
        failing = {status for status in operation["responses"] if status >= "400"}
        missing = every - failing
        assert missing <= ({"409", "413", "415", "422"} if method == "get" else set()), (method, path)


def test_every_failure_has_a_problem_body_and_an_example(document: dict[str, Any]) -> None:
    answers = {name: answer for name, answer in document["components"]["responses"].items() if "Problem" in name}
    assert len(answers) == len(set(STATUS.values()))
    for answer in answers.values():
        body = answer["content"]["application/problem+json"]
        assert body["schema"]["$ref"].endswith("/Problem")
        assert set(body["example"]) == {"type", "title", "status", "detail"}


def test_the_reference_shows_bodies_failures_examples_and_a_way_back(client: Client) -> None:
    page = client.get("/docs").text
    assert 'href="#schema-Submission"' in page and 'id="schema-Submission"' in page
    assert 'href="#Problem409"' in page and 'id="Problem409"' in page
    assert '"detail": "there is no such service"' in page and 'href="/"' in page
    assert "Repeating it under the same Idempotency-Key gives the same answer." in page


def test_document_and_page_are_made_once(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Anybody may ask for them, and making them holds up whoever sends feedback."""
    first = [client.get(path).content for path in ("/openapi.json", "/docs")]

    def made_again(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(api_reference, "with_failures", made_again)
    monkeypatch.setattr(api_reference, "_operations", made_again)
    assert [client.get(path).content for path in ("/openapi.json", "/docs")] == first


def test_what_asks_the_store_or_takes_long_runs_beside_the_event_loop() -> None:
    handlers = (health.metrics, health.ready, api_reference.openapi_document, api_reference.reference_page)
    assert [handler.handler_name for handler in handlers if not handler.sync_to_thread] == []
