"""An analyst's own list of themes: statements are put into it as far as they fit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nlp.directions import Floats, unit

FIT = 0.4
"""The cosine similarity to a theme's words from which a statement fits. It is taken about the mean of all statements:
what all of them share makes none of them fit."""

ENOUGH = 100
"""Fewer statements may all be about one thing, which is then their mean."""

LEAD = 0.03
"""By how much a theme must fit better than the next one."""


def place(vectors: Floats, themes: Sequence[Floats]) -> NDArray[np.int32]:
    """The theme of each statement, -1 where none fits: (n,). `themes`: of each the vectors of its words and examples.

    Looked at twice: descriptions are not how people speak, so the statements that fit at once become examples too
    (Rocchio 1971).
    """
    if not themes or not len(vectors):
        return np.full(len(vectors), -1, np.int32)
    mean = vectors.mean(axis=0) if len(vectors) >= ENOUGH else np.zeros(vectors.shape[1], np.float32)
    vectors, themes = unit(vectors - mean), [unit(words - mean) for words in themes]
    fits = np.stack([(vectors @ words.T).max(axis=1) for words in themes], axis=1)
    first = _nearest(fits)
    second = [_like(vectors, vectors[first == theme], words) for theme, words in enumerate(themes)]
    return _nearest(np.maximum(fits, np.stack(second, axis=1)))


def _like(vectors: Floats, examples: Floats, words: Floats) -> Floats:
    """How near each comes to the middle of a theme, so that FIT is as near as the middle one of its examples comes.

    Whatever the subject, all are nearer to a middle than to each other.
    """
    centre = unit(np.concatenate([words, examples]).mean(axis=0))
    usual = float(np.median(examples @ centre)) if len(examples) else 1.0
    near: Floats = vectors @ centre - max(usual - FIT, 0)
    return near


def _nearest(similarity: Floats) -> NDArray[np.int32]:
    ranked = np.sort(similarity, axis=1)
    clear = ranked[:, -1] - ranked[:, -2] >= LEAD if similarity.shape[1] > 1 else np.ones(len(ranked), bool)
    fits = (ranked[:, -1] >= FIT) & clear
    return np.where(fits, similarity.argmax(axis=1), -1).astype(np.int32)
