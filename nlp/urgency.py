"""What cannot wait: danger to life, self-harm, safeguarding, threats to staff. By a rule whose reason can be shown.

Patterns find what is said; whether it is denied, over, or a figure of speech settles the rest. Missing one is worse
than raising one too many, so doubt raises. Nearness in meaning to anchors comes on top where vectors are at hand.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

Kind = Literal["self_harm", "danger", "safeguarding", "threat"]


@dataclass(frozen=True, slots=True)
class Urgency:
    kind: Kind
    reason: str


REASONS: dict[Kind, str] = {
    "self_harm": "Speaks of suicide or self-harm",
    "danger": "Speaks of a danger to life",
    "safeguarding": "Speaks of abuse or neglect of someone who needs protection",
    "threat": "Threatens someone",
}
NEAR = 0.62
"""Cosine similarity to an anchor from which a statement means the same."""

DENIED = re.compile(
    r"\b(?:not|never|no|nor|isn't|wasn't|don't|didn't|doesn't|won't|wouldn't|haven't|without|stopped|no longer"
    r"|nobody)\W+(?:\w+\W+){0,3}$"
)
DONE = re.compile(
    r"\b(?:used to|years ago|in the past|back in (?:19|20)\d\d|as a child|previously|last year|when i was|at the time"
    r"|came in|before i)\b|\b(?:saved|rescued) my life\b|\bno longer\b"
    r"|\bgrateful\b|\bthank(?:s| you)\b.{0,40}\b(?:life|alive)\b|\bhelped me (?:through|with|overcome|get)\b"
)
NOW = re.compile(
    r"\b(?:now|still|today|tonight|again|every day|can't|cannot|am|i'm|going to|want to|will|keeps?|right now|anymore"
    r"|any more)\b"
)
FIGURE = re.compile(
    r"\b(?:bored|waiting|dying (?:to|for)|killing me|kill for|die for|dead (?:line|end|slow|easy|good)|drop dead|die"
    r" of (?:boredom|embarrassment)|to die for|died laughing|scared to death"
    r"|my (?:phone|battery|laptop|car|card|app|boiler|grass|plants?) (?:is |has |was )?(?:died|dead|dying|killed)"
    r"|kill(?:ing|ed|s)? (?:time|the|it|off|two))\b"
)


def urgency(text: str) -> Urgency | None:
    """Of a whole piece, in English or Welsh."""
    low = text.lower().replace("’", "'")
    for kind, pattern in _patterns():
        for match in pattern.finditer(low):
            if _meant(low, match):
                return Urgency(kind, f"{REASONS[kind]}: “{match.group().strip()}”")
    return None


def near_anchor(vectors: NDArray[np.float32], anchors: NDArray[np.float32], kinds: Sequence[Kind]) -> Urgency | None:
    """Of the statements of one piece, unit rows; `anchors` are those of `anchor_texts`, embedded by the same model."""
    if not len(vectors):
        return None
    alike = vectors @ anchors.T
    best = int(alike.max(axis=0).argmax())
    if alike[:, best].max() < NEAR:
        return None
    return Urgency(kinds[best], f"{REASONS[kinds[best]]}: means nearly the same as a known example")


def anchor_texts() -> tuple[tuple[Kind, str], ...]:
    """Sentences that are urgent, to be embedded once."""
    return tuple((kind, text) for kind, part in _words().items() for text in part["anchors"])


def _meant(text: str, match: re.Match[str]) -> bool:
    start = max(text.rfind(mark, 0, match.start()) for mark in ".!?;\n") + 1
    ends = [place for mark in ".!?;\n" if (place := text.find(mark, match.end())) >= 0]
    sentence = text[start : min(ends, default=len(text))]
    if DENIED.search(text, start, match.start()) and not match.group().startswith(
        ("no ", "not ", "don't", "can't", "cannot")
    ):
        return False
    if FIGURE.search(sentence):
        return False
    return not DONE.search(sentence) or (
        NOW.search(sentence) is not None and not re.search(r"\b(?:saved|thank|grateful)", sentence)
    )


@cache
def _words() -> dict[Kind, dict[str, list[str]]]:
    read: Any = tomllib.loads((files("nlp.words") / "urgency.toml").read_text(encoding="utf-8"))
    return cast(dict[Kind, dict[str, list[str]]], read)


@cache
def _patterns() -> tuple[tuple[Kind, re.Pattern[str]], ...]:
    return tuple((kind, re.compile(r"\b(?:" + "|".join(part["said"]) + r")\b")) for kind, part in _words().items())
