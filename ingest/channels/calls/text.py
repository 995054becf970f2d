"""Plain-text transcripts: a line for each turn, with `Agent:` and `Caller:` before it."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from feedback.record.errors import Malformed, NotSupported
from ingest.channels import markup
from ingest.channels.calls import conversation
from ingest.channels.calls.captions import decoded
from ingest.channels.calls.conversation import ROLES, Utterance, role_of
from ingest.channels.calls.speaker_labels import split
from ingest.channels.calls.speech import seconds
from ingest.channels.contract import Directory, Inbound, KeyedChannel, Parsed, Secrets
from ingest.channels.parsing import json_value

_CLOCK: Final = r"(?:\d{1,3}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?"
_LABEL_FOLLOWS: Final = r"\s*(?:[AaPp][Mm]\b)?\s*[-–|]?\s*[^\W\d_][^:\n]{0,40}:"
_TIME_FIRST: Final = re.compile(
    rf"(?:\[({_CLOCK})\]|\(({_CLOCK})\)|({_CLOCK})(?={_LABEL_FOLLOWS}))[\s\-–|]*(?:[AaPp][Mm]\b\s*)?"
)
_TIME_AFTER_NAME: Final = re.compile(rf"([^\W\d_][^:\[(]{{0,40}}?)[ \t]{{0,8}}[\[(]?({_CLOCK})[\])]?[ \t]*(:?)[ \t]*")
_ROLE_WITHIN: Final = re.compile(r"(?<=[.!?…])[ \t]{1,9}(?=([A-Z][a-zA-Z]{2,20})(?: \d{1,2})?:\s)")
"""Where another speaker begins within a line."""
_PAGE: Final = re.compile(r"<(?:!doctype|html|body|div|p|table)\b", re.IGNORECASE)
_NAME_WORDS: Final = 4
_TIME_OF_DAY_FROM_SECONDS: Final = 3_600.0
"""From here on, in seconds, the first time is one of the day and not of the call."""


def read(inbound: Inbound, secrets: Secrets, directory: Directory) -> Parsed:
    """Read one call; without any speaker named, all of it is the caller's."""
    conversation.expect(inbound, "text/markdown")
    text = decoded(inbound.body).strip()
    if not text:
        raise Malformed("This is an empty transcript.")
    if text.startswith("WEBVTT"):
        raise NotSupported("This is WebVTT: send it to calls/webvtt.")
    if text[0] in "[{" and _is_json(text):
        raise NotSupported("This is JSON: send it to calls/whisper, or to the channel of its maker.")
    return conversation.parsed(inbound, transcript(markup.text(text) if _PAGE.match(text) else text))


def transcript(text: str) -> list[Utterance]:
    """Tell what was said, a line each; a time may stand before the speaker or behind, a speaker on a line of their
    own.
    """
    apart = _ROLE_WITHIN.sub(lambda found: "\n" if role_of(found[1]) else found[0], text)
    lines = [_timed(line.strip()) for line in conversation.no_more_turns(apart.split("\n")) if line.strip()]
    lines = list(_with_their_words(lines))
    times = [at for at, _ in lines]
    began = next((at for at in times if at is not None), 0.0)
    if began >= _TIME_OF_DAY_FROM_SECONDS:
        times = [None if at is None else at - began for at in times]
    return _turns(times, split([line for _, line in lines]))


def unfolded(said: list[Utterance]) -> list[Utterance]:
    """Return a transcript that is one text of several lines, as turns."""
    return transcript(said[0].text) if len(said) == 1 and not said[0].speaker and "\n" in said[0].text.strip() else said


def _is_json(text: str) -> bool:
    try:
        json_value(text)
    except Malformed:
        return False
    return True


def _with_their_words(lines: Sequence[tuple[float | None, str]]) -> Iterator[tuple[float | None, str]]:
    """A speaker who stands on a line of their own is put before the line that follows."""
    times = Counter(line for _, line in lines)
    at, name = None, ""
    for since, line in lines:
        if _may_stand_alone(line) and (since is not None or times[line] > 1 or role_of(line)):
            at, name = since, line.rstrip(": ")
        else:
            yield (since, line) if not name else (since if at is None else at, f"{name}: {line}")
            name = ""


def _may_stand_alone(line: str) -> bool:
    name = line.rstrip(": ")
    is_name = ":" not in name and name[:1].isupper() and len(name.split()) <= _NAME_WORDS
    return (line.rstrip().endswith(":") and is_name) or line.lower() in ROLES


def _turns(times: Sequence[float | None], named: Sequence[tuple[str | None, str]]) -> list[Utterance]:
    said: list[Utterance] = []
    speaker, since = "", None
    for at, (name, words) in zip(times, named, strict=True):
        speaker, since = (speaker, at if at is not None else since) if name is None else (name, at)
        if words:
            said.append(Utterance(words, speaker, offset=since))
    return said


def _timed(line: str) -> tuple[float | None, str]:
    """The time of a line and the line without it, with the speaker and a colon at its head if it names one."""
    first = _TIME_FIRST.match(line)
    if first:
        return seconds(first[first.lastindex or 0]), line[first.end() :]
    behind = _TIME_AFTER_NAME.match(line)
    if behind and (behind[3] or behind.end() == len(line)):
        return seconds(behind[2]), f"{behind[1]}: {line[behind.end() :]}"
    return None, line


CHANNEL = KeyedChannel(read)
