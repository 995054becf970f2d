"""Who is named in one breath with a name, and so is one too: Anna, Suze and Becker."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set

from nlp.clean.recognisers.lexicon import TITLES, WordKind
from nlp.clean.recognisers.name_line import NameLine
from nlp.clean.recognisers.pattern_scanner import Detection

JOINED = re.compile(r"\s*+(?:,(?:\s++and\s)?|&|/|(?<=\s)and\s)\s*+")
SCORE = 0.6


class Enumeration:
    """The enumerations of one text."""

    def __init__(self, line: NameLine) -> None:
        self._line, self._words = line, line.words

    def names_beside(self, found: Sequence[Detection]) -> Iterator[Detection]:
        """Find what has a capital and stands in one enumeration with a name that was found."""
        ends = {one.end for one in found} | {one.start for one in found}
        for place in [*range(1, len(self._words)), *range(len(self._words) - 2, -1, -1)]:
            for other in (self._neighbour(place, -1), self._neighbour(place, 1)):
                if other is not None and self._beside(place, other, ends):
                    ends |= {self._words[place].start, self._words[place].end}
                    yield Detection(self._words[place].start, self._words[place].end, "NAME", SCORE)

    def _beside(self, place: int, other: int, ends: Set[int]) -> bool:
        word, named = self._words[place], self._words[other]
        near = named.end in ends if other < place else named.start in ends
        return near and word.start not in ends and self._could_be_one(place, ends) and self._joins(place, other)

    def _could_be_one(self, place: int, ends: Set[int]) -> bool:
        word = self._words[place]
        return (
            word.capital
            and len(word.text) > 2
            and not word.text.isupper()
            and word.low not in TITLES
            and (word.kind in (WordKind.FAMILY, WordKind.UNKNOWN) or self._among(place, ends))
            and not self._line.is_place(place, place + 1)
        )

    def _among(self, place: int, ends: Set[int]) -> bool:
        """Linda, Pat and Jo: what is a word as well is a name between two."""
        before, after = self._neighbour(place, -1), self._neighbour(place, 1)
        if self._words[place].kind is not WordKind.EITHER or before is None or after is None:
            return False
        first, last = self._words[before], self._words[after]
        return first.end in ends and last.start in ends and self._joins(before, place) and self._joins(place, after)

    def _joins(self, one: int, other: int) -> bool:
        first, second = sorted((one, other))
        return JOINED.fullmatch(self._line.text[self._words[first].end : self._words[second].start]) is not None

    def _neighbour(self, place: int, step: int) -> int | None:
        """The next word on that side, an "and" between them aside."""
        other = place + step
        if 0 <= other + step < len(self._words) and self._words[other].low == "and":
            other += step
        return other if 0 <= other < len(self._words) else None
