"""Reads the words of groups, and of parts of groups: the clauses that may name each, and what it speaks of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.clean.language import UNKNOWN
from nlp.clean.statement_kinds import kind
from nlp.embed.vectors import Floats
from nlp.group.titles import candidates, parts, scoring, subjects, unparsed
from nlp.group.titles.clauses import parser
from nlp.group.titles.usage import Usage

OF_PART = 6
"""Texts that are parsed of a part of a group, and clauses that are compared: parts are small, and there are several."""


@dataclass(frozen=True, slots=True)
class SpokenGroup:
    """Members of a group that are read. `said`: their tidied texts; `sample`: (m, d) their vectors.

    `around`: the words of the whole group where this is a part of it; by these it is told what is one person's.
    """

    said: Sequence[str]
    sample: Floats
    usage: Usage
    language: str
    praise: bool
    around: Usage | None = None

    @property
    def english(self) -> bool:
        """Tell whether the parser reads it."""
        return self.language in ("en", UNKNOWN)

    def part(self, places: NDArray[np.int64]) -> SpokenGroup:
        """Return a part of it, which praises where most of its members do."""
        said = [self.said[place] for place in places]
        praise = 2 * sum(kind(text) == "praise" for text in said) > len(said)
        usage = self.usage.within(places.tolist())
        return SpokenGroup(said, self.sample[places], usage, self.language, praise, self.usage)


@dataclass(slots=True)
class GroupReader:
    """Reads groups one after the other, and parses no text twice."""

    _trees: dict[str, Any] = field(default_factory=dict)

    def options(
        self, groups: Sequence[SpokenGroup]
    ) -> tuple[list[list[candidates.TitleCandidate]], list[Callable[[float], list[str]]]]:
        """Return the foremost candidates of each group, and what it speaks of, all parts parsed in one go."""
        spoken = parts.of_groups([group.said for group in groups])
        chosen = [
            parts.central(its, group.sample) if group.english else [] for its, group in zip(spoken, groups, strict=True)
        ]
        self._parse([part.text for its in chosen for part in its])
        options, told_of = [], list[Callable[[float], list[str]]]()
        for its, parsed, group in zip(spoken, chosen, groups, strict=True):
            trees, words = [(part, self._trees[part.text]) for part in parsed], group.around or group.usage
            made = list(chain.from_iterable(candidates.of_part(part, doc, words) for part, doc in trees))
            merged = candidates.merged(made)
            if group.english:
                found = subjects.named(merged, trees, group.usage)
            else:
                found = unparsed.of_parts(its, group.usage, group.language)
            options.append(scoring.foremost(found, group.usage)[: OF_PART if group.around else None])
            told_of.append(partial(subjects.told_of, trees, group.usage))
        return options, told_of

    def _parse(self, texts: Sequence[str]) -> None:
        new = [text for text in dict.fromkeys(texts) if text not in self._trees]
        self._trees.update(zip(new, parser().pipe(new, batch_size=256), strict=True))
