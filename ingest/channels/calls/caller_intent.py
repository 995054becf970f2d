"""What of a call is the reason for it: the caller's sentences without greetings, security questions and hold talk.

Every sentence that tells of a problem, a wish or a question stays, wherever it is said; the others stay unless what
the agent said before makes them an answer to who calls, or talk to pass the time. When nothing would stay, all does.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from ingest.channels.calls import smalltalk

if TYPE_CHECKING:
    from ingest.channels.calls.conversation import Utterance

_BREATH_PAUSE_SECONDS: Final = 2.0
"""Seconds of silence within one breath."""
_SHORT_ANSWER_WORDS: Final = 8
"""Words of an answer to who calls."""

Phase = Literal["telling", "asked who", "waiting", "closing"]
Range = tuple[int, int]
"""The first character of a text, and the one after its last."""


@dataclass(frozen=True, slots=True)
class CallReason:
    """The reason for a call in the caller's words, a breath a line.

    `begins` tells for each utterance that is not the agent's, in their order, at which character of `text` it begins;
    None where nothing of it stayed.
    """

    text: str
    begins: tuple[int | None, ...]


@dataclass(slots=True)
class Breath:
    """What one speaker said without a pause or another's word."""

    speaker: str
    is_agent: bool
    parts: list["Utterance"]

    @property
    def text(self) -> str:
        return " ".join(part.text for part in self.parts)


def reason_for_call(spoken: Sequence["Utterance"]) -> CallReason:
    """Tell what of a call is the reason for it. The roles of the utterances must be set."""
    breaths = _breaths(spoken)
    kept = list(_kept(breaths))
    callers = [(breath, ranges) for breath, ranges in zip(breaths, kept, strict=True) if not breath.is_agent]
    return _joined(callers if any(kept) else _whole([breath for breath, _ in callers]))


def _whole(breaths: Sequence[Breath]) -> list[tuple[Breath, list[Range]]]:
    """All that was said but pleasantries; these too where there is nothing else."""
    pleasantries = [smalltalk.is_pleasantry(smalltalk.folded(breath.text)) for breath in breaths]
    return [
        (breath, [] if pleasantry and not all(pleasantries) else [(0, len(breath.text))])
        for breath, pleasantry in zip(breaths, pleasantries, strict=True)
    ]


def _joined(kept: Sequence[tuple[Breath, Sequence[Range]]]) -> CallReason:
    lines: list[str] = []
    begins: list[int | None] = []
    at = 0
    for breath, ranges in kept:
        begins += _begins(breath, ranges, at)
        if ranges:
            text = breath.text
            lines.append(" ".join(text[start:end] for start, end in ranges))
            at += len(lines[-1]) + 1
    return CallReason("\n".join(lines), tuple(begins))


def _begins(breath: Breath, ranges: Sequence[Range], at: int) -> Iterator[int | None]:
    """Where each part of the breath begins, if its kept ranges are put together from character `at` on."""
    shifts = []  # from a range's place in the breath to its place in the text
    for start, end in ranges:
        shifts.append(at - start)
        at += end - start + 1
    ends, begin = [end for _, end in ranges], 0
    for part in breath.parts:
        end = begin + len(part.text)
        first = bisect_right(ends, begin)
        stays = first < len(ranges) and ranges[first][0] < end
        yield max(begin, ranges[first][0]) + shifts[first] if stays else None
        begin = end + 1


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
    if ended is not None and one.offset is not None and one.offset - ended <= _BREATH_PAUSE_SECONDS:
        return True
    return not last.text.endswith(smalltalk.SENTENCE_ENDS) and one.text[:1].islower()


def _is_turn(text: str) -> bool:
    """A line of nobody that is something said for itself, and no piece of a longer one."""
    plain = smalltalk.folded(text)
    return smalltalk.is_pleasantry(plain) or smalltalk.makes_wait(plain) or _belongs_to_agent(plain)


def _kept(breaths: Sequence[Breath]) -> Iterator[list[Range]]:
    """What stays of the text of each breath."""
    phase: Phase = "telling"
    for breath in breaths:
        stays: list[Range] = []
        text = breath.text
        for start, end in _sentences(text):
            plain = smalltalk.folded(text[start:end])
            if breath.is_agent or _belongs_to_agent(plain):
                phase = _after_agent(plain, phase)
            elif _stays(plain, phase):
                stays.append((start, end))
            if not breath.is_agent and smalltalk.is_closing(plain):
                phase = "closing"
        if not breath.is_agent and any(part.marked for part in breath.parts):
            stays = [(0, len(text))]
        yield stays


def _sentences(text: str) -> Iterator[Range]:
    start = 0
    for gap in smalltalk.SENTENCE_GAP.finditer(text):
        yield start, gap.start()
        start = gap.end()
    yield start, len(text)


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
    return phase != "asked who" or len(sentence.split()) > _SHORT_ANSWER_WORDS
