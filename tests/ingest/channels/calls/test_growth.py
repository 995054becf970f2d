"""No input takes time that grows faster than its length: eight times the input, far less than 64 times the work."""

import contextlib
import json
import time
from collections.abc import Callable, Iterator

import pytest

from feedback.record.errors import Malformed, NotSupported
from ingest.channels import CHANNELS
from ingest.channels.contract import Inbound, Secrets
from tests.ingest.channels.phonebook import PhoneBook

SMALL, FACTOR, TOO_MUCH = 30_000, 8, 32
VTT = "WEBVTT\n\n00:01.000 --> 00:02.000\n"
MAIL = "From: a@b.example\nSubject: s\n"
HTML = f"{MAIL}Content-Type: text/html\n\n"
TURN = {"speaker": "zz", "text": "b"}

HOSTILE: dict[str, tuple[str, Callable[[int], str]]] = {
    "voices": ("calls/webvtt", lambda n: VTT + "<v a" * (n // 4)),
    "entities": ("calls/webvtt", lambda n: VTT + "&" * n),
    "sentences": ("calls/webvtt", lambda n: VTT + "a. " * (n // 3)),
    "questions": ("calls/webvtt", lambda n: VTT + "your " * (n // 5)),
    "addresses": ("calls/webvtt", lambda n: VTT + "a.@" * (n // 3)),
    "one breath": ("calls/webvtt", lambda n: "WEBVTT\n\n" + "00:01.000 --> 00:02.000\nab\n\n" * (n // 28)),
    "arrows": ("calls/webvtt", lambda n: "WEBVTT\n\n" + "-->\n" * (n // 4)),
    "wide times": ("calls/webvtt", lambda n: f"WEBVTT\n\n{' ' * n}-->{' ' * n}"),
    "styles": ("calls/srt", lambda n: "1\n00:00:01,000 --> 00:00:02,000\n" + "{\\" * (n // 2)),
    "spaces": ("calls/text", lambda n: f"a{' ' * n}b"),
    "names": ("calls/text", lambda n: "".join(f"Ab{at}: c\n" for at in range(n // 10))),
    "brackets": ("calls/text", lambda n: "[" * n),
    "lists": ("calls/whisper", lambda n: "[" * n),
    "containers": ("calls/whisper", lambda n: json.dumps({"segments": [{"segments": [{}] * 10}] * (n // 60)})),
    "parties": (
        "calls/vcon",
        lambda n: json.dumps(
            {
                "parties": [{"name": f"a{at}"} for at in range(n // 60)],
                "analysis": [{"type": "transcript", "body": [TURN] * (n // 60)}],
            }
        ),
    ),
    "punctuation": (
        "calls/transcribe",
        lambda n: json.dumps({"results": {"items": [{"speaker_label": "s"}] + [{"type": "punctuation"}] * (n // 25)}}),
    ),
    "encoded words": ("email", lambda n: f"From: a@b\nSubject: {'=?utf-8?q?a?= ' * (n // 14)}\n\nx"),
    "parameters": ("email", lambda n: f"{MAIL}Content-Disposition: attachment{';a*1=b' * (n // 6)}\n\nx"),
    "quoted parameters": ("email", lambda n: f"{MAIL}Content-Type: text/plain{chr(59)}a={chr(34) * n}\n\nx"),
    "blank lines": ("email", lambda n: f"{MAIL}\n" + "\n" * n),
    "comments": ("email", lambda n: HTML + "<!--" * (n // 4)),
    "open tags": ("email", lambda n: HTML + "<a " * (n // 3)),
    "history in markup": ("email", lambda n: HTML + "<p class=gmail_quote>" * (n // 21)),
    "attributions": ("email", lambda n: f"{MAIL}\n" + "On Monday 1 a b c d e f g\n" * (n // 26)),
    "regards": ("email", lambda n: f"{MAIL}\nhi\n" + "Regards,\nAnn of the long and the short words\n" * (n // 44)),
    "headers": ("email", lambda n: f"{MAIL}\n" + "From: aaaaaaaaaaaaaaaaaaaaaaaa\n" * (n // 31)),
    "bracketed names": ("calls/text", lambda n: "[a" * (n // 2)),
    "roles within": ("calls/text", lambda n: "a. Agent:" * (n // 9)),
    "lone names": ("calls/text", lambda n: "Ab:\n" * (n // 4)),
    "pages": ("calls/text", lambda n: "<p>" + "<!--" * (n // 4)),
    "numbers of cues": ("calls/srt", lambda n: '1 "' + "a" * n + "\n00:00:01,000 --> 00:00:02,000\nb\n"),
    "wrappers": ("calls/whisper", lambda n: json.dumps({f"k{at}": {"a": {"b": {"c": {}}}} for at in range(n // 40)})),
    "deep wrappers": ("calls/whisper", lambda n: json.dumps({"a": {"b": {"c": {"d": [{"e": 1}] * (n // 9)}}}})),
    "words of many": (
        "calls/whisper",
        lambda n: json.dumps({"text": "a", "words": [{"word": "b", "speaker": at % 2} for at in range(n // 30)]}),
    ),
    "lines of a stream": ("calls/transcribe", lambda n: '{"a":1}\n' * (n // 8)),
    "channels": (
        "calls/transcribe",
        lambda n: json.dumps({"results": {"channel_labels": {"channels": [{"items": [{}] * (n // 4)}]}}}),
    ),
    "house numbers": ("open311", lambda n: f"service_code=a&description=b&address_string={'1' * n}"),
    "fields": ("open311", lambda n: "a=b&" * (n // 4)),
}


def cpu_seconds(channel: str, body: bytes) -> Iterator[float]:
    """Of three tries: other work on the machine only adds, so that one that is quick says enough."""
    headers = {"content-type": "message/rfc822"} if channel == "email" else {}
    inbound = Inbound("", body, "somebody", headers=headers, service="parks")
    for _ in range(3):
        began = time.process_time()
        with contextlib.suppress(Malformed, NotSupported):
            CHANNELS[channel].read(inbound, Secrets(), PhoneBook())
        yield time.process_time() - began


@pytest.mark.parametrize(("channel", "make"), HOSTILE.values(), ids=HOSTILE.keys())
def test_work_grows_as_the_input_does(channel: str, make: Callable[[int], str]) -> None:
    small = min(cpu_seconds(channel, make(SMALL).encode()))
    large = cpu_seconds(channel, make(SMALL * FACTOR).encode())
    assert any(seconds < TOO_MUCH * max(small, 0.002) for seconds in large)
