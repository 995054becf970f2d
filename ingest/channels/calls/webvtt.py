"""WebVTT: timed captions with voices."""

import html
import re
from collections.abc import Iterator, Sequence
from typing import Final

from feedback.record.errors import Malformed
from ingest.channels.calls import captions, conversation
from ingest.channels.calls.conversation import UNTOLD, Utterance
from ingest.channels.calls.smalltalk import SENTENCE_ENDS
from ingest.channels.calls.speaker_labels import split_one
from ingest.channels.contract import Directory, Inbound, KeyedChannel, Parsed, Secrets

_COMMENTS: Final = ("NOTE", "STYLE", "REGION")
_SIGNATURE: Final = re.compile(r"WEBVTT(?=[ \t]|$)")
_VOICE: Final = re.compile(r"<v(?:\.[^\s<>]*)?[ \t]+([^<>]*)>")
_TAG: Final = re.compile(r"<[^<>]*>")


def read(inbound: Inbound, secrets: Secrets, directory: Directory) -> Parsed:
    """Read one call; whoever is no agent is the caller."""
    conversation.expect(inbound, "text/vtt")
    said, skipped = transcript(captions.decoded(inbound.body))
    return conversation.parsed(inbound, said, skipped=skipped)


def transcript(text: str) -> tuple[list[Utterance], tuple[str, ...]]:
    """Tell what was said, and which blocks could not be read; `Malformed` without the signature or any cue at all."""
    lines = text.split("\n")
    if not _SIGNATURE.match(lines[0]):
        raise Malformed("This is no WebVTT: its first line does not begin with WEBVTT.")
    found = captions.captions(lines[_header(lines) :], 1 + _header(lines), _COMMENTS)
    if not found.cues and found.skipped:
        raise Malformed("Not one cue of this WebVTT can be read.")
    return _spoken(found.cues), found.skipped


def _header(lines: list[str]) -> int:
    """How many lines the header has: it ends at a blank line, or before the first time."""
    for at, line in enumerate(lines):
        if at and "-->" in line:
            return at
        if not line.strip():
            return at
    return len(lines)


def _spoken(found: tuple[captions.Cue, ...]) -> list[Utterance]:
    """Voices where the file has them, else names before colons."""
    if not any(_VOICE.search(line) for cue in found for line in cue.lines):
        for cue in found:
            cue.lines = [_plain(line) for line in cue.lines]
        return captions.utterances(found)
    said: list[Utterance] = []
    for cue in found:
        before = said[-1] if said else None
        said += [Utterance(text, name, offset=cue.start, end=cue.end) for name, text in _voices(cue.lines, before)]
    return said


def _voices(lines: Sequence[str], before: Utterance | None) -> Iterator[tuple[str, str]]:
    """Who says what in a cue: first text without a voice, then voice and text by turns."""
    at = next((at for at, line in enumerate(lines) if _VOICE.search(line)), len(lines))
    first, *voices = _VOICE.split(" ".join(lines[at:]))
    unvoiced = [_plain(line) for line in (*lines[:at], first) if _plain(line)]
    goes_on = before.speaker if before and not before.text.endswith(SENTENCE_ENDS) else UNTOLD
    for name, text in map(split_one, captions.passages(unvoiced)):
        yield name or goes_on, text
        goes_on = name or goes_on
    for name, text in zip(voices[::2], voices[1::2], strict=True):
        yield html.unescape(name).strip(), _plain(text)


def _plain(text: str) -> str:
    return html.unescape(_TAG.sub("", text)).strip()


CHANNEL = KeyedChannel(read)
