"""The communities of a graph of statements: which of them say the same thing."""

from __future__ import annotations

import graspologic_native
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

Labels = NDArray[np.int32]


def leiden(graph: sp.csr_array, resolution: float, seed: int = 0) -> Labels:
    """Leiden communities (Traag, Waltman and van Eck 2019) by modularity: one label from 0 up for every node."""
    _, found = graspologic_native.leiden_csr(
        graph.indptr.astype(np.int64),
        graph.indices.astype(np.int32),
        graph.data,
        graph.shape[0],
        resolution=resolution,
        iterations=2,
        seed=seed,
    )
    return np.fromiter((found[node] for node in range(graph.shape[0])), np.int32, graph.shape[0])
