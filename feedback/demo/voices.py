"""How a citizen says it: an opening here, a slip of the keyboard there, a second grievance, a phone number."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Literal

from feedback.demo.phrases import PhraseTopic, Voice, filled, topics

DemoChannel = Literal["web", "sms", "call"]
PhraseKind = Literal["problem", "praise", "filler"]

_PRAISE, _FILLER = 0.08, 0.03
_WELSH: Mapping[DemoChannel, float] = {"web": 0.05, "sms": 0.04, "call": 0.01}
_ONE_WELSH_IN = 8
_SECOND: Mapping[DemoChannel, float] = {"web": 0.12, "sms": 0.0, "call": 0.2}
_MIXED = 0.06
_RUNS_ON = re.compile(r"(,|:|\bbut|\bond)$")
_KEEPS_CAPITAL = re.compile(r"I\b|I'|[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class DemoUtterance:
    """The words of one contact, their tone, and their language where they are Welsh."""

    text: str
    tone: PhraseKind
    language: str | None = None


@dataclass(frozen=True, slots=True)
class _Manner:
    """How often a voice opens, ends, tells who it is, slips, and is written down with full stops; `around` names the
    headings in `anyone.txt` that hold its openings and the like."""

    around: str
    opening: float
    ending: float
    personal: float
    slips: float
    punctuated: float = 0.0


_MANNERS: Mapping[Voice, _Manner] = {
    "web": _Manner("", opening=0.12, ending=0.12, personal=0.08, slips=0.14),
    "sms": _Manner("", opening=0.05, ending=0.06, personal=0.03, slips=0.25),
    "call": _Manner("spoken-", opening=0.6, ending=0.2, personal=0.1, slips=0.0, punctuated=0.6),
    "welsh": _Manner("welsh-", opening=0.5, ending=0.5, personal=0.0, slips=0.0),
}


def anything(file: str, channel: DemoChannel, rng: Random) -> DemoUtterance:
    """Tell what somebody may say on an ordinary day of the service whose phrasings are in `file`."""
    dice = rng.random()
    if dice < _FILLER:
        return DemoUtterance(_line(topics("anyone")["filler"], channel, rng), "filler")
    if dice < _FILLER + _PRAISE:
        return _of(topics("anyone")["praise"], channel, rng, "praise")
    every = list(topics(file).values())
    topic, other = rng.choices(every, [topic.share for topic in every], k=2)
    return _of(topic, channel, rng, "problem", other)


class Reports:
    """An endless supply of reports of one problem; no phrasing comes twice before each came once.

    The first of eight is Welsh, and all are where the channel knows no other words.
    """

    def __init__(self, topic: PhraseTopic, channels: Mapping[DemoChannel, float], rng: Random) -> None:
        self._topic, self._channels, self._rng = topic, channels, rng
        self._left: dict[Voice, list[str]] = {}
        self._told = 0

    def next(self) -> tuple[DemoChannel, DemoUtterance]:
        channel = self._rng.choices(list(self._channels), list(self._channels.values()))[0]
        self._told += 1
        lines = self._topic.lines
        ways: tuple[Voice, Voice] = (channel, "welsh")
        voice = next(it for it in (reversed(ways) if self._told % _ONE_WELSH_IN == 1 else ways) if lines[it])
        if not self._left.get(voice):
            self._left[voice] = self._rng.sample(lines[voice], len(lines[voice]))
        text = filled(self._left[voice].pop(), self._rng)
        return channel, DemoUtterance(_dressed(text, voice, self._rng), "problem", "cy" if voice == "welsh" else None)


def _of(
    topic: PhraseTopic, channel: DemoChannel, rng: Random, tone: PhraseKind, other: PhraseTopic | None = None
) -> DemoUtterance:
    if rng.random() < _WELSH[channel]:
        return DemoUtterance(_dressed(_line(topic, "welsh", rng), "welsh", rng), tone, "cy")
    text = _line(topic, channel, rng)
    if other and other is not topic and rng.random() < _SECOND[channel]:
        text = _joined(text, *(("and another thing,",) if channel == "call" else ()), _line(other, channel, rng))
    return DemoUtterance(_dressed(text, channel, rng) if tone == "problem" else _slipped(text, channel, rng), tone)


def _line(topic: PhraseTopic, voice: Voice, rng: Random) -> str:
    return filled(rng.choice(topic.lines[voice]), rng)


def _dressed(text: str, voice: Voice, rng: Random) -> str:
    """The text with what people put around it."""
    manner = _MANNERS[voice]
    around = topics("anyone")
    opening = "mixed" if voice in ("web", "sms") and rng.random() < _MIXED else f"{manner.around}opening"
    parts = [text]
    if rng.random() < manner.opening:
        parts.insert(0, _line(around[opening], "web", rng))
    if rng.random() < manner.ending:
        parts.append(_line(around[f"{manner.around}ending"], "web", rng))
    if rng.random() < manner.personal:
        parts.append(_line(around[f"{manner.around}personal"], "web", rng))
    if rng.random() < manner.punctuated:
        parts = [part[0].upper() + part[1:].rstrip(",") + "." for part in parts]
    return _slipped(_joined(*parts), voice, rng)


def _joined(*parts: str) -> str:
    text = parts[0]
    for part in parts[1:]:
        lowered = _RUNS_ON.search(text) and not _KEEPS_CAPITAL.match(part)
        text += " " + (part[0].lower() + part[1:] if lowered else part)
    return text


def _slipped(text: str, voice: Voice, rng: Random) -> str:
    """The text as hasty fingers leave it, some of the time."""
    if rng.random() >= _MANNERS[voice].slips:
        return text
    return rng.choice((str.lower, _without_apostrophes, _unstopped, lambda said: _swapped(said, rng)))(text)


def _without_apostrophes(text: str) -> str:
    return text.replace("'", "")


def _unstopped(text: str) -> str:
    return text.rstrip(".!").replace(". ", " ")


def _swapped(text: str, rng: Random) -> str:
    """Two neighbouring letters of one long word change places."""
    long_words = list(re.finditer(r"[a-z]{6,}", text))
    if not long_words:
        return text
    at = rng.randrange((word := rng.choice(long_words)).start() + 1, word.end() - 2)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
