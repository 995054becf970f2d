"""The page of the demo's own receiver: what was told, and why."""

import http.client
import json
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from feedback.demo.receiver import DemoReceiver, receiving


@pytest.fixture
def line() -> Iterator[http.client.HTTPConnection]:
    with receiving() as receiver:
        found = http.client.HTTPConnection(receiver.address.removeprefix("http://").strip("/"), timeout=5)
        yield found
        found.close()


def asked(line: http.client.HTTPConnection, body: str = "", **headers: str) -> int:
    line.request("POST", "/", body, headers)
    with line.getresponse() as answer:
        return answer.status


def page(line: http.client.HTTPConnection) -> str:
    line.request("GET", "/")
    with line.getresponse() as answer:
        assert answer.status == 200
        return answer.read().decode()


def test_the_page_says_that_an_alert_was_told_again_and_who_is_on_duty() -> None:
    receiver = DemoReceiver("http://127.0.0.1/")
    data = {"issue": {"title": "Page fails"}, "signal": {"reports": 5}, "escalated": {"root": "1"}, "on_duty": "<Ann>"}
    assert receiver.take(msgspec.json.encode({"type": "signal.new", "data": data}), {}) == 204
    page = receiver.page().decode()
    assert "5 reports; told again, as nobody acknowledged it; on duty: &lt;Ann&gt;" in page
    assert "signature not verified" in page


ODD: list[Any] = [
    {"data": "x"},
    {"data": {"quotes": None}},
    {"data": {"quotes": [{}]}},
    {"data": {"quotes": ["a"]}},
    {"data": {"signal": ["reports"]}},
    {"data": {"urgent": "x"}},
    {"data": {"issue": 5}},
    {"data": {"link": "javascript:alert(1)"}},
    [],
]


@pytest.mark.parametrize(
    "body", ['{"type": "\\ud800"}', '{"a":' * 20_000, *(json.dumps({"type": "x", **it} if it else it) for it in ODD)]
)
def test_what_is_no_alert_is_refused_and_the_page_stays(line: http.client.HTTPConnection, body: str) -> None:
    assert asked(line, body) == 400
    assert "Nothing so far." in page(line)


@pytest.mark.parametrize("length", ["-1", "abc", "9" * 30, ""])
def test_a_length_that_is_none_is_refused_before_anything_is_read(
    line: http.client.HTTPConnection, length: str
) -> None:
    assert asked(line, **{"Content-Length": length}) == 400


def test_a_page_of_somebody_elses_can_tell_it_nothing(line: http.client.HTTPConnection) -> None:
    forged = json.dumps({"type": "forged", "data": {"service": "x"}})
    assert asked(line, forged, Origin="https://evil.example") == 403
    assert "forged" not in page(line)


def test_what_is_told_of_several_services_of_an_urgent_piece_or_a_silent_channel_is_shown() -> None:
    receiver = DemoReceiver("http://127.0.0.1/")
    told = [
        {"service": "bins", "issue": None, "signal": {"reports": 3, "kind": "surge"}, "theme": {"id": "1"}},
        {"service": "bins", "issue": None, "signal": None, "urgent": {"reason": "fire", "channel": "web"}},
        {"service": "bins", "issue": None, "signal": None, "silence": {"channel": "sms"}, "quotes": []},
    ]
    for data in told:
        assert receiver.take(msgspec.json.encode({"type": "x", "data": data}), {}) == 204
    assert all(words in receiver.page().decode() for words in ("3 reports", "fire", "bins"))
