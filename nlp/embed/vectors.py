"""Vectors as directions: brought to length one, taken about their mean, and the middles of groups of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

Floats = NDArray[np.float32]

Labels = NDArray[np.int32]
"""The group of each row, from 0 up; below 0 it belongs to none."""

Encode = Callable[..., Floats]
"""Turns n texts into unit rows, (n, d); a second argument names the language of each, where not all are English."""

FAR, NEAR = 0.55, 0.65
"""The cosine similarities up to which a text does not say what another says, and from which it does."""


def unit(vectors: Floats) -> Floats:
    """Scale rows to length one, (n, d); a row of zeros stays as it is."""
    rows: Floats = (vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)).astype(np.float32)
    return rows


def centroids(vectors: Floats, labels: Labels) -> Floats:
    """Compute the mean direction of each group from 0 up, (k, d); labels below 0 belong to none."""
    return unit(sums(vectors, labels))


def sums(vectors: Floats, labels: Labels) -> Floats:
    """Compute the sum of the vectors of each group from 0 up, (k, d); labels below 0 belong to none."""
    kept = np.flatnonzero(labels >= 0)
    shape = (len(kept), int(labels.max(initial=-1)) + 1)
    member = sp.csr_array((np.ones(len(kept), np.float32), labels[kept], np.arange(len(kept) + 1)), shape=shape)
    return np.asarray(member.T @ (vectors if len(kept) == len(vectors) else vectors[kept]))


def by_group(labels: Labels) -> Iterator[NDArray[np.int64]]:
    """Yield the rows of each group that has any, the lowest label first; labels below 0 belong to none."""
    rows = np.argsort(labels, kind="stable")[np.count_nonzero(labels < 0) :]
    if len(rows):
        yield from np.split(rows, np.flatnonzero(np.diff(labels[rows])) + 1)


def evenly(number: int, most: int) -> NDArray[np.int64]:
    """Return places spread evenly over so many rows; all of them where there are no more than `most`."""
    return np.linspace(0, number - 1, min(number, most)).astype(np.int64)


def inwards(vectors: Floats, rows: NDArray[np.int64], centre: Floats) -> NDArray[np.int64]:
    """Sort these rows of the vectors, the nearest to the centre first. `centre` is (d,), of any length."""
    return rows[np.argsort(-(vectors[rows] @ centre), kind="stable")]


def nearness(similar: Floats, far: float = FAR) -> Floats:
    """Tell by how similar texts are how far one says what another says: 0 up to `far`, 1 from `NEAR` on."""
    return np.asarray(np.clip((similar - far) / (NEAR - far), 0, 1), np.float32)
