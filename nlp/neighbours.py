"""Which statements are near which: the graph that the topics are cut from."""

from __future__ import annotations

from dataclasses import dataclass

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
    index, similarity = nearest(vectors, k)
    directed = _directed(index, np.maximum(similarity, 1e-6))
    return _sorted(directed.maximum(directed.T))


@dataclass(frozen=True, slots=True)
class Surroundings:
    """`graph`: (n, n) with weights 0 to 1; `density`: (n,) mean cosine similarity of each to its neighbours."""

    graph: sp.csr_array
    density: Floats


def surroundings(vectors: Floats) -> Surroundings:
    """The graph of nearest neighbours with weights 0 to 1 on the scale of each statement's own surroundings.

    As UMAP weighs it (McInnes, Healy and Melville 2018), so that issues told in many ways and issues told in one hold
    together alike. Similarities are taken about the mean: what all statements of a service share tells none apart.
    """
    n = len(vectors)
    if n < 2:
        return Surroundings(sp.csr_array((n, n), dtype=np.float64), np.zeros(n, np.float32))
    index, similarity = nearest(centred(vectors), min(NEIGHBOURS, max(2, n // 3)))
    beyond = similarity.max(axis=1, keepdims=True) - similarity
    directed = _directed(index, np.exp(-beyond / np.maximum(beyond.mean(axis=1, keepdims=True), 1e-6)))
    graph = _sorted(directed + directed.T - directed.multiply(directed.T))
    return Surroundings(graph, _density(vectors, index))


def _density(vectors: Floats, index: NDArray[np.int64]) -> Floats:
    """In blocks, as the neighbours' vectors take k times the memory of the vectors."""
    density = np.empty(len(vectors), np.float32)
    for begin in range(0, len(vectors), _BLOCK):
        block = slice(begin, begin + _BLOCK)
        density[block] = np.einsum("ikd,id->i", vectors[index[block]], vectors[block]) / index.shape[1]
    return density


def centred(vectors: Floats) -> Floats:
    """The directions of unit vectors about their mean: unit rows again."""
    apart = vectors - vectors.mean(axis=0)
    unit: Floats = apart / np.maximum(np.linalg.norm(apart, axis=1, keepdims=True), 1e-9)
    return unit


def _directed(index: NDArray[np.int64], weights: Floats) -> sp.csr_array:
    n, k = index.shape
    return sp.csr_array((weights.ravel().astype(np.float64), index.ravel(), np.arange(0, n * k + 1, k)), shape=(n, n))


def _sorted(graph: sp.csr_array) -> sp.csr_array:
    graph = sp.csr_array(graph)
    graph.sort_indices()
    return graph


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
