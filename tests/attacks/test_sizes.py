"""Bodies that are too long, packed, in too many parts, or of a million turns."""

import contextlib
import gzip
import json
import resource
import time
from collections.abc import Iterator

import httpx
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from feedback.record.db import Record
from feedback.record.errors import FeedbackError
from tests.attacks.counting import stored
from tests.conftest import RealServers
from tests.ingest.channels.reading import read
from tests.serving import served

Client = TestClient[Litestar]
Headers = dict[str, str]

INTAKE = "/v1/services/blue-badge/feedback"
FORM = "/services/blue-badge/feedback"
LONG = {"message": "x" * 65 * 1024}


@pytest.fixture
def address(record: Record, servers: RealServers, blue_badge: str) -> Iterator[str]:
    """The product on a real port."""
    with served(record, servers) as found:
        yield found


def test_a_body_of_65_kilobytes_is_too_long(client: Client, record: Record, blue_badge: str) -> None:
    assert client.post(INTAKE, json=LONG).status_code == 413
    assert client.post(FORM, data=LONG).status_code == 413
    assert stored(record) == 0


def test_a_body_whose_length_is_not_told_is_read_no_further_than_the_limit(address: str, record: Record) -> None:
    def endless() -> Iterator[bytes]:
        yield b'{"message": "'
        for _ in range(200):
            yield b"x" * 1024

    answer = httpx.post(f"{address}{INTAKE}", content=endless(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 413
    assert httpx.get(f"{address}/health/live").status_code == 200
    assert stored(record) == 0


@pytest.mark.parametrize("path", [INTAKE, FORM, "/v1/channels/calls/text?service=blue-badge", "/v1/channels/email"])
def test_what_comes_packed_is_never_unpacked(
    path: str, client: Client, record: Record, admin: Headers, blue_badge: str
) -> None:
    bomb = gzip.compress(json.dumps({"message": "x" * 3_000_000}).encode())
    for coding in ("gzip", "deflate", "br", "zstd", "x-gzip", "gzip, gzip"):
        more = {"Content-Encoding": coding, "Content-Type": "application/json"} | admin
        assert client.post(path, content=bomb, headers=more).status_code == 415
    assert stored(record) == 0


def test_a_form_of_1001_parts_is_refused(client: Client, record: Record, blue_badge: str) -> None:
    parts = {f"field-{number}": (None, "x") for number in range(1_001)}
    assert client.post(FORM, files=parts).status_code in (400, 413)
    assert client.post(FORM, data=dict.fromkeys(parts, "x")).status_code in (400, 413)
    assert client.post("/open311/v2/requests.json", data=dict.fromkeys(parts, "x")).status_code in (400, 413)
    assert stored(record) == 0


WORDS = "the lift"
TRANSCRIPTS = {
    "srt": "".join(f"{n}\n00:00:01,000 --> 00:00:02,000\nCaller: {WORDS}\n\n" for n in range(170_000)),
    "webvtt": "WEBVTT\n\n" + "".join(f"00:01.000 --> 00:02.000\n<v Caller>{WORDS}\n\n" for _ in range(200_000)),
    "text": f"Caller: {WORDS}\n" * 600_000,
    "whisper": json.dumps({"segments": [{"start": 1, "end": 2, "text": "a"}] * 240_000}),
    "vcon": json.dumps(
        {
            "vcon": "0.0.1",
            "uuid": "u",
            "parties": [{"name": "Caller"}],
            "analysis": [{"type": "transcript", "body": [{"t": "a", "speaker": "A"}] * 300_000, "encoding": "json"}],
        }
    ),
    "contact-lens": json.dumps({"Transcript": [{"ParticipantId": "C", "Content": "a"}] * 230_000}),
}
"""As many turns as ten megabytes hold, the most that the door takes; a million are longer and refused unread."""


@pytest.mark.parametrize("name", TRANSCRIPTS)
def test_a_transcript_of_turns_without_number_is_refused_or_read_within_seconds_and_memory(name: str) -> None:
    body = TRANSCRIPTS[name].encode()[: 10 * 1024 * 1024]
    begin, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with contextlib.suppress(FeedbackError):
        read(name, body)
    assert time.process_time() - begin < 20
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 1_500_000  # kilobytes


def test_a_transcript_of_a_million_turns_is_longer_than_the_door_takes(
    client: Client, admin: Headers, blue_badge: str
) -> None:
    body = b"Caller: the lift fails\n" * 1_000_000
    path = "/v1/channels/calls/text?service=blue-badge"
    assert client.post(path, content=body, headers=admin | {"Content-Type": "text/plain"}).status_code == 413
