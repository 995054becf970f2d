"""Who is named in one breath with a name, and so is one too: Anna, Suze and Becker."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence, Set

from nlp.clean.recognisers.lexicon import TITLES, Kind, Word
from nlp.clean.recognisers.scan import Find

JOINED = re.compile(r"\s*(?:,|&|/|,?\s+and\s)\s*")


class Company:
    """Of one text; `is_place` says whether its words from one place up to another are a place's name."""

    def __init__(self, text: str, words: Sequence[Word], is_place: Callable[[int, int], bool]) -> None:
        self._text = text
        self._words = words
        self._is_place = is_place

    def joined(self, found: Sequence[Find]) -> Iterator[Find]:
        """Anna, Suze and Becker: what is named in one breath with a name, and has a capital, is a name."""
        ends = {find.end for find in found} | {find.start for find in found}
        for place in [*range(1, len(self._words)), *range(len(self._words) - 2, -1, -1)]:
            for other in (self._neighbour(place, -1), self._neighbour(place, 1)):
                if other is not None and self._beside(place, other, ends):
                    ends |= {self._words[place].start, self._words[place].end}
                    yield Find(self._words[place].start, self._words[place].end, "NAME", 0.6)

    def _beside(self, place: int, other: int, ends: set[int]) -> bool:
        word, named = self._words[place], self._words[other]
        near = named.end in ends if other < place else named.start in ends
        return (
            near
            and word.start not in ends
            and word.capital
            and len(word.text) > 2
            and not word.text.isupper()
            and word.text.lower() not in TITLES
            and (word.kind in (Kind.FAMILY, Kind.UNKNOWN) or self._among(place, ends))
            and self._joins(*sorted((place, other)))
            and not self._is_place(place, place + 1)
        )

    def _among(self, place: int, ends: Set[int]) -> bool:
        """Linda, Pat and Jo: what is a word as well is a name between two."""
        before, after = self._neighbour(place, -1), self._neighbour(place, 1)
        if self._words[place].kind is not Kind.EITHER or before is None or after is None:
            return False
        first, last = self._words[before], self._words[after]
        return first.end in ends and last.start in ends and self._joins(before, place) and self._joins(place, after)

    def _joins(self, one: int, other: int) -> bool:
        return JOINED.fullmatch(self._text[self._words[one].end : self._words[other].start]) is not None

    def _neighbour(self, place: int, step: int) -> int | None:
        """The next word on that side, an "and" between them aside."""
        other = place + step
        if 0 <= other + step < len(self._words) and self._words[other].text.lower() == "and":
            other += step
        return other if 0 <= other < len(self._words) else None
