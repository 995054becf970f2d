"""The sentence of a member that stands under a title: near most others, whole, and saying more than the title does."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nlp.clean.kinds import kind
from nlp.clean.statements import is_filler
from nlp.embed.vectors import Floats
from nlp.group.titles.parts import spread
from nlp.group.titles.words import stems

WORDS = range(5, 26)
"""Words of a sentence that is read at a glance and still says something."""

LOOKED_AT = 40
"""Sentences that may be chosen, in the order of how many members they lie near."""

_NEAR = 0.45
_HIDDEN = re.compile(r"\[[A-Z_]+\]")


def telling(
    texts: Sequence[str], vectors: Floats, group: NDArray[np.int64], title: str, *, praise: bool = False
) -> int:
    """Find the member, a place in `texts`, whose words stand best under a title. `group`: nearest its middle first."""
    sample = spread(group)
    rows = vectors[sample]
    central = np.maximum(rows @ rows.T - _NEAR, 0).sum(axis=1)
    said = stems(title)
    worth = [float(near) * _weight(texts[row], said) for row, near in zip(sample.tolist(), central, strict=True)]
    order = np.argsort(-np.array(worth), kind="stable")[:LOOKED_AT].tolist()
    fitting = (at for at in order if worth[at] > 0 and _fits(texts[sample[at]], praise))
    return int(sample[next(fitting, order[0])])


def is_whole(text: str) -> bool:
    """Tell whether words can be read by themselves: a sentence of a fit length, in which nothing was taken out."""
    return _weight(text, frozenset()) > 0


def _weight(text: str, title: frozenset[str]) -> float:
    """Whole sentences of a fit length that hide nothing; half for those that say what the title says already."""
    words = text.split()
    if len(words) not in WORDS or _HIDDEN.search(text) or is_filler(text):
        return 0.0
    whole = 1.0 if text[0].isupper() and text[-1] in ".!?" else 0.85
    return whole * (0.5 if stems(text) <= title else 1.0)


def _fits(text: str, praise: bool) -> bool:
    """No pleasantry under what is to be put right."""
    return praise or kind(text) not in {"praise", "other"}
