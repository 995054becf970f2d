"""How many groups there are, and which statement is in which: found in the data, kept where they were.

A first fit takes the Leiden communities at the resolution that tells the groups apart best. A refit starts from where
the statements were: what the last fit and a fresh look both keep together moves as one, single statements after it,
each only by a margin.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from nlp import communities
from nlp.communities import Labels
from nlp.directions import Floats, centroids

Apart = Mapping[int, AbstractSet[int]]

RESOLUTIONS = tuple(2 ** (step / 2) for step in range(7))
"""From broad to narrow; the first and the last only show where the others stand."""

FINE = 16.0
"""Parts this fine are whole at every resolution above; they are the sub-issues, too."""

DOUBT = 0.45
"""How much better an unlikely number of groups must tell them apart: this times the squared logarithm of how many times
too many or too few they are. Likely is the root of half the statements (Mardia, Kent and Bibby 1979)."""

CHANGE = 0.05
"""By how much another resolution than the last fit's must be better."""

MOVE = 0.3
"""What another group must hold more of a statement's neighbours than its own does, as a share of all."""

PART = 0.1
"""Likewise for a part of a group to leave it, or to go up in another."""

ROUNDS = 10
_SAMPLE = 10_000


@dataclass(frozen=True, slots=True)
class Links:
    """What people decided. `places`: (n,) one number for all that belong together; `apart`: places that do not."""

    places: Labels
    apart: Apart


def find(
    graph: sp.csr_array, vectors: Floats, links: Links, *, start: Labels | None = None, seed: int = 0
) -> tuple[Labels, Labels]:
    """The group of each of n nodes from 0 up, and within groups the part: (n,) and (n,).

    `start`: (n,) the groups of the last fit, -1 for a node that was in none.
    """
    fine = communities.leiden(graph, FINE, seed)
    resolution = _resolution(graph, fine, vectors, start)
    fresh = communities.leiden(graph, resolution, seed)
    labels = fresh if start is None else start
    for _ in range(ROUNDS):
        renewed = _renew(graph, labels, fresh, resolution, links)
        if np.array_equal(renewed, labels):
            break
        labels = renewed
    return labels, fine


def _resolution(graph: sp.csr_array, fine: Labels, vectors: Floats, start: Labels | None) -> float:
    """The best; in a refit the one that gives as many groups as there were, unless that has become much worse.

    Each is judged with its neighbours, since one partition may be lucky.
    """
    small = communities.quotient(graph, fine)
    looks = [communities.merged(small, resolution)[fine] for resolution in RESOLUTIONS]
    worths = np.convolve([worth(vectors, labels) for labels in looks], [1 / 3] * 3, "valid")
    best = int(worths.argmax())
    known = 0 if start is None else len(np.unique(start[start >= 0]))
    if known:
        counts = np.array([labels.max() + 1 for labels in looks[1:-1]])
        like = int(np.abs(np.log(counts / known)).argmin())
        best = best if worths[best] - worths[like] > CHANGE else like
    return RESOLUTIONS[1:-1][best]


def worth(vectors: Floats, labels: Labels) -> float:
    """How well groups are told apart, in logarithms: their silhouette, less the doubt about an unlikely number."""
    number = int(labels.max()) + 1
    likely = np.sqrt(len(labels) / 2)
    return float(np.log(max(silhouette(vectors, labels), 1e-3)) - DOUBT * np.log(number / likely) ** 2)


def silhouette(vectors: Floats, labels: Labels) -> float:
    """The mean of (b - a) / max(a, b), a and b being a vector's cosine distances to its own centre and the next one.

    Rousseeuw 1987 in the simplified form of Hruschka et al. 2004, linear in the vectors; of a sample if many.
    """
    centres = centroids(vectors, labels)
    if len(centres) < 2:
        return 0.0
    chosen = np.linspace(0, len(vectors) - 1, min(len(vectors), _SAMPLE)).astype(np.int64)
    distance = 1 - vectors[chosen] @ centres.T
    rows, mine = np.arange(len(chosen)), labels[chosen]
    own = distance[rows, mine].copy()
    distance[rows, mine] = np.inf
    other = distance.min(axis=1)
    return float(((other - own) / np.maximum(np.maximum(own, other), 1e-6)).mean())


def _renew(graph: sp.csr_array, start: Labels, fresh: Labels, resolution: float, links: Links) -> Labels:
    """Settle from where the last fit was: first what it and a fresh look keep together, then each place by itself."""
    graph = communities.quotient(graph, links.places)
    start, fresh = commonest(start, links.places), commonest(fresh, links.places)
    cells, inverse = np.unique(np.stack([start, fresh], axis=1), axis=0, return_inverse=True)
    parts: Labels = inverse.ravel().astype(np.int32)
    new = cells[:, 0] < 0
    begin = _compact(np.where(new, start.max() + 1 + cells[:, 1], cells[:, 0]))
    settled = communities.settle(
        communities.quotient(graph, parts), begin, resolution, np.where(new, 0.0, PART), alone=True
    )
    margin = np.where(start < 0, 0.0, MOVE)
    return _compact(communities.settle(graph, settled[parts], resolution, margin, apart=links.apart)[links.places])


def commonest(labels: Labels, places: Labels) -> Labels:
    """The commonest label from 0 up of the nodes at each place, -1 where none has one."""
    known = np.flatnonzero(labels >= 0)
    width = int(labels.max(initial=-1)) + 1
    votes, counts = np.unique(places[known].astype(np.int64) * width + labels[known], return_counts=True)
    votes = votes[np.argsort(counts, kind="stable")]
    found = np.full(int(places.max(initial=-1)) + 1, -1, np.int32)
    found[votes // max(width, 1)] = votes % max(width, 1)  # of several votes for a place, the last stands
    return found


def _compact(labels: NDArray[np.int64] | Labels) -> Labels:
    """The same groups, numbered from 0 up by their first node."""
    _, first, inverse = np.unique(labels, return_index=True, return_inverse=True)
    rank = np.empty(len(first), np.int32)
    rank[first.argsort()] = np.arange(len(first), dtype=np.int32)
    return rank[inverse.ravel()]
