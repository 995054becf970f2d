"""Who is nearest to whom: outright among few, by an inverted file among many."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nlp.embed.vectors import Floats, centroids, evenly

EXACT_UP_TO = 5_000
"""Up to so many vectors are compared outright, at a cost that grows with the square."""

CELL_VECTORS = 200
"""Vectors of a cell of the inverted file, on average."""

PROBED_CELLS = 10
"""Cells that are searched for each vector. Of statements' true neighbours .91 to .98 are found, and .96 to .99 of their
links, which one of the two suffices for."""

KMEANS_ROUNDS, KMEANS_SAMPLE = 5, 40
"""How often the cells' middles are looked for anew, among so many vectors a cell."""

_BLOCK = 2_048
_PAIR = np.dtype([("row", np.int32), ("near", np.int32), ("similarity", np.float32)])

Rows = NDArray[np.int64]


def nearest(vectors: Floats, k: int) -> tuple[Rows, Floats]:
    """Find the k nearest others of each unit row by cosine similarity: their indices and similarities, both (n, k)."""
    k = min(k, len(vectors) - 1)
    if len(vectors) <= EXACT_UP_TO:
        return _outright(vectors, np.arange(len(vectors)), k)
    return _by_cells(vectors, k)


def nearest_of(vectors: Floats, asking: Floats, k: int) -> tuple[Rows, Floats]:
    """Find the k unit rows nearest to each of m others: their indices and similarities, both (m, k)."""
    step = max(1, _BLOCK**2 // len(vectors))
    blocks = [_best(asking[begin : begin + step] @ vectors.T, k) for begin in range(0, len(asking), step)]
    index, similarity = zip(*blocks, strict=True)
    return np.concatenate(index), np.concatenate(similarity)


def _outright(vectors: Floats, rows: Rows, k: int) -> tuple[Rows, Floats]:
    """Those of the rows named."""
    index, similarity = np.empty((len(rows), k), np.int64), np.empty((len(rows), k), np.float32)
    for begin in range(0, len(rows), _BLOCK):
        block = slice(begin, begin + _BLOCK)
        found = vectors[rows[block]] @ vectors.T
        found[np.arange(len(found)), rows[block]] = -np.inf
        index[block], similarity[block] = _best(found, k)
    return index, similarity


def _best(similarity: Floats, k: int) -> tuple[Rows, Floats]:
    """The columns of the k highest of each row, in no order, and their values."""
    k = min(k, similarity.shape[1])
    columns = np.argpartition(similarity, -k, axis=1)[:, -k:]
    return columns, np.take_along_axis(similarity, columns, 1)


def _by_cells(vectors: Floats, k: int) -> tuple[Rows, Floats]:
    """An inverted file (Jégou, Douze and Schmid 2011): each vector is compared with the members of the nearest cells.

    Its own cell comes first: of the others only who is nearer than the k-th of these is looked at again. A vector whose
    cells hold too few is compared with all.
    """
    members, visitors = _cells(vectors)
    least = np.full(len(vectors), -np.inf, np.float32)
    found = [_at_home(vectors, mine, k, least) for mine in members if len(mine) > 1]
    for mine, asking in zip(members, visitors, strict=True):
        for begin in range(0, len(asking) if len(mine) else 0, step := max(1, _BLOCK**2 // max(len(mine), 1))):
            found.append(_nearer(vectors, asking[begin : begin + step], mine, least))
    pairs = np.concatenate(found)
    del found  # as large as the pairs, which are sorted next: the peak of memory
    return _foremost(vectors, k, pairs)


def _at_home(vectors: Floats, mine: Rows, k: int, least: Floats) -> NDArray[np.void]:
    """The pairs of each member of a cell and the k nearest others of the cell, the k-th noted in `least`."""
    columns, similarity = _outright(vectors[mine], np.arange(len(mine)), min(k, len(mine) - 1))
    if columns.shape[1] == k:
        least[mine] = similarity.min(axis=1)
    return _pairs(np.repeat(mine, columns.shape[1]), mine[columns].ravel(), similarity.ravel())


def _nearer(vectors: Floats, asking: Rows, mine: Rows, least: Floats) -> NDArray[np.void]:
    """The pairs of who asks and a member of the cell that are nearer than the least that is asked for."""
    similarity = vectors[asking] @ vectors[mine].T
    rows, columns = np.divmod(np.flatnonzero(similarity > least[asking][:, None]), len(mine))
    return _pairs(asking[rows], mine[columns], similarity[rows, columns])


def _pairs(row: Rows, near: Rows, similarity: Floats) -> NDArray[np.void]:
    pairs = np.empty(len(row), _PAIR)
    pairs["row"], pairs["near"], pairs["similarity"] = row, near, similarity
    return pairs


def _foremost(vectors: Floats, k: int, pairs: NDArray[np.void]) -> tuple[Rows, Floats]:
    """Of each row's pairs the k of the highest similarity."""
    pairs = pairs[np.lexsort((-pairs["similarity"], pairs["row"]))]
    counts = np.bincount(pairs["row"], minlength=len(vectors))
    places = (np.cumsum(counts) - counts)[:, None] + np.arange(k)
    chosen = pairs[np.minimum(places, len(pairs) - 1)]
    near, similarity = chosen["near"].astype(np.int64), chosen["similarity"].copy()
    lacking = np.flatnonzero(counts < k)
    near[lacking], similarity[lacking] = _outright(vectors, lacking, k)
    return near, similarity


def _cells(vectors: Floats) -> tuple[list[Rows], list[Rows]]:
    """Of each cell its members, and who else looks into it."""
    middles = _middles(vectors, len(vectors) // CELL_VECTORS)
    homes, probed = np.empty(len(vectors), np.int32), np.empty((len(vectors), PROBED_CELLS), np.int32)
    for begin in range(0, len(vectors), _BLOCK):
        block = slice(begin, begin + _BLOCK)
        near = vectors[block] @ middles.T
        homes[block], probed[block] = near.argmax(axis=1), _best(near, PROBED_CELLS)[0]
    rows, which = np.nonzero(probed != homes[:, None])
    visitors = [rows[places] for places in _places(probed[rows, which], len(middles))]
    return _places(homes, len(middles)), visitors


def _middles(vectors: Floats, number: int) -> Floats:
    """Spherical k-means (Dhillon and Modha 2001) of a sample; the same for the same vectors."""
    sample = vectors[evenly(len(vectors), number * KMEANS_SAMPLE)]
    middles = sample[evenly(len(sample), number)]
    for _ in range(KMEANS_ROUNDS):
        middles = centroids(sample, (sample @ middles.T).argmax(axis=1).astype(np.int32))
    return middles


def _places(cells: NDArray[np.int32], number: int) -> list[Rows]:
    """Where each cell stands in the list."""
    order = np.argsort(cells, kind="stable")
    return np.split(order, np.searchsorted(cells[order], np.arange(1, number)))
