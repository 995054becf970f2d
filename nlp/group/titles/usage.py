"""Which words the members of a group use, and how that differs from other groups."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from nlp.group.titles.words import stems

TOP = 6
"""The stems that mark a group."""

EVERYWHERE = 0.2
"""A stem that so many groups have is no group's own."""

COMMON = 0.05
"""A group has a stem that so many of its members use."""


@dataclass(slots=True)
class Usage:
    """The words of one group of n members. `share`: of members that use a stem; `marks`: weights of its own."""

    members: int
    share: dict[str, float]
    said: list[frozenset[str]]
    marks: dict[str, float] = field(default_factory=dict)
    idf: dict[str, float] = field(default_factory=dict)
    usual: float = 0.0

    def typical(self, found: frozenset[str]) -> float:
        """Tell how much members use these stems, those more that few groups use: 0 to 1."""
        weights = {it: self.idf.get(it, 1.0) for it in found}
        return math.fsum(w * self.share.get(it, 0.0) for it, w in weights.items()) / max(
            math.fsum(weights.values()), 1e-9
        )

    def own(self, found: frozenset[str]) -> float:
        """Return the share of what marks the group that these stems hold: 0 to 1."""
        return math.fsum(self.marks.get(it, 0.0) for it in found) / max(math.fsum(self.marks.values()), 1e-9)

    def echoed(self, found: frozenset[str]) -> float:
        """Return the share of members who use most of these stems."""
        least = max(1, math.ceil(0.6 * len(found)))
        return sum(len(found & words) >= least for words in self.said) / max(self.members, 1)

    def special(self, it: str) -> bool:
        """Tell whether a stem is of few groups."""
        return self.idf.get(it, math.inf) >= math.log(1 + 1 / EVERYWHERE)

    def within(self, places: Sequence[int]) -> Usage:
        """Return the words of a part of its members."""
        return _marked(_counted([self.said[place] for place in places]), self.idf, self.usual)

    def rare(self, it: str) -> bool:
        """Tell whether a stem is one person's."""
        return self.share.get(it, 0.0) < max(0.08, min(2 / max(self.members, 1), 0.34)) - 1e-9


def of_groups(said: Sequence[Sequence[str]], languages: Sequence[str] | None = None) -> list[Usage]:
    """Count the words of each group; `said`: the texts of its members, who speak `languages`, English if not given."""
    spoken = languages or ["en"] * len(said)
    found = [_counted([stems(text, its) for text in texts]) for its, texts in zip(spoken, said, strict=True)]
    having = Counter(word for it in found for word, share in it.share.items() if share >= COMMON)
    idf = {word: math.log(1 + len(found) / count) for word, count in having.items()}
    return [_marked(it, idf, math.log(1 + len(found))) for it in found]


def _counted(said: list[frozenset[str]]) -> Usage:
    counts = Counter(word for words in said for word in words)
    return Usage(len(said), {word: count / len(said) for word, count in counts.items()}, said)


def _marked(it: Usage, idf: dict[str, float], usual: float) -> Usage:
    """Weigh its words; `usual`: the weight of those that no group has often."""
    it.idf, it.usual = idf, usual
    weights = {word: share * idf.get(word, usual) for word, share in it.share.items()}
    it.marks = dict(sorted(weights.items(), key=lambda pair: (-pair[1], pair[0]))[:TOP])
    return it
