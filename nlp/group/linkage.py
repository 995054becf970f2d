"""Groups joined and parted by what their statements say, after they were parted by who is near whom.

All by average linkage (Sokal and Michener 1958): how alike two groups are is the mean cosine similarity of all their
pairs.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import scipy.cluster.hierarchy as trees
from numpy.typing import NDArray
from scipy.spatial.distance import squareform

from nlp.embed.vectors import Floats, Labels, centroids, nearness, sums

FEWEST_MEMBERS = 3
"""A group has at least so many statements: two that agree may be one person."""

TOLD = 0.4
"""A group is loose where not one of its statements says nearly what such a share of them say: whatever title it gets
then tells of a few. Three readers found 5 of 47 titles of others cryptic or misleading (docs/grouping.md)."""

REACH = 0.4
"""The cosine similarity to the middle of a group from which a statement of a loose one may join it."""

COMPARED = 200
"""Statements that tell whether a group is loose."""

PART_SHARE = 0.05
"""A part holds at least this share of its group: what fewer say is no message of it."""

LARGEST_TREE = 2_000
"""Statements that a loose group is parted by; of more, the others join the parts."""


def join(vectors: Floats, labels: Labels, number: int) -> Labels:
    """Join the two groups that are most alike until no more than so many are left: (n,) labels from 0 up.

    `vectors`: (n, d) unit rows; `labels`: (n,) from 0 up. The mean similarity of all pairs of two groups is the product
    of the means of their vectors.
    """
    total, size = sums(vectors, labels), np.bincount(labels).astype(np.float32)
    alike = total @ total.T / size / size[:, None]
    np.fill_diagonal(alike, -np.inf)
    into = np.arange(len(size), dtype=np.int32)
    for _ in range(len(size) - number):
        one, other = np.unravel_index(alike.argmax(), alike.shape)
        into[into == other] = one
        total[one] += total[other]
        size[one] += size[other]
        alike[other], alike[:, other] = -np.inf, -np.inf
        alike[one] = np.where(np.isneginf(alike[one]), -np.inf, total @ total[one] / size / size[one])
        alike[:, one] = alike[one]
    return np.unique(into[labels], return_inverse=True)[1].astype(np.int32)


def tree(vectors: Floats) -> NDArray[np.float64]:
    """Join single statements, (m, d) unit rows, until they are one: the steps, as scipy writes them."""
    apart = np.clip(1 - vectors @ vectors.T, 0, 2).astype(np.float64)
    np.fill_diagonal(apart, 0)
    found: NDArray[np.float64] = trees.linkage(squareform(apart, checks=False), "average")
    return found


def part(vectors: Floats, labels: Labels) -> Labels:
    """Part loose groups along their trees, from the root on, until none is loose: (n,) labels, -1 for none.

    What is left over joins the nearest group that it comes near enough to, or is in none.
    """
    found, number = np.full(len(labels), -1, np.int32), 0
    for members in (np.flatnonzero(labels == group) for group in np.unique(labels[labels >= 0])):
        for rows in _branches(vectors, members):
            found[rows] = number
            number += 1
    return _gathered(vectors, found, np.flatnonzero((labels >= 0) & (found < 0)))


def _is_loose(vectors: Floats) -> bool:
    sample = vectors[np.linspace(0, len(vectors) - 1, min(len(vectors), COMPARED)).astype(np.int64)]
    near = nearness(sample @ sample.T).sum(axis=1) - 1
    return float(near.max()) < TOLD * max(len(sample) - 1, 1)


def _branches(vectors: Floats, members: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Yield the highest branches of the tree of a group that are not loose; the group itself where it is not."""
    if not _is_loose(vectors[members]):
        yield members
        return
    members = members[np.linspace(0, len(members) - 1, min(len(members), LARGEST_TREE)).astype(np.int64)]
    fewest = max(FEWEST_MEMBERS, PART_SHARE * len(members))
    left = [trees.to_tree(tree(vectors[members]))]
    while left:
        branch = left.pop()
        rows = members[np.sort(branch.pre_order())]
        if len(rows) < fewest:
            continue
        if _is_loose(vectors[rows]):
            left += filter(None, (branch.left, branch.right))
        else:
            yield rows


def _gathered(vectors: Floats, labels: Labels, strays: NDArray[np.int64]) -> Labels:
    """The groups with those strays that come near enough to one."""
    if labels.max(initial=-1) < 0 or not len(strays):
        return labels
    similar = vectors[strays] @ centroids(vectors, labels).T
    labels[strays] = np.where(similar.max(axis=1) >= REACH, similar.argmax(axis=1), -1)
    return labels
