"""Plain-text transcripts: a line for each turn, with `Agent:` and `Caller:` before it."""

import re
from collections.abc import Sequence
from typing import Final

from feedback.record.errors import Malformed
from ingest.channels import conversation
from ingest.channels.contract import Channel, Directory, Inbound, Parsed, Secrets
from ingest.channels.conversation import Utterance, role_of
from ingest.channels.cues import decoded
from ingest.channels.labels import split
from ingest.channels.speech import seconds

_CLOCK: Final = r"(?:\d{1,3}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?"
_LABEL_FOLLOWS: Final = r"\s*(?:[AaPp][Mm]\b)?\s*[-–|]?\s*[^\W\d_][^:\n]{0,40}:"
_TIME_FIRST: Final = re.compile(
    rf"(?:\[({_CLOCK})\]|\(({_CLOCK})\)|({_CLOCK})(?={_LABEL_FOLLOWS}))[\s\-–|]*(?:[AaPp][Mm]\b\s*)?"
)
_TIME_AFTER_NAME: Final = re.compile(rf"([^\W\d_][^:\[(]{{0,40}}?)[ \t]{{0,8}}[\[(]?({_CLOCK})[\])]?[ \t]*(:?)[ \t]*")
_TIME_OF_DAY: Final = 3_600.0
"""From here on, in seconds, the first time is one of the day and not of the call."""


def read(inbound: Inbound, secrets: Secrets, directory: Directory) -> Parsed:
    """One call; without any speaker named, all of it is the caller's."""
    conversation.expect(inbound, "text/markdown")
    text = decoded(inbound.body)
    if not text.strip():
        raise Malformed("This is an empty transcript.")
    return conversation.parsed(inbound, transcript(text))


def transcript(text: str) -> list[Utterance]:
    """What was said, a line each; a time may stand before the speaker or behind, a speaker on a line of their own."""
    lines = [_timed(line.strip()) for line in conversation.no_more_turns(text.split("\n")) if line.strip()]
    times = [at for at, _ in lines]
    began = next((at for at in times if at is not None), 0.0)
    if began >= _TIME_OF_DAY:
        times = [None if at is None else at - began for at in times]
    return _turns(times, split([line for _, line in lines]))


def _turns(times: Sequence[float | None], named: Sequence[tuple[str | None, str]]) -> list[Utterance]:
    said: list[Utterance] = []
    speaker, since = "", None
    for at, (name, words) in zip(times, named, strict=True):
        speaker, since = (speaker, at if at is not None else since) if name is None else (name, at)
        if name is None and role_of(words) and words.endswith(":"):
            speaker = words.rstrip(":")  # the words follow on lines of their own
        elif words:
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


CHANNEL = Channel(read)
