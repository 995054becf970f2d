"""How bad what is said is for who says it: words and phrases with weights, in a list that people can correct."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

DEFAULT = 0.3
"""Of a statement in which no word of the list occurs: a bare "Parking" is a complaint, though not a loud one."""

NEGATED = re.compile(
    r"\b(?:not|no|never|nothing|without|isn't|wasn't|weren't|aren't|don't|didn't|doesn't|hardly)\s+(?:\w+\s+){0,2}$"
)


def severity(text: str) -> float:
    """0 (none at all) to 1 (it ruins a life), of one statement in English."""
    low = text.lower().replace("’", "'")
    nothing = _pattern("nothing").search(low) is not None
    return round(_total(harms(low), praises(low), nothing=nothing), 3)


def harms(text: str) -> list[float]:
    """The weight of each thing that is bad for who says it."""
    low = text.lower()
    return [weight for name, weight in _weights() for match in _pattern(name).finditer(low) if not _lifted(low, match)]


def praises(text: str) -> int:
    low = text.lower()
    return sum(not NEGATED.search(low, 0, match.start()) for match in _pattern("praise").finditer(low))


def _total(found: list[float], praise: int, *, nothing: bool) -> float:
    if nothing and max(found, default=0) < 0.7:
        return 0.02
    mildness = 1 / (1 + praise)
    if not found:
        return DEFAULT * mildness
    return min(1.0, max(found) + 0.03 * (len(found) - 1)) * mildness


def _lifted(text: str, match: re.Match[str]) -> bool:
    """ "No delays" is no delay; but the negation in "not told" is the harm itself."""
    return match.group() not in ("not", "no", "never") and NEGATED.search(text, 0, match.start()) is not None


@cache
def _lists() -> dict[str, dict[str, object]]:
    return tomllib.loads((files("nlp.words") / "severity.toml").read_text(encoding="utf-8"))


@cache
def _weights() -> tuple[tuple[str, float], ...]:
    return tuple((name, float(str(part["weight"]))) for name, part in _lists().items() if "weight" in part)


@cache
def _pattern(name: str) -> re.Pattern[str]:
    words = [word.strip() for word in str(_lists()[name]["words"]).split(",")]
    return re.compile(r"\b(?:" + "|".join(re.escape(word).replace(r"\*", r"\w*") for word in words) + r")(?!\w)")
