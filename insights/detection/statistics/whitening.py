"""How a service's statements are told apart: what it always hears counts for less, what is rare for more.

Sentence vectors lie in a narrow cone, and most of what sets those of one service apart is what they are usually about.
Whitening evens the directions out (Su et al. 2021), here by half and drawn towards none where few statements are known
(shrinkage: Ledoit and Wolf 2004): a new problem beside a known one stands out from it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.embed.vectors import unit

WHITENING_POWER = 0.25
"""The power of the covariance that is taken out; one half would whiten wholly, and lift noise."""

PRIOR_STATEMENTS = 150.0
"""Statements that what is common to all services counts as."""


@dataclass(frozen=True, slots=True)
class Whitening:
    """A whitening: `centre` (d,) is the mean of the vectors, `matrix` (d, d) evens their directions out, and `inverse`
    (d, d) leads back."""

    centre: NDArray[np.float32]
    matrix: NDArray[np.float32]
    inverse: NDArray[np.float32]

    def __call__(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Whiten vectors (..., d) into unit vectors about the centre."""
        return unit(unit(vectors - self.centre) @ self.matrix)

    def undone(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Undo the whitening of vectors (..., d); they stay unit vectors about the centre."""
        return unit(vectors @ self.inverse)


def unwhitened(dimensions: int) -> Whitening:
    """Make a whitening that leaves vectors as they came, where none is known yet."""
    same = np.eye(dimensions, dtype=np.float32)
    return Whitening(np.zeros(dimensions, np.float32), same, same)


def whitening(vectors: NDArray[np.float32]) -> Whitening:
    """Learn the whitening of a service from its vectors (n, d)."""
    n, d = vectors.shape
    centre = vectors.mean(axis=0)
    about = unit(vectors - centre)
    covariance = (about.T @ about + np.eye(d, dtype=np.float32) * (PRIOR_STATEMENTS / d)) / (n + PRIOR_STATEMENTS)
    values, axes = np.linalg.eigh(covariance)
    there, back = ((axes * values**power) @ axes.T for power in (-WHITENING_POWER, WHITENING_POWER))
    return Whitening(centre, np.asarray(there, np.float32), np.asarray(back, np.float32))
