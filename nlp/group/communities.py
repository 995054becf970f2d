"""The communities of a graph: found afresh, or settled from where they were."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

import graspologic_native
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sknetwork.clustering import Louvain

from nlp.embed.vectors import Labels

MAX_SWEEPS = 20
"""How often nodes are moved at most, should they go to and fro."""


def leiden(graph: sp.csr_array, resolution: float, seed: int = 0, rounds: int = 2) -> Labels:
    """Find Leiden communities (Traag, Waltman and van Eck 2019) by modularity: (n,) a label from 0 up for every node.

    `rounds`: how often the whole is gone through; the first finds nearly all.
    """
    if not graph.nnz:
        return np.arange(graph.shape[0], dtype=np.int32)
    _, found = graspologic_native.leiden_csr(
        graph.indptr.astype(np.int64),
        graph.indices.astype(np.int32),
        graph.data,
        graph.shape[0],
        resolution=resolution,
        iterations=rounds,
        seed=seed,
    )
    return np.fromiter((found[node] for node in range(graph.shape[0])), np.int32, graph.shape[0])


def merged(graph: sp.csr_array, resolution: float) -> Labels:
    """Find communities of a small graph of parts by Louvain's method (Blondel et al. 2008): its loops count.

    The same graph gives the same ones. Leiden's refinement would not, in scikit-network: it draws from the `rand` of C,
    which no seed of ours reaches and the whole process shares; `leiden` leaves loops out.
    """
    if not graph.nnz:
        return np.arange(graph.shape[0], dtype=np.int32)
    found = Louvain(resolution).fit_predict(sp.csr_matrix(graph))
    labels: Labels = found.astype(np.int32)
    return labels


def quotient(graph: sp.csr_array, parts: Labels) -> sp.csr_array:
    """Make the graph whose nodes are the parts, (k, k); weights within a part become its loop."""
    whole = np.arange(len(parts) + 1)
    member = sp.csr_array((np.ones(len(parts)), parts, whole), shape=(len(parts), parts.max(initial=-1) + 1))
    small = sp.csr_array(member.T @ graph @ member)
    small.sort_indices()
    return small


def settle(
    graph: sp.csr_array,
    labels: Labels,
    resolution: float,
    margin: NDArray[np.float64],
    *,
    apart: Mapping[int, AbstractSet[int]] | None = None,
    alone: bool = False,
) -> Labels:
    """Let nodes move to where modularity is higher, each only if that gains more than its margin.

    `labels`: (n,) from 0 up; `margin`: (n,) shares of each node's own weight; `apart`: for a node those that it must
    not share a community with; `alone`: a node may also leave for a community of its own. Every move raises the
    modularity, so that this ends; what is settled stays as it is.
    """
    state = _State(graph, labels, resolution, margin, apart or {}, alone)
    for _ in range(MAX_SWEEPS):
        if not sum([state.move(int(node)) for node in state.restless()]):
            break
    return state.labels


class _State:
    def __init__(
        self,
        graph: sp.csr_array,
        labels: Labels,
        resolution: float,
        margin: NDArray[np.float64],
        apart: Mapping[int, AbstractSet[int]],
        alone: bool,
    ) -> None:
        self.graph, self.labels, self.apart, self.alone = graph, labels.copy(), apart, alone
        self.degree = np.asarray(graph.sum(axis=1)).ravel()
        self.scale = resolution / max(float(self.degree.sum()), 1e-12)
        self.least = margin * self.degree
        self.loops = graph.diagonal()
        self.volume = np.bincount(labels, self.degree, minlength=len(labels) + 1)
        self.size = np.bincount(labels, minlength=len(labels) + 1)
        for node in sorted(apart, key=lambda node: (self.degree[node], node)):
            if self._forbidden(node, self.labels[node]):
                self._put(node, self._empty())

    def restless(self) -> NDArray[np.int64]:
        """Return the nodes that some other community would suit better by more than their margin."""
        n = len(self.labels)
        member = sp.csr_array((np.ones(n), self.labels, np.arange(n + 1)), shape=(n, len(self.volume)))
        towards = sp.csr_array(self.graph @ member)
        rows = np.repeat(np.arange(n), np.diff(towards.indptr))
        own = towards.indices == self.labels[rows]
        gain = towards.data - self.scale * self.degree[rows] * self.volume[towards.indices]
        here = -self.scale * self.degree * (self.volume[self.labels] - self.degree) - self.loops
        here[rows[own]] += towards.data[own]
        best = np.full(n, 0.0 if self.alone else -np.inf)
        np.maximum.at(best, rows[~own], gain[~own])
        return np.flatnonzero(best - here > self.least + 1e-9)

    def move(self, node: int) -> bool:
        """Move the node to the best of its neighbours' communities, as things now stand."""
        span = slice(self.graph.indptr[node], self.graph.indptr[node + 1])
        others = self.graph.indices[span] != node
        weights = self.graph.data[span][others]
        near, place = np.unique(self.labels[self.graph.indices[span][others]], return_inverse=True)
        drawn = np.bincount(place, weights, minlength=len(near))
        mine = self.labels[node]
        stay = float(drawn[near == mine].sum()) - self.scale * self.degree[node] * (
            self.volume[mine] - self.degree[node]
        )
        gain = drawn - self.scale * self.degree[node] * self.volume[near]
        for place_, community in enumerate(near):
            if community == mine or self._forbidden(node, community):
                gain[place_] = -np.inf
        best = float(gain.max(initial=-np.inf))
        if max(best, 0.0 if self.alone else -np.inf) - stay <= self.least[node] + 1e-9:
            return False
        self._put(node, int(near[gain.argmax()]) if best >= 0 or not self.alone else self._empty())
        return True

    def _forbidden(self, node: int, community: int) -> bool:
        return any(self.labels[other] == community for other in self.apart.get(node, ()) if other != node)

    def _empty(self) -> int:
        return int(self.size.argmin())

    def _put(self, node: int, community: int) -> None:
        for sign, label in ((-1, self.labels[node]), (1, community)):
            self.volume[label] += sign * self.degree[node]
            self.size[label] += sign
        self.labels[node] = community
