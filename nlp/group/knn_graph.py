"""Which statements are near which: the graph that the topics are cut from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from nlp.embed.strata import reach_of
from nlp.embed.vectors import Floats, evenly, unit
from nlp.group.knn import nearest, nearest_of

NEIGHBOURS = 15
"""Neighbours of each statement: enough to tell a crowd from a chain, the usual choice of UMAP and its kin."""

ALIKE = 0.6
"""Neighbours of such a cosine similarity say the same: their link counts in full."""

NEAR = 0.9
"""The quantile of all neighbours' similarities that tells how alike those are here who say the same."""

UNLIKE, SPANS = 0.5, 1.5
"""Neighbours are not linked up to this share of that similarity, or, where most are near it, up to so many times the
span between the middle one and it."""

ACROSS = 20_000
"""Statements of the main encoder's own space among which the neighbours of mapped ones are looked for."""


def graph(vectors: Floats, k: int = NEIGHBOURS) -> sp.csr_array:
    """Build the undirected graph of nearest neighbours, weighted by cosine similarity: (n, n), without loops."""
    index, similarity = nearest(vectors, k)
    one_way = directed(index, np.maximum(similarity, 1e-6))
    return _sorted(one_way.maximum(one_way.T))


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Who is near whom.

    `graph`: (n, n) with weights 0 to 1; `density`: (n,) mean cosine similarity of each to its neighbours; `directions`:
    (n, d) unit rows about the mean.
    """

    graph: sp.csr_array
    density: Floats
    directions: Floats


def surroundings(vectors: Floats, mapped: NDArray[np.bool_] | None = None) -> Surroundings:
    """Build the graph of nearest neighbours with weights 0 to 1 on the scale of each statement's own surroundings.

    As UMAP weighs it (McInnes, Healy and Melville 2018), so that issues told in many ways and issues told in one hold
    together alike. Similarities are taken about the mean: what all statements of a service share tells none apart. But
    who has no neighbour that says the same is not one with the nearest who says something else: so a link counts as far
    as its two ends are alike by themselves, which is less where just one is `mapped`, (n,), from another encoder's
    space.
    """
    n = len(vectors)
    mean = vectors.mean(axis=0) if n else np.zeros(vectors.shape[1], np.float32)
    directions = unit(vectors - mean)
    if n < 2:
        return Surroundings(sp.csr_array((n, n), dtype=np.float64), np.zeros(n, np.float32), directions)
    foreign = np.zeros(n, bool) if mapped is None else mapped
    nearby = _Neighbours(np.arange(n), *nearest(directions, min(NEIGHBOURS, max(2, n // 3))))
    found = list(_on_both_sides(directions, nearby, foreign))
    pairs = np.concatenate([it.pairs() for it in found], axis=1)
    weights = np.concatenate([it.weights().ravel() for it in found])
    shared, within = vectors @ mean, float(mean @ mean)
    cosines = _cosines(shared, within, pairs, np.concatenate([it.similarity.ravel() for it in found]))
    alike = _alike(cosines, reach_of(foreign[pairs[0]] != foreign[pairs[1]]))
    one_way, enough = (sp.csr_array((it.astype(np.float64), pairs), shape=(n, n)) for it in (weights, alike))
    graph = _sorted((one_way + one_way.T - one_way.multiply(one_way.T)).multiply(enough.maximum(enough.T)))
    density = _cosines(shared, within, nearby.pairs(), nearby.similarity.ravel()).reshape(n, -1).mean(axis=1)
    return Surroundings(graph, density, directions)


@dataclass(frozen=True, slots=True)
class _Neighbours:
    """Of some `rows`, (r,), the `index` of those nearest to each and their `similarity`, both (r, k)."""

    rows: NDArray[np.int64]
    index: NDArray[np.int64]
    similarity: Floats

    def pairs(self) -> NDArray[np.int64]:
        """Each and one that is near it: (2, r * k)."""
        return np.stack([np.repeat(self.rows, self.index.shape[1]), self.index.ravel()])

    def weights(self) -> Floats:
        """How near each is, 0 to 1, on the scale of those that are nearest to the same one."""
        beyond = self.similarity.max(axis=1, keepdims=True) - self.similarity
        found: Floats = np.exp(-beyond / np.maximum(beyond.mean(axis=1, keepdims=True), 1e-6))
        return found


def _on_both_sides(directions: Floats, nearby: _Neighbours, mapped: NDArray[np.bool_]) -> Iterator[_Neighbours]:
    """Yield the neighbours of each; of who is mapped, half from either space, each half on a scale of its own.

    Else those of one language, who are nearest to each other, would have no neighbour that says the same in another
    (batch-balanced neighbours: Polański and others 2020).
    """
    own, foreign = np.flatnonzero(~mapped), np.flatnonzero(mapped)
    if not len(foreign) or not len(own):
        yield nearby
        return
    yield _Neighbours(own, nearby.index[own], nearby.similarity[own])
    across, k = own[evenly(len(own), ACROSS)], nearby.index.shape[1]
    index, similarity = nearest_of(directions[across], directions[foreign], k - k // 2)
    yield _Neighbours(foreign, across[index], similarity)
    if len(foreign) > 1:
        index, similarity = nearest(directions[foreign], k // 2)
        yield _Neighbours(foreign, foreign[index], similarity)


def _alike(cosines: Floats, asked: Floats) -> Floats:
    """How far each link counts, 0 to 1; `asked`: how alike its ends must be, as a share of what others must.

    Where some have neighbours who say the same and others have none, those of the latter are merely nearest: so the
    wider similarities are spread, the more is asked of a link.
    """
    middle, near = np.quantile(cosines, (0.5, NEAR))
    least = min(UNLIKE * near, SPANS * (near - middle))
    found: Floats = np.clip((cosines / asked - least) / (ALIKE - least), 0, 1)
    return found


def _cosines(shared: Floats, mean: float, pairs: NDArray[np.int64], similarity: Floats) -> Floats:
    """The similarities of pairs, (2, l), from those about the mean, (l,).

    `shared`: (n,) product of each unit vector with their mean m; `mean`: that of m with itself. What is left of a
    vector without m has the squared length 1 - 2 vm + mm, and two of them the product uv = um + vm - mm + rest.
    """
    lengths = np.sqrt(np.maximum(1 - 2 * shared + mean, 0))
    one, other = pairs
    found: Floats = shared[one] + shared[other] - mean + lengths[one] * lengths[other] * similarity
    return found


def directed(index: NDArray[np.int64], weights: Floats) -> sp.csr_array:
    """Build the graph from each statement to its neighbours, (n, n), by their (n, k) places and weights."""
    n, k = index.shape
    return sp.csr_array((weights.ravel().astype(np.float64), index.ravel(), np.arange(0, n * k + 1, k)), shape=(n, n))


def _sorted(graph: sp.csr_array) -> sp.csr_array:
    graph = sp.csr_array(graph)
    graph.eliminate_zeros()
    graph.sort_indices()
    return graph
