"""The sentence of a member that stands under a title: near most others, whole, and saying more than the title does."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from nlp.clean.statement_kinds import kind
from nlp.clean.statements import is_filler
from nlp.embed.vectors import Floats
from nlp.group.titles import parts
from nlp.group.titles.parts import OPENING, SENTENCE_ENDS, tidy
from nlp.group.titles.words import pattern, stems

WORDS = range(5, 26)
"""Words of a sentence that is read at a glance and still says something."""

LOOKED_AT = 40
"""Sentences that may be chosen, in the order of how many members they lie near."""

MARKS = 6
"""The words of a group that most members use: a sentence that holds them says what the group is about."""

BESIDE = 0.2
"""By what a sentence weighs that has no word of the title: a reader takes it for the proof of what the title says."""

_NEAR = 0.45
_HIDDEN = re.compile(r"\[[A-Z_]+\]")
_LEANS = re.compile(
    r"^\W*(?:it|its|it's|that|that's|this|they|they're|he|he's|she|she's|which|so|and|but)\b", re.IGNORECASE
)


def telling(
    texts: Sequence[str], vectors: Floats, group: NDArray[np.int64], title: str, *, praise: bool = False
) -> int:
    """Find the member, a place in `texts`, whose words stand best under a title. `group`: nearest its middle first.

    Of sentences as near to what most say, that is one which has the words of the title.
    """
    sample = parts.sample(texts, group)
    rows = vectors[sample]
    central = np.maximum(rows @ rows.T - _NEAR, 0).sum(axis=1)
    said = [texts[row] for row in sample.tolist()]
    used = [stems(text) for text in said]
    counted = Counter(chain.from_iterable(used))
    marks = dict(sorted(counted.items(), key=lambda it: (-it[1], it[0]))[:MARKS])
    total = max(sum(marks.values()), 1)
    named = stems(title)
    worth = [
        float(near)
        * _weight(text, words, named, praise)
        * (BESIDE + (1 - BESIDE) * len(words & named) / max(len(named), 1))
        * (0.3 + sum(count for word, count in marks.items() if word in words) / total)
        for near, text, words in zip(central, said, used, strict=True)
    ]
    order = np.argsort(-np.array(worth), kind="stable")[:LOOKED_AT].tolist()
    fitting = (at for at in order if worth[at] > 0 and _fits(said[at], praise))
    return int(sample[next(fitting, order[0])])


def is_whole(text: str) -> bool:
    """Tell whether words can be read by themselves: a sentence of a fit length, in which nothing was taken out."""
    return len(text.split()) in WORDS and not _HIDDEN.search(text) and not is_filler(text)


def _weight(text: str, words: frozenset[str], title: frozenset[str], praise: bool) -> float:
    """Whole sentences of a fit length that hide nothing; less where they greet first, run into another, lean on
    what was said before, or say no more than the title.
    """
    if not is_whole(text):
        return 0.0
    whole = 1.0 if text[0].isupper() and text[-1] in ".!?" else 0.85
    opening = OPENING.match(text)
    greets = 0.7 if tidy(text)[:1].lower() != text[:1].lower() or (opening and is_filler(opening[1])) else 1.0
    single = 1.0 if len(SENTENCE_ENDS.split(text)) == 1 else 0.8
    leans = 0.7 if _LEANS.match(text) else 1.0
    harms = 1.0 if praise or pattern("strong").search(text.lower()) else 0.8
    return whole * single * greets * leans * harms * (0.6 if words <= title else 1.0)


def _fits(text: str, praise: bool) -> bool:
    """No pleasantry under what is to be put right."""
    return praise or kind(text) not in {"praise", "other"}
