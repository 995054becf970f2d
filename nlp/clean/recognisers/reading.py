"""A text as it is read, and where each of its letters came from."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as it is read, and where its letters stand in the text that came in."""

    text: str
    places: tuple[tuple[int, int], ...] | None
    """Where each letter came from, (start, end) in the text that came in; None if it is the text itself."""

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Give where a stretch of this reading stands in the text that came in."""
        if self.places is None:
            return start, end
        return self.places[start][0], self.places[end - 1][1]

    def rewritten(self, pattern: re.Pattern[str], write: Callable[[re.Match[str]], str]) -> Reading:
        """Write what a pattern matches anew, each new letter standing for all that was matched."""
        letters: list[str] = []
        places: list[tuple[int, int]] = []
        end = 0
        for match in pattern.finditer(self.text):
            start, written = match.start(), write(match)
            letters += [self.text[end:start], written]
            places += [self.origin(place, place + 1) for place in range(end, start)]
            if written:
                places += [self.origin(start, match.end())] * len(written)
            end = match.end()
        if not letters:
            return self
        places += [self.origin(place, place + 1) for place in range(end, len(self.text))]
        return Reading("".join([*letters, self.text[end:]]), tuple(places))
