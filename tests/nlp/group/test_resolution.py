"""How finely is found in the data: made-up statements, each near one of so many directions."""

import numpy as np
import pytest
from numpy.typing import NDArray

from nlp.embed.vectors import unit
from nlp.group import resolution, topics

Floats = NDArray[np.float32]


def stratum(issues: int, size: int, noise: float) -> tuple[Floats, list[str]]:
    draw = np.random.default_rng(issues)
    directions = np.repeat(unit(draw.normal(size=(issues, 64)).astype(np.float32)), size, axis=0)
    vectors = unit((directions + draw.normal(size=directions.shape) * noise).astype(np.float32))
    return vectors, [f"statement {number}" for number in range(len(vectors))]


@pytest.mark.parametrize(("issues", "size", "noise"), [(3, 300, 0.26), (4, 300, 0.3), (80, 12, 0.15), (100, 10, 0.15)])
def test_few_large_issues_are_found_as_well_as_many_small_ones(issues: int, size: int, noise: float) -> None:
    assert topics.group(*stratum(issues, size, noise), whole=True).max() + 1 == issues


def test_agreement_is_one_for_the_same_groups_and_about_none_for_groups_of_chance() -> None:
    draw = np.random.default_rng(0)
    one, chance = draw.integers(5, size=(2, 2_000)).astype(np.int32)
    assert resolution.agreement(one, (one + 3) % 5) == pytest.approx(1)
    assert resolution.agreement(one, chance) == pytest.approx(0, abs=0.01)
    split = one * 2 + draw.integers(2, size=len(one)).astype(np.int32)
    assert resolution.agreement(one, split) == pytest.approx(0.62, abs=0.03)
