"""What reads bytes of strangers: every parser, every pattern, and the whole redactor, each as a function of bytes.

A target fails (raises) on what must never happen: an error without a name, spans out of order, a text slower than a
second. A named error is an answer like any other.
"""

import contextlib
import dataclasses
import io
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import patch

from feedback.http import paging
from feedback.record.errors import FeedbackError
from feedback.record.privacy import contacts
from ingest.channels import CHANNELS
from ingest.channels.files.table import ImportSource, feedback_table
from ingest.channels.sms import twilio, vonage
from nlp.clean.cleaner import Cleaner
from tests.attacks.test_regex_bait import EVERY, LENGTH, SHORT, UNITS
from tests.ingest.channels.test_contract import assert_storable, expectations, folder, inbound, read

Target = Callable[[bytes], None]

SLOWEST_SECONDS = 1.0
REDACTOR = "redactor"


class TooSlow(Exception):
    """A text took longer than any may."""


def targets() -> dict[str, Callable[[], Target]]:
    """By name, how each is made ready: the parser of each channel, of files, of what stands in requests; the rest."""
    channels = {name: _channel_maker(name) for name in CHANNELS}
    return {**channels, "files": _files, "requests": _requests, "patterns": _patterns, REDACTOR: _redactor}


def seeds(name: str) -> Iterator[bytes]:
    """Recorded payloads of a channel; for the others, those that are most like what they read."""
    folders = {"files": ("calls/text",), "requests": (), "patterns": ("email", "calls/srt"), REDACTOR: ("calls/text",)}
    for channel in folders.get(name, (name,) if name in CHANNELS else ()):
        yield from (path.read_bytes() for path in sorted(folder(channel).iterdir()) if path.name != "expected.json")
    yield from ((unit * 200).encode() for unit in UNITS if name == "patterns")
    yield from _WORDS


_WORDS = (
    b"My name is Jane Doe, ring 07700 900461 or write to jane.doe@home.example, 12 Park Road, BS3 4AB.",
    b'id,date,comment\n1,2026-01-02,"The lift, again"\n2,,It fails; =1+1\n',
    '{"comment": "Ysgrifennwch at jane\u200b.doe＠home.example"}\n'.encode(),
)


def timed(target: Target) -> Target:
    """The same, which raises `TooSlow` for a text of more than a second of the processor."""

    def tried(data: bytes) -> None:
        begin = time.process_time()
        target(data)
        if (took := time.process_time() - begin) > SLOWEST_SECONDS:
            raise TooSlow(f"{took:.1f} s")

    return tried


def _channel_maker(name: str) -> Callable[[], Target]:
    """Past the proof of its provider: who has none gets no further, whatever they send."""

    def make() -> Target:
        like = inbound(name, next(file for file, it in expectations(name).items() if "message" in it))

        def target(data: bytes) -> None:
            with contextlib.suppress(FeedbackError):
                for arrival in read(name, dataclasses.replace(like, body=data)).arrivals:
                    assert_storable(arrival)

        return _believed(target)

    return make


def _believed(target: Target) -> Target:
    def tried(data: bytes) -> None:
        with patch.object(twilio, "require_equal"), patch.object(vonage, "require_equal"):
            target(data)

    return tried


def _files() -> Target:
    source = ImportSource(caller="soak", service="blue-badge", file="soak.csv")

    def target(data: bytes) -> None:
        with contextlib.suppress(FeedbackError), feedback_table(io.BytesIO(data), source) as found:
            for _ in found.rows:
                pass

    return target


def _requests() -> Target:
    def target(data: bytes) -> None:
        text = data.decode("utf-8", "replace")
        with contextlib.suppress(FeedbackError):
            paging.unpack(text[:300], tuple[str, int])
        contacts.is_contact(text)

    return target


def _patterns() -> Target:
    """Each text is given to one pattern, which one it says itself."""
    short = {name: next((most for part, most in SHORT.items() if name.startswith(part)), LENGTH) for name in EVERY}
    names = list(EVERY)

    def target(data: bytes) -> None:
        name = names[zlib.crc32(data) % len(names)]
        given = data if isinstance(EVERY[name].pattern, bytes) else data.decode("utf-8", "replace")
        for _ in EVERY[name].finditer(given[: short[name]]):
            pass

    return target


def _redactor() -> Target:
    cleaner = Cleaner()

    def target(data: bytes) -> None:
        text = data.decode("utf-8", "replace").replace("\0", " ")
        [cleaned] = cleaner.clean([text])
        places = [edge for span in cleaned.spans for edge in (span.start, span.end)]
        assert places == sorted(places) and all(0 <= place <= len(text) for place in places)

    return target


def kept(found: Path, name: str) -> Path:
    """The folder of what broke a target."""
    place = found / name.replace("/", "-")
    place.mkdir(parents=True, exist_ok=True)
    return place
