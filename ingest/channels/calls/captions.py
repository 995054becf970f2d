"""Timed captions, WebVTT and SubRip alike: blocks of a time and lines, parted by blank lines."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from ingest.channels.calls.conversation import Utterance, no_more_turns
from ingest.channels.calls.speaker_labels import split

_ARROW: Final = "-->"
_STAMP: Final = r"(?:(\d{1,4}):)?([0-5]?\d):([0-5]?\d)(?:[.,](\d{1,3}))?"
_TIMES: Final = re.compile(rf"\s*+{_STAMP}\s*+-->\s*+{_STAMP}(?:\s.*)?$")
_NAMED: Final = re.compile(r'\d{1,6} "([^"\n]{1,100})"(?: \(\d{1,20}\))?\s*')
"""The number of a cue as Webex writes it, with who speaks."""
_DASH: Final = re.compile(r"[-\u2013\u2014] ")
_SAME_MOMENT_SECONDS: Final = 0.1
"""Seconds between two captions of which the second only repeats the first."""


@dataclass(slots=True)
class Cue:
    """Lines that stand from `start` to `end`, in seconds; `speaker` where the line before the time names one."""

    start: float
    end: float
    lines: list[str] = field(default_factory=list)
    speaker: str | None = None


@dataclass(frozen=True, slots=True)
class Captions:
    """The cues of a file, and which of its blocks could not be read."""

    cues: tuple[Cue, ...]
    skipped: tuple[str, ...]


def decoded(body: bytes) -> str:
    """Return the text of a file: UTF-8, UTF-16 with its mark, else Windows-1252; every line ends in a line feed."""
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = body.decode("utf-16", "replace")
    else:
        try:
            text = body.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = body.decode("windows-1252", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


def captions(lines: Sequence[str], first: int, comments: tuple[str, ...] = ()) -> Captions:
    """Reads blocks; one without a time that can be read is skipped and named by its line, counted from `first`.

    A block that begins with one of `comments` tells nothing and is not named.
    """
    cues: list[Cue] = []
    skipped: list[str] = []
    readable = False
    for at, block in _blocks(lines, first):
        times = [place for place, line in enumerate(block) if _ARROW in line]
        if not times:
            if cues and _goes_on(block, comments, is_open=readable):
                if any(line.strip() for line in cues[-1].lines):
                    skipped.append(f"line {at}: a block without a time, read with the one before")
                cues[-1].lines += block
            elif not block[0].startswith(comments):
                skipped.append(f"line {at}: a block without a time")
            continue
        # Without a blank line between them, each time begins a cue of its own.
        for place, following in zip(times, [*times[1:], len(block)], strict=True):
            cue = _cue(block[place])
            readable = cue is not None
            if cue is None:
                skipped.append(f"line {at + place}: a time that cannot be read")
                continue
            cue.lines = block[place + 1 : following]
            named = _NAMED.fullmatch(block[place - 1]) if place else None
            cue.speaker = named[1] if named else None
            if following < len(block) and cue.lines and cue.lines[-1].strip().isdecimal():
                cue.lines.pop()  # the next one's number
            cues.append(cue)
    return Captions(tuple(no_more_turns(cues)), tuple(skipped))


def _goes_on(block: Sequence[str], comments: tuple[str, ...], *, is_open: bool) -> bool:
    """Whether a block without a time is what a cue says behind a blank line, and no comment and no number."""
    return is_open and not block[0].startswith(comments or ("\0",)) and not block[0].strip().isdecimal()


def utterances(cues: Sequence[Cue]) -> list[Utterance]:
    """Tell what the cues say, by whom where a name stands before it; rolling captions say each line once."""
    fresh = [(cue, text) for cue, texts in zip(cues, _without_repeats(cues), strict=True) for text in texts]
    said: list[Utterance] = []
    speaker = ""
    for (cue, _), (name, text) in zip(fresh, split([text for _, text in fresh]), strict=True):
        speaker = cue.speaker or (speaker if name is None else name)
        said.append(Utterance(text, speaker, offset=cue.start, end=cue.end))
    return said


def passages(lines: Sequence[str]) -> list[str]:
    """Join the lines of a cue, apart for each who speaks in it: a dash begins what another says."""
    begins = [at for at, line in enumerate(lines) if at == 0 or _DASH.match(line)]
    return [" ".join(lines[at:end]) for at, end in pairwise((*begins, len(lines)))]


def _blocks(lines: Sequence[str], first: int) -> Iterator[tuple[int, list[str]]]:
    block: list[str] = []
    for at, line in enumerate(lines, first):
        # Rolling captions have a line of a single space below the time.
        if line.strip() or (line and block and _ARROW in block[-1]):
            block.append(line)
        elif block:
            yield at - len(block), block
            block = []
    if block:
        yield first + len(lines) - len(block), block


def _cue(line: str) -> Cue | None:
    times = _TIMES.match(line)
    if times is None:
        return None
    start, end = _seconds(*times.groups()[:4]), _seconds(*times.groups()[4:])
    return Cue(start, max(start, end))


def _seconds(hours: str | None, minutes: str, seconds: str, fraction: str | None) -> float:
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + float(f"0.{fraction or 0}")


def _without_repeats(cues: Sequence[Cue]) -> Iterator[list[str]]:
    """What each cue adds, a text for each who speaks in it."""
    before: Cue | None = None
    for cue in cues:
        rolling = before is not None and cue.start - before.end <= _SAME_MOMENT_SECONDS
        old = {line.strip() for line in before.lines} if before is not None and rolling else set()
        lines = [line.strip() for line in cue.lines if line.strip() and line.strip() not in old]
        yield passages(lines)
        before = cue
