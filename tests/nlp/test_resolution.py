"""How finely is found in the data: made-up statements, each near one of so many directions."""

import numpy as np
import pytest
from numpy.typing import NDArray

from nlp import topics
from nlp.directions import unit

Floats = NDArray[np.float32]


def crowd(issues: int, size: int, noise: float) -> tuple[Floats, list[str]]:
    draw = np.random.default_rng(issues)
    directions = np.repeat(unit(draw.normal(size=(issues, 64)).astype(np.float32)), size, axis=0)
    vectors = unit((directions + draw.normal(size=directions.shape) * noise).astype(np.float32))
    return vectors, [f"statement {number}" for number in range(len(vectors))]


@pytest.mark.parametrize(("issues", "size", "noise"), [(3, 300, 0.26), (4, 300, 0.3), (80, 12, 0.15), (100, 10, 0.15)])
def test_few_large_issues_are_found_as_well_as_many_small_ones(issues: int, size: int, noise: float) -> None:
    assert topics.group(*crowd(issues, size, noise)).max() + 1 == issues
