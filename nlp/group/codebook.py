"""An analyst's own list of themes: statements are put into it as far as they fit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nlp.embed.vectors import Floats, unit
from nlp.group.knn import nearest
from nlp.group.knn_graph import NEIGHBOURS, directed

NAME_SIMILARITY = 0.4
"""The cosine similarity to a theme that is a name alone from which a statement fits. It is taken about the mean of all
statements: what all of them share makes none of them fit."""

LEAST_SIMILARITY, MOST_SIMILARITY = 0.3, 0.6
"""Likewise the least and the most for a theme with examples, which tell by their own spread."""

CENTRED_FROM = 100
"""Fewer statements may all be about one thing, which is then their mean."""

CLEAR_LEAD = 0.03
"""By how much a theme must fit better than the next one."""


def place(vectors: Floats, themes: Sequence[Floats]) -> NDArray[np.int32]:
    """Find the theme of each statement, -1 where none fits: (n,). `themes` are the vectors of their words and examples.

    A theme is the middle of these (Rocchio 1971).
    """
    if not themes or not len(vectors):
        return np.full(len(vectors), -1, np.int32)
    if len(vectors) >= CENTRED_FROM:
        mean = vectors.mean(axis=0)
        vectors, themes = _leaning(unit(vectors - mean)), [unit(words - mean) for words in themes]
    return _nearest(np.stack([vectors @ unit(words.mean(axis=0)) - _reach(words) for words in themes], axis=1))


def _leaning(vectors: Floats) -> Floats:
    """Statements half as what is said around them: one by itself says a thing in words that happen to be far off."""
    index, _ = nearest(vectors, NEIGHBOURS)
    return unit(vectors + directed(index, np.full(index.shape, 1 / index.shape[1], np.float32)) @ vectors)


def _reach(words: Floats) -> float:
    """How near a statement must come: as near as the middle one of the examples comes to the middle of the others."""
    if len(words) < 2:
        return NAME_SIMILARITY
    others = unit(words.sum(axis=0) - words[1:])
    return float(np.clip(np.median(np.einsum("ij,ij->i", others, words[1:])), LEAST_SIMILARITY, MOST_SIMILARITY))


def _nearest(beyond: Floats) -> NDArray[np.int32]:
    """The theme that each is farthest within the reach of, if it is clearly the one."""
    ranked = np.sort(beyond, axis=1)
    clear = ranked[:, -1] - ranked[:, -2] >= CLEAR_LEAD if beyond.shape[1] > 1 else np.ones(len(ranked), bool)
    return np.where((ranked[:, -1] >= 0) & clear, beyond.argmax(axis=1), -1).astype(np.int32)
