"""How finely a graph of statements is cut into groups: found in the data.

Of several resolutions the one is taken whose groups are told apart best (silhouette) and come out alike when part of
the statements is left out (stability; Ben-Hur, Elisseeff and Guyon 2002).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from nlp.embed.vectors import Floats, Labels, centroids, evenly
from nlp.group import communities

RESOLUTIONS = tuple(2 ** (step / 2) for step in range(-2, 9))
"""From broad to narrow; the first and the last only show where the others stand."""

FINEST = 16.0
"""Parts this fine are whole at every resolution above."""

COUNT_PENALTY = 0.45
"""How much better an unlikely number of groups must be: this times the squared logarithm of how many times too many or
too few they are. Likely is the root of half the statements (Mardia, Kent and Bibby 1979)."""

STABILITY_DRAWS, DRAWN_SHARE = 3, 0.6
"""How often, and with what share of the statements, groups are looked for anew."""

STABILITY_FROM, STABILITY_UP_TO = 30, 8_000
"""Of fewer statements a part tells nothing; among more, groups are about as stable at every resolution."""

CHANGE_MARGIN = 0.2
"""By how much another resolution than the last fit's must be better: twice what two differ by from draw to draw."""

_SILHOUETTE_SAMPLE = 10_000
"""Vectors enough for a mean."""

_LEAST = 1e-3
"""What counts as no silhouette and no stability at all: logarithms are taken of both."""


def choose(graph: sp.csr_array, vectors: Floats, start: Labels | None, seed: int) -> tuple[float, int]:
    """Choose the best resolution, and say how many groups it gives.

    In a refit it is the one that gives as many groups as there were, unless that has become much worse.

    `start`: (n,) the groups of the last fit, -1 for a node that was in none. Each resolution is judged with its
    neighbours, since one partition may be lucky.
    """
    looks = _looks(graph, seed)
    worths = [worth(vectors, labels) for labels in looks] + np.log(_stability(graph, seed))
    worths = np.convolve(worths, [1 / 3] * 3, "valid")
    best = int(worths.argmax())
    known = 0 if start is None else len(np.unique(start[start >= 0]))
    if known:
        like = _with_as_many(looks[1:-1], known)
        best = best if worths[best] - worths[like] > CHANGE_MARGIN else like
    return RESOLUTIONS[1:-1][best], int(looks[1:-1][best].max()) + 1


def _with_as_many(looks: Sequence[Labels], known: int) -> int:
    """The place of the look whose number of groups is nearest to the one known, by how many times it differs."""
    counts = np.array([labels.max() + 1 for labels in looks])
    return int(np.abs(np.log(counts / known)).argmin())


def _looks(graph: sp.csr_array, seed: int) -> list[Labels]:
    """The groups at each of the resolutions."""
    fine = communities.leiden(graph, FINEST, seed, rounds=1)
    small = communities.quotient(graph, fine)
    return [communities.merged(small, resolution)[fine] for resolution in RESOLUTIONS]


def _stability(graph: sp.csr_array, seed: int) -> Floats:
    """For each resolution how alike the groups of two parts of the nodes are, among the nodes in both: up to 1."""
    n = graph.shape[0]
    if not STABILITY_FROM <= n <= STABILITY_UP_TO:
        return np.ones(len(RESOLUTIONS), np.float32)
    draw = np.random.default_rng(seed)
    parts = [np.sort(draw.choice(n, int(DRAWN_SHARE * n), replace=False)) for _ in range(STABILITY_DRAWS)]
    trials = [_looks_at(graph, part, seed) for part in parts]
    alike = [_alike(one, other) for one, other in combinations(trials, 2)]
    stable: Floats = np.maximum(np.mean(alike, axis=0), _LEAST).astype(np.float32)
    return stable


def _looks_at(graph: sp.csr_array, part: NDArray[np.int64], seed: int) -> Labels:
    """The groups of a part of the nodes at each of the resolutions, -1 for a node outside of it: (resolutions, n)."""
    found = np.full((len(RESOLUTIONS), graph.shape[0]), -1, np.int32)
    found[:, part] = _looks(sp.csr_array(graph[part][:, part]), seed)
    return found


def _alike(one: Labels, other: Labels) -> list[float]:
    """The agreement at each of the resolutions, among the nodes that both looked at."""
    both = (one[0] >= 0) & (other[0] >= 0)
    return [agreement(*pair) for pair in zip(one[:, both], other[:, both], strict=True)]


def agreement(one: Labels, other: Labels) -> float:
    """Tell how alike two groupings of the same nodes are, at most 1: the adjusted Rand index (Hubert and Arabie 1985).

    scikit-learn's gives the same, but takes half a second to load in a process that only groups.
    """

    def within(groups: NDArray[np.int64]) -> float:
        return float((groups * (groups - 1)).sum())

    both = np.unique(one.astype(np.int64) * (int(other.max(initial=0)) + 1) + other, return_counts=True)[1]
    mine, its = within(np.bincount(one)), within(np.bincount(other))
    chance = mine * its / max(within(np.array([len(one)])), 1)
    return (within(both) - chance) / max((mine + its) / 2 - chance, 1) if mine + its > 2 * chance else 1.0


def worth(vectors: Floats, labels: Labels) -> float:
    """Judge how well groups are told apart: the logarithm of their silhouette, less the doubt about their number."""
    number = int(labels.max()) + 1
    likely = np.sqrt(len(labels) / 2)
    return float(np.log(max(silhouette(vectors, labels), _LEAST)) - COUNT_PENALTY * np.log(number / likely) ** 2)


def silhouette(vectors: Floats, labels: Labels) -> float:
    """Average (b - a) / max(a, b), a and b being a vector's cosine distances to its own centre and the next one.

    Rousseeuw 1987 in the simplified form of Hruschka et al. 2004, linear in the vectors; of a sample if many.
    """
    centres = centroids(vectors, labels)
    if len(centres) < 2:
        return 0.0
    chosen = evenly(len(vectors), _SILHOUETTE_SAMPLE)
    distance = 1 - vectors[chosen] @ centres.T
    rows, mine = np.arange(len(chosen)), labels[chosen]
    own = distance[rows, mine].copy()
    distance[rows, mine] = np.inf
    other = distance.min(axis=1)
    return float(((other - own) / np.maximum(np.maximum(own, other), 1e-6)).mean())
