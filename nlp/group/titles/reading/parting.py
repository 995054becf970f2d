"""Parts a group whose members say several things of one subject, so that each part can be told; the group stays one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster

from nlp.embed.vectors import Floats
from nlp.group import linkage

ALIKE = 0.5
"""The mean cosine similarity of two parts from which they say one thing: of half-sentences, those that read so."""

FEWEST, SHARE = 2, 0.08
"""So many members, and such a part of them, make a message of the group."""

MOST = 6
"""Parts of a group that are read."""


def parted(sample: Floats) -> list[NDArray[np.int64]]:
    """Find the parts of a group, the largest first: the places in `sample`, (m, d) unit rows, of who says one thing.

    By average linkage. What few say is in no part.
    """
    if len(sample) < 2:
        return []
    labels = fcluster(linkage.tree(sample), 1 - ALIKE, "distance")
    sizes = np.bincount(labels)
    foremost = np.argsort(-sizes, kind="stable")[:MOST]
    return [np.flatnonzero(labels == it) for it in foremost if sizes[it] >= max(FEWEST, SHARE * len(sample))]
