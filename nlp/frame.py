"""An analyst's own list of themes: statements are put into it as far as they fit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nlp.directions import Floats, unit

FIT = 0.45
"""The cosine similarity to a theme's words from which a statement fits; unrelated statements seldom reach it."""

LEAD = 0.03
"""By how much a theme must fit better than the next one."""


def place(vectors: Floats, themes: Sequence[Floats]) -> NDArray[np.int32]:
    """The theme of each statement, -1 where none fits: (n,). `themes`: of each the vectors of its words and examples.

    Looked at twice: descriptions are not how people speak, so the statements that fit at once become examples too
    (Rocchio 1971).
    """
    if not themes or not len(vectors):
        return np.full(len(vectors), -1, np.int32)
    first = _nearest(np.stack([(vectors @ words.T).max(axis=1) for words in themes], axis=1))
    centres = [
        unit(np.concatenate([words, vectors[first == theme]]).mean(axis=0)) for theme, words in enumerate(themes)
    ]
    second = np.stack(
        [
            np.maximum((vectors @ words.T).max(axis=1), vectors @ centre)
            for words, centre in zip(themes, centres, strict=True)
        ],
        axis=1,
    )
    return _nearest(second)


def _nearest(similarity: Floats) -> NDArray[np.int32]:
    ranked = np.sort(similarity, axis=1)
    clear = ranked[:, -1] - ranked[:, -2] >= LEAD if similarity.shape[1] > 1 else np.ones(len(ranked), bool)
    fits = (ranked[:, -1] >= FIT) & clear
    return np.where(fits, similarity.argmax(axis=1), -1).astype(np.int32)
