"""Groups named in the language that most members speak, and in the other one of the staff where members speak it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.clean.language import EXPECTED, UNKNOWN
from nlp.embed.vectors import Encode, Floats, unit
from nlp.group.titles import naming

FEWEST = 3
"""Members who must speak a language before a group has a title in it, too."""

NEAR, NEAREST = 0.4, 0.25
"""The cosine similarity of a title to the middle of those who speak the main language, from which on it says what they
say; the second where no other group is nearer. 191 of 200 true titles do, and 4 in a hundred of another problem
(docs/grouping-figures.md)."""

ENGLISH = EXPECTED[0]

Group = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Names:
    """How a group is called: `title` in its `language`, that of most members; `others` in other ones, by language."""

    title: naming.Title
    language: str = ENGLISH
    others: Mapping[str, str] = field(default_factory=dict)

    @property
    def by_language(self) -> dict[str, str]:
        """All of them, that of most members among them."""
        return {self.language: self.title.text, **self.others}


def name(
    texts: Sequence[str],
    groups: Sequence[Group],
    languages: Sequence[str],
    *,
    vectors: Floats,
    known: Sequence[str],
    encode: Encode | None = None,
    fresh: NDArray[np.bool_] | None = None,
    **how: Any,
) -> list[Names]:
    """Name groups as `naming.name` does, each by those members who speak the language of its title.

    `languages`: (n,) of the texts. Also those that are not `fresh` are named in their other language, unless the few
    who speak it tell of another problem.
    """
    how |= {"vectors": vectors, "encode": encode}
    # A text whose language is not known is read as English, as when it is embedded.
    told = np.array([ENGLISH if language == UNKNOWN else language for language in languages])
    main = [_main(told[group]) for group in groups]
    mine = [group[told[group] == its] for group, its in zip(groups, main, strict=True)]
    titles = naming.name(texts, mine, known=known, fresh=fresh, languages=main, **how)
    taken, others = [*known, *(title.text for title in titles)], [dict[str, str]() for _ in groups]
    for other in EXPECTED:
        theirs = [group[told[group] == other] for group in groups]
        spoken = np.array([it != other and len(its) >= FEWEST for it, its in zip(main, theirs, strict=True)], bool)
        if spoken.any():
            found = naming.name(texts, theirs, known=taken, fresh=spoken, languages=[other] * len(groups), **how)
            given = {place: found[place].text for place in np.flatnonzero(spoken).tolist()}
            for place in _near(given, other, [vectors[its] for its in mine], encode):
                others[place][other] = given[place]
    return [Names(*its) for its in zip(titles, main, others, strict=True)]


def _near(given: Mapping[int, str], language: str, said: Sequence[Floats], encode: Encode | None) -> list[int]:
    """The places of the titles that say what others say, whose vectors are `said`, for each group."""
    if encode is None:
        return list(given)
    middles, places = unit(np.array([its.mean(axis=0) for its in said])), list(given)
    similar = encode(list(given.values()), [language] * len(given)) @ middles.T
    own = similar[np.arange(len(places)), places]
    near = own >= np.where(own == similar.max(axis=1), NEAREST, NEAR)
    return [place for place, its in zip(places, near.tolist(), strict=True) if its]


def _main(languages: NDArray[np.str_]) -> str:
    """English where two are spoken as often."""
    spoken = Counter(languages.tolist())
    return max(spoken, key=lambda it: (spoken[it], it == ENGLISH, it), default=ENGLISH)
