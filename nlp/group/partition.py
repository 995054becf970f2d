"""How many groups there are, and which statement is in which: found in the data, kept where they were.

A first fit takes the Leiden communities at the resolution that suits them best, which are all of about one size; so
they are cut a little finer, and the most alike joined until there are as many again. A refit starts from where the
statements were: what the last fit and a fresh look both keep together moves as one, single statements after it, each
only by a margin.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from nlp.embed.vectors import Floats, Labels, unit
from nlp.group import communities, linkage
from nlp.group.resolution import choose

Apart = Mapping[int, AbstractSet[int]]

OVERCUT = 2**0.25
"""How much finer groups are cut than they shall be, before the most alike are joined: half a step of resolution."""

STATEMENT_MARGIN = 0.3
"""What another group must hold more of a statement's neighbours than its own does, as a share of all."""

PART_MARGIN = 0.1
"""Likewise for a part of a group to leave it, or to go up in another."""

MAX_ROUNDS = 10
"""Of settling at most, should statements go to and fro."""

SURVIVORS_SHARE = 2 / 3
"""A group that goes on from one that must survive is that one's in this part at least, or the two are parted."""


@dataclass(frozen=True, slots=True)
class Links:
    """What people decided about belonging.

    `places`: (n,) one number for all that belong together; `apart`: places that do not.
    """

    places: Labels
    apart: Apart


def links(n: int, places: Labels, together: Sequence[tuple[int, int]], apart: Sequence[tuple[int, int]]) -> Links:
    """Return what people decided about n nodes: who belongs together shares a place.

    `places`: the node of each statement; `together`, `apart`: pairs of statements. Who does not belong together and yet
    does, by other pairs, stays together.
    """
    joined, parted = (places[np.array(pairs, np.int64).reshape(-1, 2)] for pairs in (together, apart))
    edges = sp.coo_array((np.ones(len(joined)), (joined[:, 0], joined[:, 1])), shape=(n, n))
    _, found = connected_components(edges, directed=False)
    foes: dict[int, set[int]] = {}
    for one, other in found[parted].tolist():
        if one != other:
            foes.setdefault(one, set()).add(other)
            foes.setdefault(other, set()).add(one)
    return Links(found.astype(np.int32), foes)


def find(graph: sp.csr_array, vectors: Floats, links: Links, *, start: Labels | None = None, seed: int = 0) -> Labels:
    """Find the group of each of n nodes, (n,) from 0 up.

    `start`: (n,) the groups of the last fit, -1 for a node that was in none.
    """
    resolution, number = choose(graph, vectors, start, seed)
    fresh = linkage.join(vectors, communities.leiden(graph, OVERCUT * resolution, seed), number)
    labels = fresh if start is None else start
    for _ in range(MAX_ROUNDS):
        renewed = _renew(graph, labels, fresh, resolution, links)
        if np.array_equal(renewed, labels):
            break
        labels = renewed
    return labels


def _renew(graph: sp.csr_array, start: Labels, fresh: Labels, resolution: float, links: Links) -> Labels:
    """Settle from where the last fit was: first what it and a fresh look keep together, then each place by itself."""
    graph = communities.quotient(graph, links.places)
    start, fresh = commonest(start, links.places), commonest(fresh, links.places)
    cells, inverse = np.unique(np.stack([start, fresh], axis=1), axis=0, return_inverse=True)
    parts: Labels = inverse.ravel().astype(np.int32)
    new = cells[:, 0] < 0
    begin = _compact(np.where(new, start.max() + 1 + cells[:, 1], cells[:, 0]))
    settled = communities.settle(
        communities.quotient(graph, parts), begin, resolution, np.where(new, 0.0, PART_MARGIN), alone=True
    )
    margin = np.where(start < 0, 0.0, STATEMENT_MARGIN)
    return _compact(communities.settle(graph, settled[parts], resolution, margin, apart=links.apart)[links.places])


def commonest(labels: Labels, places: Labels) -> Labels:
    """Find the commonest label from 0 up of the nodes at each place, (p,); -1 where none has one."""
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


def stand_apart(
    vectors: Floats,
    labels: Labels,
    start: Labels,
    kept: Collection[int],
    free: NDArray[np.bool_],
    mapped: NDArray[np.bool_] | None = None,
) -> Labels:
    """Change what a fit found, (n,), so that each group of `start` that is `kept` has one of its own.

    A wider group that took one up gives it back, and with it those `free` statements that lie nearer to it than to the
    rest, as many as it had itself at most: so one problem is not two issues because it was noticed early. Where those
    that would be left are less alike among themselves than with it, all stay one group. Who is
    `mapped`, (n,), from another encoder's space is nearest to others such whatever they say: they make no rest, and
    are not counted.
    """
    labels, theirs = labels.copy(), np.isin(start, list(kept))
    everyone = np.ones(len(labels), bool)
    for mine in (start == group for group in sorted({*kept} & {*start.tolist()})):
        own = everyone if mapped is None or mapped[mine].all() else ~mapped
        wide = labels == np.bincount(labels[mine]).argmax()
        rest = wide & ~theirs
        if (mine & wide).sum() >= SURVIVORS_SHARE * wide.sum() or (rest & own).sum() < linkage.FEWEST_MEMBERS:
            continue
        taken = _nearer(vectors, np.flatnonzero(mine), np.flatnonzero(rest), free, own)
        left = np.setdiff1d(np.flatnonzero(rest & own), taken)
        if len(left) >= linkage.FEWEST_MEMBERS and _is_apart(vectors[left], vectors[mine & own]):
            labels[mine] = labels[taken] = labels.max() + 1
    return _compact(labels)


def _is_apart(some: Floats, others: Floats) -> bool:
    """Tell whether they are more alike among themselves than with the others, by the mean of all their pairs."""
    total, n = some.sum(axis=0), len(some)
    return bool((total @ total - n) / (n - 1) > total @ others.mean(axis=0))


def _nearer(
    vectors: Floats,
    mine: NDArray[np.int64],
    rest: NDArray[np.int64],
    free: NDArray[np.bool_],
    own: NDArray[np.bool_],
) -> NDArray[np.int64]:
    """Those of the rest that are nearer to the middle of mine than to that of the others: two means, mine held fast.

    The middles are those of statements in their `own` space.
    """
    taken = rest[:0]
    for _ in range(MAX_ROUNDS):
        others = np.setdiff1d(rest, taken)
        sides = (rows[own[rows]] for rows in (np.append(mine, taken), others))
        ours, theirs = (unit(vectors[rows].mean(axis=0)) for rows in sides)
        ahead = vectors[rest] @ ours - vectors[rest] @ theirs
        nearest = rest[[row for row in np.argsort(-ahead, kind="stable") if ahead[row] > 0 and free[rest[row]]]]
        nearest = np.concatenate([nearest[own[nearest]][: len(mine)], nearest[~own[nearest]]])
        if own[nearest].sum() == own[rest].sum() or np.array_equal(taken, nearest):
            break
        taken = nearest
    return taken
