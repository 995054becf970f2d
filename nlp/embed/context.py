"""What a statement means beside what else was said with it: "It never came." is about the badge named before."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from nlp.embed.vectors import Floats, unit

LEAN = 3.0
"""How much more the whole counts than one of two statements does. From 2 to 4 it makes no difference to be told from
chance; at 1 and below the follow-on sentences of one complaint become issues of their own."""


def in_context(vectors: Floats, wholes: Floats, row_of: NDArray[np.int64]) -> Floats:
    """The statements' vectors leaning towards the whole text each is from: (n, d) unit rows.

    `wholes`: (r, d) vectors of the texts; `row_of`: (n,) the text of each statement. The more statements, the less each
    leans: a long call is about many things, a short message about one.
    """
    if not len(vectors):
        return vectors
    others = np.bincount(row_of, minlength=len(wholes))[row_of] - 1
    share = np.where(others > 0, LEAN / np.maximum(others, 1), 0).astype(np.float32)
    return unit(vectors + share[:, None] * wholes[row_of])


def main(vectors: Floats, wholes: Floats, row_of: NDArray[np.int64], labels: NDArray[np.int32]) -> NDArray[np.int64]:
    """For each text its main statement, the one nearest to the whole, of those with a label if any; -1 without one."""
    found = np.full(len(wholes), -1, np.int64)
    if not len(vectors):
        return found
    nearness = np.einsum("ij,ij->i", vectors, wholes[row_of]) + np.where(labels >= 0, 4, 0)
    order = np.argsort(nearness, kind="stable")
    found[row_of[order]] = order
    return found
