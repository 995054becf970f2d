"""Which statements are near which: the graph that the topics are cut from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from nlp.embed.strata import reach_of
from nlp.embed.vectors import Floats, unit
from nlp.group.knn import nearest

NEIGHBOURS = 15
"""Neighbours of each statement: enough to tell a crowd from a chain, the usual choice of UMAP and its kin."""

ALIKE = 0.6
"""Neighbours of such a cosine similarity say the same: their link counts in full."""

NEAR = 0.9
"""The quantile of all neighbours' similarities that tells how alike those are here who say the same."""

UNLIKE, SPANS = 0.5, 1.5
"""Neighbours are not linked up to this share of that similarity, or, where most are near it, up to so many times the
span between the middle one and it."""


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
    as its two ends are alike by themselves, which is less where one is `mapped`, (n,), from another encoder's space.
    """
    n = len(vectors)
    mean = vectors.mean(axis=0) if n else np.zeros(vectors.shape[1], np.float32)
    directions = unit(vectors - mean)
    if n < 2:
        return Surroundings(sp.csr_array((n, n), dtype=np.float64), np.zeros(n, np.float32), directions)
    index, similarity = nearest(directions, min(NEIGHBOURS, max(2, n // 3)))
    beyond = similarity.max(axis=1, keepdims=True) - similarity
    one_way = directed(index, np.exp(-beyond / np.maximum(beyond.mean(axis=1, keepdims=True), 1e-6)))
    cosines = _cosines(vectors @ mean, float(mean @ mean), index, similarity)
    reach = np.ones(n, np.float32) if mapped is None else reach_of(mapped)
    asked: Floats = np.minimum(reach[:, None], reach[index])
    alike = directed(index, _alike(cosines, asked))
    graph = _sorted((one_way + one_way.T - one_way.multiply(one_way.T)).multiply(alike.maximum(alike.T)))
    return Surroundings(graph, cosines.mean(axis=1), directions)


def _alike(cosines: Floats, asked: Floats) -> Floats:
    """How far each link counts, 0 to 1; `asked`: how alike its ends must be, as a share of what others must.

    Where some have neighbours who say the same and others have none, those of the latter are merely nearest: so the
    wider similarities are spread, the more is asked of a link.
    """
    middle, near = np.quantile(cosines, (0.5, NEAR))
    least = min(UNLIKE * near, SPANS * (near - middle))
    found: Floats = np.clip((cosines / asked - least) / (ALIKE - least), 0, 1)
    return found


def _cosines(shared: Floats, mean: float, index: NDArray[np.int64], similarity: Floats) -> Floats:
    """The similarities of each to its neighbours, (n, k), from those about the mean.

    `shared`: (n,) product of each unit vector with their mean m; `mean`: that of m with itself. What is left of a
    vector without m has the squared length 1 - 2 vm + mm, and two of them the product uv = um + vm - mm + rest.
    """
    lengths = np.sqrt(np.maximum(1 - 2 * shared + mean, 0))
    found: Floats = shared[:, None] + shared[index] - mean + lengths[:, None] * lengths[index] * similarity
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
