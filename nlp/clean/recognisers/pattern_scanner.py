"""Runs Presidio's recognisers over a text without its engine: no second parse, and a time-out is an error."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import regex
from presidio_analyzer import Pattern, PatternRecognizer

TIMEOUT_SECONDS = 5
"""Presidio skips a pattern that takes too long and goes on, so the text would leave unredacted; here it raises."""


@dataclass(frozen=True, slots=True, order=True)
class Detection:
    """A place in a text with what it holds; `score` settles which of two that overlap gives its name."""

    start: int
    end: int
    entity: str
    score: float


class PatternScanner:
    """Finds what any pattern of some recognisers matches.

    Raises TimeoutError for a text that a pattern cannot finish in `TIMEOUT_SECONDS`.
    """

    def __init__(self, recognisers: Iterable[Any]) -> None:
        self._rules = [
            (regex.compile(pattern.regex, regex.IGNORECASE), pattern, recogniser)
            for recogniser in recognisers
            for pattern in recogniser.patterns
        ]

    def find(self, text: str) -> Iterator[Detection]:
        """Find what the patterns match and no checksum refutes."""
        for compiled, pattern, recogniser in self._rules:
            for match in compiled.finditer(text, timeout=TIMEOUT_SECONDS):
                score = _score(recogniser, pattern, match.group())
                if score > 0 and match.end() > match.start():
                    yield Detection(match.start(), match.end(), recogniser.supported_entities[0], score)


def _score(recogniser: PatternRecognizer, pattern: Pattern, value: str) -> float:
    """A pattern with a context of its own (scored above .8) stands even where a checksum fails: people mistype."""
    if recogniser.invalidate_result(value):
        return 0.0
    valid = recogniser.validate_result(value)
    if valid is False and pattern.score <= 0.8:
        return 0.0
    return float(1.0 if valid else pattern.score)
