"""Which groups are loose."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nlp.embed.vectors import Floats, evenly, nearness

TOLD = 0.4
"""A group is loose where not one of its statements says nearly what such a share of them say: whatever title it gets
then tells of a few. Three readers found 5 of 47 titles of others cryptic or misleading (docs/grouping.md)."""

PART_SHARE = 0.05
"""A part holds at least this share of its group: what fewer say is no message of it."""

COMPARED = 200
"""Statements that tell whether a group is loose."""


def similar(vectors: Floats, reach: Floats, rows: NDArray[np.int64], to: NDArray[np.int64]) -> Floats:
    """How alike statements, unit `vectors`, at m rows are to those at k others: (m, k), as a share of what is asked.

    That is the least `reach` of the two.
    """
    return np.asarray(vectors[rows] @ vectors[to].T / np.minimum(reach[rows, None], reach[to]), np.float32)


def is_loose(vectors: Floats, reach: Floats | None = None, share: float = TOLD) -> bool:
    """Tell whether not one statement of a group, (m, d) unit rows, says nearly what such a share of them say."""
    reach = np.ones(len(vectors), np.float32) if reach is None else reach
    places = evenly(len(vectors), COMPARED)
    near = nearness(similar(vectors, reach, places, places)).sum(axis=1) - 1
    return float(near.max()) < share * max(len(places) - 1, 1)
