"""What of a call is the reason for it: the caller's sentences without greetings, security questions and hold talk.

Every sentence that tells of a problem, a wish or a question stays, wherever it is said; the others stay unless what
the agent said before makes them an answer to who calls, or talk to pass the time. When nothing would stay, all does.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from ingest.channels.calls import smalltalk

if TYPE_CHECKING:
    from ingest.channels.calls.conversation import Utterance

_BREATH: Final = 2.0
"""Seconds of silence within one breath."""
_ENDED: Final = (".", "!", "?", "…")
_SENTENCE: Final = re.compile(r"(?<=[.!?…])\s+")
_SHORT_ANSWER: Final = 8
"""Words of an answer to who calls."""

Phase = Literal["telling", "asked who", "waiting", "closing"]


@dataclass(slots=True)
class Breath:
    """What one speaker said without a pause or another's word."""

    speaker: str
    is_agent: bool
    parts: list["Utterance"]

    @property
    def text(self) -> str:
        return " ".join(part.text for part in self.parts)


def told(spoken: Sequence["Utterance"]) -> str:
    """The reason for the call in the caller's words, a breath a line; roles must be set."""
    breaths = _breaths(spoken)
    kept = "\n".join(_kept(breaths))
    if kept:
        return kept
    lines = [breath.text for breath in breaths if not breath.is_agent]
    return "\n".join([line for line in lines if not smalltalk.is_pleasantry(smalltalk.folded(line))] or lines)


def _breaths(spoken: Sequence["Utterance"]) -> list[Breath]:
    breaths: list[Breath] = []
    for one in spoken:
        is_agent = one.role == "agent"
        if is_agent and smalltalk.is_pleasantry(smalltalk.folded(one.text)):
            continue  # a mere "mm-hm" does not interrupt
        if breaths and _goes_on(breaths[-1], one):
            breaths[-1].parts.append(one)
        else:
            breaths.append(Breath(one.speaker, is_agent, [one]))
    return breaths


def _goes_on(breath: Breath, one: "Utterance") -> bool:
    if (breath.speaker, breath.is_agent) != (one.speaker, one.role == "agent"):
        return False
    if one.text[:1].isupper() and smalltalk.is_pleasantry(smalltalk.folded(one.text)):
        return False  # a "Bye" is no part of the sentence before, though that may lack its full stop
    last = breath.parts[-1]
    if not one.speaker and one.offset is None and (_is_turn(one.text) or _is_turn(last.text)):
        return False
    ended = last.end if last.end is not None else last.offset
    if ended is not None and one.offset is not None and one.offset - ended <= _BREATH:
        return True
    return not last.text.endswith(_ENDED) and one.text[:1].islower()


def _is_turn(text: str) -> bool:
    """A line of nobody that is something said for itself, and no piece of a longer one."""
    plain = smalltalk.folded(text)
    return smalltalk.is_pleasantry(plain) or smalltalk.makes_wait(plain) or _belongs_to_agent(plain)


def _kept(breaths: Sequence[Breath]) -> Iterator[str]:
    phase: Phase = "telling"
    for breath in breaths:
        stays: list[str] = []
        for sentence in _SENTENCE.split(breath.text):
            plain = smalltalk.folded(sentence)
            if breath.is_agent or _belongs_to_agent(plain):
                phase = _after_agent(plain, phase)
            elif _stays(plain, phase):
                stays.append(sentence)
            if not breath.is_agent and smalltalk.is_closing(plain):
                phase = "closing"
        if not breath.is_agent and any(part.marked for part in breath.parts):
            yield breath.text
        elif stays:
            yield " ".join(stays)


def _belongs_to_agent(sentence: str) -> bool:
    """Where nobody told the speakers apart, the agent's formulas are put down to the caller."""
    if smalltalk.opens_as_agent(sentence):
        return True
    formula = smalltalk.is_routine(sentence) or ("your" in sentence and smalltalk.asks_who(sentence))
    return formula and not smalltalk.tells_something(sentence)


def _after_agent(sentence: str, before: Phase) -> Phase:
    if smalltalk.asks_why(sentence):
        return "telling"
    if smalltalk.asks_who(sentence):
        return "asked who"
    if smalltalk.makes_wait(sentence):
        return "waiting"
    return before if smalltalk.is_pleasantry(sentence) else "telling"


def _stays(sentence: str, phase: Phase) -> bool:
    if smalltalk.is_pleasantry(sentence):
        return False
    if smalltalk.tells_something(sentence):
        return True
    if smalltalk.says_who(sentence) or smalltalk.is_closing(sentence) or phase in ("waiting", "closing"):
        return False
    return phase != "asked who" or len(sentence.split()) > _SHORT_ANSWER
