"""The scan for regions where too much is said."""

import numpy as np
import pytest

from insights.detection.reference import Neighbourhood, RecentReference
from insights.detection.scan import scan
from insights.detection.statistics.gamma_poisson import BASELINE_HOURS, exposure
from nlp.embed.vectors import unit

WINDOWS = np.array([24.0, 96.0])
SHARE = 20
"""Everything that is said, to one report of the thing."""


@pytest.mark.parametrize("seed", range(12))
def test_what_was_said_before_still_counts_when_it_is_said_more_often_on_a_busy_day(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ages = np.concatenate([rng.uniform(96, BASELINE_HOURS, 20), rng.uniform(0, 20, 14), [0.0]])
    about = unit(1 + 0.5 * rng.normal(size=(len(ages), 96)).astype(np.float32))
    service = np.concatenate([rng.uniform(96, BASELINE_HOURS, 20 * SHARE), rng.uniform(0, 20, 14 * SHARE), ages])
    near = Neighbourhood(about, ages, np.ones(len(ages)), np.ones(len(ages), bool))
    found = scan(near, RecentReference(WINDOWS, exposure(service, np.ones(len(service)), WINDOWS)))
    assert found is None or found.score < 2
