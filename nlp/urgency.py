"""What cannot wait: danger to life, self-harm, safeguarding, threats to staff. By a rule whose reason can be shown.

Patterns find what is said; whether it is denied, over, or a figure of speech settles the rest. Missing one is worse
than raising one too many, so doubt raises. Nearness in meaning to examples comes on top, where vectors are at hand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, cast

import numpy as np
from numpy.typing import NDArray

from nlp import kinds
from nlp.words import listed

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
NEAR, NEARER = 0.42, 0.05
"""Cosine similarity to an example from which a statement may mean the same, and by how much it is nearer to it than to
every example that only sounds alike."""

DENIED = re.compile(
    r"\b(?:not|never|no|nor|isn't|wasn't|don't|didn't|doesn't|won't|wouldn't|haven't|without|stopped|no longer"
    r"|nobody)\W+(?:\w+\W+){0,3}$"
)
NOT_SO = re.compile(
    r"\b(?:there was no|nobody|no one|never|not|wasn't|isn't) (?:\w+ ){0,2}(?:hurt|danger|smell|suicidal|violent)"
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
    r"|kill(?:ing|ed|s)? (?:time|it|off|two)|suicide mission|losing the will|lose the will|lost the will|only joking"
    r"|(?:training|poster|leaflet|course|helpline|workshop|campaign|awareness)"
    r" (?:\w+ )?(?:was|is|were|are))\b"
)


def urgency(text: str) -> Urgency | None:
    """Of a whole piece, in English or Welsh."""
    low = text.lower().replace("’", "'")
    for kind, pattern in _patterns():
        for match in pattern.finditer(low):
            if _meant(low, match):
                return Urgency(kind, f"{REASONS[kind]}: “{match.group().strip()}”")
    return None


class Meaning:
    """What is said in words that no pattern knows, by its nearness to examples; the nearest is shown as the reason.

    Calibrated for all-MiniLM-L6-v2: another model has other distances.
    """

    def __init__(self, encode: Callable[[Sequence[str]], NDArray[np.float32]]) -> None:
        """`encode` gives unit rows, as for the statements that are asked about."""
        examples = dict(listed("urgent_examples"))
        calm = examples.pop("calm")
        self._urgent = [(cast(Kind, kind), text) for kind, texts in examples.items() for text in texts]
        self._vectors, self._calm = encode([text for _, text in self._urgent]), encode(calm)

    def find(self, texts: Sequence[str], vectors: NDArray[np.float32]) -> Urgency | None:
        """Of the statements of one piece, with their vectors (n, d); the first that is urgent."""
        if not texts:
            return None
        alike, calm = vectors @ self._vectors.T, (vectors @ self._calm.T).max(axis=1)
        for said, row, ordinary in zip(texts, alike, calm, strict=True):
            near = float(row.max())
            if near >= NEAR and near - ordinary >= NEARER and not _excused(said):
                what, example = self._urgent[int(row.argmax())]
                return Urgency(what, f"{REASONS[what]}: means much the same as “{example}”")
        return None


def _excused(said: str) -> bool:
    low = said.lower().replace("’", "'")
    return bool(FIGURE.search(low) or DONE.search(low) or NOT_SO.search(low)) or kinds.kind(said) == "praise"


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
def _patterns() -> tuple[tuple[Kind, re.Pattern[str]], ...]:
    words = listed("urgency")
    return tuple(
        (cast(Kind, kind), re.compile(r"\b(?:" + "|".join(part["said"]) + r")\b")) for kind, part in words.items()
    )
