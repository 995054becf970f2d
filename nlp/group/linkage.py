"""Groups joined and parted by what their statements say, after they were parted by who is near whom.

All by average linkage (Sokal and Michener 1958): how alike two groups are is the mean cosine similarity of all their
pairs.
"""

from __future__ import annotations

import numpy as np
import scipy.cluster.hierarchy as trees
from numpy.typing import NDArray
from scipy.spatial.distance import squareform

from nlp.embed.vectors import Floats, Labels, sums

FEWEST_MEMBERS = 3
"""A group has at least so many statements: two that agree may be one person."""


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
