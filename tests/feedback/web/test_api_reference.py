"""The OpenAPI document and its page say how each operation is used, and how each may fail."""

import re
import shlex
from html import unescape
from typing import Any

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from feedback.web import api_reference, health
from feedback.web.errors import STATUS

Client = TestClient[Litestar]
MISSING = "00000000-0000-4000-8000-000000000000"
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


def test_every_body_that_is_sent_has_an_example_which_is_taken(
    client: Client, document: dict[str, Any], admin: dict[str, str], blue_badge: str
) -> None:
    """Nothing is there under the ids of the examples, so the answer is that, and never that the body is wrong."""
    refused, seen = list[tuple[str, str]](), 0
    for path, method, operation in operations(document):
        body = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if body is None:
            continue
        seen += 1
        address = path.replace("{service}", blue_badge).replace("{feedback}", MISSING).replace("{issue}", MISSING)
        address = re.sub(r"\{(signal|statement)\}", "7", re.sub(r"\{subscription\}", MISSING, address))
        answer = client.request(method.upper(), address, json=body["example"], headers=admin)
        if answer.status_code in (400, 415, 422) and "not of this service" not in answer.text:
            refused.append((path, answer.text))
    assert refused == [] and seen > 20


def test_every_json_answer_has_an_example_with_the_fields_of_its_schema(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for path, method, operation in operations(document):
        for status, answer in operation["responses"].items():
            told = answer.get("content", {}).get("application/json", {})
            name = told.get("schema", {}).get("$ref", "").rpartition("/")[2]
            fields = schemas.get(name, {}).get("properties", {})
            assert not fields or set(fields) <= set(told["example"]), (path, method, status)


def test_the_reference_shows_for_each_operation_how_it_is_asked_for_on_a_command_line(client: Client) -> None:
    page = unescape(client.get("/docs").text)
    assert "curl -X POST 'http://localhost:8000/v1/services/{service}/feedback' \\" in page
    assert '"message": "The renewal page logs me out after I pay"' in page
    assert "at most 500" in page and "The last so many days, today included" in page
    assert 'href="#post-v1-services-service-feedback"' in page and 'id="post-v1-services-service-feedback"' in page
    assert "as it comes from vcon" in page and "The slug of the service that it is about" in page


def test_what_is_asked_for_is_quoted_for_a_shell() -> None:
    body = {"content": {"application/json": {"example": {"note": "it's"}}}}
    told = api_reference.curl({"method": "POST", "path": "/v1/x", "security": [], "requestBody": body})
    assert shlex.split(told)[-1] == '{"note": "it\'s"}'


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
