"""Which statements are near which: the graph that the topics are cut from."""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from usearch.index import Index

Floats = NDArray[np.float32]

NEIGHBOURS = 15
"""Neighbours of each statement: enough to tell a crowd from a chain, the usual choice of UMAP and its kin."""

EXACT = 5_000
"""Up to so many statements are compared outright; more go through an HNSW index, whose cost grows as n log n."""

_BLOCK = 2_048


def nearest(vectors: Floats, k: int = NEIGHBOURS) -> tuple[NDArray[np.int64], Floats]:
    """The k nearest others of each unit vector by cosine similarity: (n, k) indices and similarities."""
    k = min(k, len(vectors) - 1)
    return _exact(vectors, k) if len(vectors) <= EXACT else _indexed(vectors, k)


def graph(vectors: Floats, k: int = NEIGHBOURS) -> sp.csr_array:
    """The undirected graph of nearest neighbours, weighted by cosine similarity: (n, n), symmetric, without loops."""
    n = len(vectors)
    index, similarity = nearest(vectors, k)
    rows = np.repeat(np.arange(n), index.shape[1])
    weights = np.maximum(similarity.ravel(), 1e-6).astype(np.float64)
    directed = sp.csr_array((weights, (rows, index.ravel())), shape=(n, n))
    both = sp.csr_array(directed.maximum(directed.T))
    both.sort_indices()
    return both


def _exact(vectors: Floats, k: int) -> tuple[NDArray[np.int64], Floats]:
    index = np.empty((len(vectors), k), np.int64)
    similarity = np.empty((len(vectors), k), np.float32)
    for begin in range(0, len(vectors), _BLOCK):
        block = slice(begin, begin + _BLOCK)
        found = vectors[block] @ vectors.T
        found[np.arange(len(found)), np.arange(begin, begin + len(found))] = -np.inf
        index[block] = np.argpartition(-found, k - 1, axis=1)[:, :k]
        similarity[block] = np.take_along_axis(found, index[block], 1)
    return index, similarity


def _indexed(vectors: Floats, k: int) -> tuple[NDArray[np.int64], Floats]:
    """By HNSW (Malkov and Yashunin 2018). A vector that does not find itself, a copy among many, gives up its farthest.

    Built on one thread: on several the graph depends on who came first, and refits must change nothing.
    """
    n = len(vectors)
    index = Index(
        ndim=vectors.shape[1], metric="ip", dtype="f16", connectivity=16, expansion_add=64, expansion_search=48
    )
    index.add(np.arange(n), vectors, threads=1)
    matches = index.search(vectors, k + 1)
    keys, similarity = matches.keys.astype(np.int64), 1 - matches.distances
    order = np.argsort(keys == np.arange(n)[:, None], axis=1, kind="stable")[:, :k]
    return np.take_along_axis(keys, order, 1), np.take_along_axis(similarity, order, 1)
