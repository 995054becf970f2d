"""Loose groups parted along their trees of average linkage."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import scipy.cluster.hierarchy as trees
from numpy.typing import NDArray

from nlp.embed.vectors import Floats, Labels, by_group, centroids, evenly
from nlp.group.linkage import FEWEST_MEMBERS, tree
from nlp.group.loose.looseness import PART_SHARE, is_loose

REACH = 0.4
"""The cosine similarity to the middle of a group from which a statement of a loose one may join it."""

LARGEST_TREE = 2_000
"""Statements that a loose group is parted by; of more, the others join the parts."""


def part(vectors: Floats, labels: Labels) -> Labels:
    """Part loose groups along their trees, from the root on, until none is loose: (n,) labels, -1 for none.

    What is left over joins the nearest group that it comes near enough to, or is in none.
    """
    found, number = np.full(len(labels), -1, np.int32), 0
    for group in by_group(labels):
        for rows in _branches(vectors, group):
            found[rows] = number
            number += 1
    return _gathered(vectors, found, np.flatnonzero((labels >= 0) & (found < 0)))


def _branches(vectors: Floats, group: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Yield the highest branches of the tree of a group that are not loose; the group itself where it is not."""
    if not is_loose(vectors[group]):
        yield group
        return
    some = group[evenly(len(group), LARGEST_TREE)]
    fewest = max(FEWEST_MEMBERS, PART_SHARE * len(some))
    left = [trees.to_tree(tree(vectors[some]))]
    while left:
        branch = left.pop()
        rows = some[np.sort(branch.pre_order())]
        if len(rows) < fewest:
            continue
        if is_loose(vectors[rows]):
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
