"""Communities of a graph: the same graph has the same ones, whatever else the process does."""

import numpy as np
import pytest

from nlp.embed.vectors import unit
from nlp.group import communities, knn_graph


@pytest.mark.parametrize("resolution", [1.0, 2.0])
def test_the_same_graph_has_the_same_communities_each_time(resolution: float) -> None:
    """A library that draws from the `rand` of C gave a dozen."""
    said = unit(np.random.default_rng(0).normal(size=(300, 8)).astype(np.float32))
    graph = knn_graph.surroundings(said).graph
    parts = communities.leiden(graph, 16.0, rounds=1)
    small = communities.quotient(graph, parts)
    assert len({communities.merged(small, resolution).tobytes() for _ in range(20)}) == 1
    assert len({communities.leiden(graph, resolution).tobytes() for _ in range(5)}) == 1
