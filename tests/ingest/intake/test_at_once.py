"""The usual request is taken in at once; any other is answered as the handler answers it."""

from collections.abc import Iterator

import pytest
from httpx import Response
from litestar import Litestar
from litestar.testing import TestClient

from ingest.intake import at_once

Client = TestClient[Litestar]
PATH = "/v1/services/blue-badge/feedback"
JSON = {"Content-Type": "application/json"}
SAID = b'{"message": "The lift is broken"}'


def chunks() -> Iterator[bytes]:
    yield SAID[:5]
    yield SAID[5:]


UNUSUAL = {
    "a charset": (PATH, SAID, {"Content-Type": "application/json; charset=utf-8"}),
    "no type": (PATH, SAID, {}),
    "a host that is none": (PATH, SAID, {**JSON, "Host": "council.example:99999"}),
    "another type": (PATH, SAID, {"Content-Type": "text/plain"}),
    "a query": (f"{PATH}?from=poster", SAID, JSON),
    "a NUL in the query": (f"{PATH}?from=%00", SAID, JSON),
    "a NUL in the body": (PATH, b'{"message": "a\\u0000b"}', JSON),
    "a NUL in a field": (PATH, b'{"message": "a", "page_url": "/\\u0000"}', JSON),
    "a coding": (PATH, SAID, {**JSON, "Content-Encoding": "gzip"}),
    "no key that anybody has": (PATH, SAID, {**JSON, "Authorization": "Bearer nobody"}),
    "a key that is too long": (PATH, SAID, {**JSON, "Idempotency-Key": "k" * 201}),
    "a field that is not known": (PATH, b'{"message": "a", "colour": "red"}', JSON),
    "a rating in quotes": (PATH, b'{"message": "a", "rating": "5"}', JSON),
    "a rating of six": (PATH, b'{"message": "a", "rating": 6}', JSON),
    "blanks": (PATH, b'{"message": " "}', JSON),
    "nothing": (PATH, b"", JSON),
    "half of a body": (PATH, SAID[:-3], JSON),
    "no UTF-8": (PATH, b'{"message": "\xff"}', JSON),
    "a deep nest": (PATH, b"[" * 50_000, JSON),
    "a large body": (PATH, b'{"message": "' + b" " * 70_000 + b'a"}', JSON),
    "no such service": ("/v1/services/nowhere/feedback", SAID, JSON),
    "a wrong contact": (PATH, b'{"message": "a", "contact": "nobody"}', JSON),
}


@pytest.mark.parametrize("kind", [*UNUSUAL, "a body in pieces"])
def test_what_is_not_usual_is_answered_as_by_the_handler(
    kind: str, client: Client, blue_badge: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, body, headers = UNUSUAL.get(kind, (PATH, b"", JSON))

    def ask() -> Response:
        return client.post(path, content=chunks() if kind == "a body in pieces" else body, headers=headers)

    first = ask()
    monkeypatch.setattr(at_once, "_read", lambda *_: None)
    second = ask()
    assert first.status_code == second.status_code < 500
    if first.status_code != 202:
        assert first.content == second.content


def test_the_usual_request_does_not_reach_the_handler(
    client: Client, blue_badge: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(at_once, "_again", lambda *_: pytest.fail("it went on"))
    key = {"Idempotency-Key": "one"}
    usual = client.post(PATH, json={"message": "The lift is broken", "rating": 2}, headers=key)
    assert usual.status_code == 202 and usual.json().keys() == {"id", "receipt"}
    assert client.post(PATH, json={"message": "The lift is broken", "rating": 2}, headers=key).json() == usual.json()
