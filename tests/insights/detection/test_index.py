"""The last weeks of a service as arrays."""

from dataclasses import replace

import numpy as np

from insights.detection.index import NEIGHBOURS, ObservationIndex
from tests.insights.detection.streams import Service


def test_the_neighbours_of_a_statement_are_those_nearest_to_it_wherever_some_have_no_vector() -> None:
    first, *others = Service().days(0, 4)
    index = ObservationIndex([replace(first, vector=None), *others])
    similarity = index.plain @ index.plain.T
    np.fill_diagonal(similarity, -1)
    for row in range(1, len(index.rows)):
        nearest = np.sort(similarity[row])[-NEIGHBOURS:]
        assert np.allclose(np.sort(similarity[row, index.neighbours(row, -1)]), nearest, atol=1e-6)
    assert not index.smooth[0].any()
