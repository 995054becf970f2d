"""What cannot wait: danger to life, self-harm, safeguarding, threats to staff. By a rule whose reason can be shown.

Patterns find what is said; whether it is denied, over, or a figure of speech settles the rest. Missing one is worse
than raising one too many, so doubt raises. Where vectors are at hand, `nlp.clean.urgency_classifier` finds what no
pattern knows.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from nlp.clean.lookbehind import just_before
from nlp.clean.words import listed

UrgencyKind = Literal["self_harm", "danger", "safeguarding", "threat"]


@dataclass(frozen=True, slots=True)
class Urgency:
    """Why a piece cannot wait, as it is shown to people."""

    kind: UrgencyKind
    reason: str


REASONS: dict[UrgencyKind, str] = {
    "self_harm": "Speaks of suicide or self-harm",
    "danger": "Speaks of a danger to life",
    "safeguarding": "Speaks of abuse or neglect of someone who needs protection",
    "threat": "Threatens someone",
}
DENIED = re.compile(
    r"\b(?:not|never|no|nor|isn't|wasn't|don't|didn't|doesn't|won't|wouldn't|haven't|without|stopped|no longer"
    r"|nobody)\W+(?:\w+\W+){0,3}$"
)
NOT_SO = re.compile(
    r"\b(?:there was no|nobody|no one|never|not|wasn't|isn't) (?:\w+ ){0,2}(?:hurt|danger|smell|suicidal|violent)"
)
DONE = re.compile(
    r"\b(?:used to|years ago|in the past|in (?:19|20)\d\d|as a child|previously|last year|when i was|at the time"
    r"|recovering well|home and well"
    r"|came in(?:to)?|before i (?:came|was|had|met|got|joined|started))\b|\b(?:saved|rescued) my life\b|\bno longer\b"
    r"|\bgrateful\b|\bthank(?:s| you)\b.{0,40}\b(?:life|alive)\b|\bhelped me (?:through|with|overcome|get)\b"
)
RECOVERED = re.compile(
    r"\b(?:well|fine|safe|better|home|recovered|happy|sober|clean|volunteer\w*) now\b|\bi (?:don't|do not) now\W*$"
    r"|\b(?:am|i'm|is|he's|she's) now (?:a|well|fine|safe|better|home|recovered|happy|sober|clean)\b"
    r"|\b(?:saved|thank|grateful)"
)
NOW = re.compile(
    r"\b(?:now|still|today|tonight|again|every day|can't|cannot|am|i'm|going to|want to|will|keeps?|right now|anymore"
    r"|any more)\b"
)

STOPS = ".!?;\n"
SENTENCE_REACH_CHARACTERS = 300
"""Characters before and after what is said in which its sentence is sought: some calls are written without a stop."""


def urgency(text: str) -> Urgency | None:
    """Find what cannot wait in a whole piece, in English or Welsh; None where nothing is urgent."""
    low = plain(text)
    for kind, pattern in _patterns():
        for match in pattern.finditer(low):
            if _meant(low, match):
                return Urgency(kind, f"{REASONS[kind]}: “{match.group().strip()}”")
    return None


def excused(sentence: str) -> bool:
    """Tell whether a sentence is a figure of speech, long past, or denied."""
    low = plain(sentence)
    return any(pattern.search(low) for pattern in (_figures(), DONE, NOT_SO))


def plain(text: str) -> str:
    """Write a text in lower case and with one kind of apostrophe, as patterns and examples are compared."""
    return text.lower().replace("’", "'")


def _meant(text: str, match: re.Match[str]) -> bool:
    before, after = (
        max(0, match.start() - SENTENCE_REACH_CHARACTERS),
        min(len(text), match.end() + SENTENCE_REACH_CHARACTERS),
    )
    start = max(before, *(text.rfind(mark, before, match.start()) + 1 for mark in STOPS))
    ends = (text.find(mark, match.end(), after) for mark in STOPS)
    sentence = text[start : min((place for place in ends if place >= 0), default=after)]
    if just_before(DENIED, text, match.start(), start) and not match.group().startswith(
        ("no ", "not ", "don't", "can't", "cannot")
    ):
        return False
    if _figures().search(sentence):
        return False
    return not DONE.search(sentence) or (NOW.search(sentence) is not None and not RECOVERED.search(sentence))


@cache
def _patterns() -> tuple[tuple[UrgencyKind, re.Pattern[str]], ...]:
    return tuple((kind, _any_of(listed("urgency")[kind]["said"])) for kind in REASONS)


@cache
def _figures() -> re.Pattern[str]:
    return _any_of(listed("urgency")["figure"]["said"])


def _any_of(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile(r"\b(?:" + "|".join(patterns) + r")\b")
