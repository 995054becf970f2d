"""What is usual for a service, learnt from what it was told."""

import datetime as dt
from itertools import combinations

import numpy as np
import pytest

from insights.detection.index import ObservationIndex
from insights.detection.observation import Observation, hours
from insights.detection.statistics.baseline import learn

NOW = dt.datetime(2026, 3, 30, tzinfo=dt.UTC)


def test_how_alike_batches_are_is_what_all_pairs_of_their_reports_say() -> None:
    random = np.random.default_rng(3)
    batches = random.integers(30, size=300)
    issues = np.where(random.random(300) < 0.5, batches % 7, random.integers(7, size=300))
    told = list(zip(batches.tolist(), issues.tolist(), strict=True))
    pairs = [(one[0] == other[0], one[1] == other[1]) for one, other in combinations(told, 2)]
    within, between = (np.mean([same for together, same in pairs if together == wanted]) for wanted in (True, False))
    reports = [
        Observation(str(at), NOW, np.ones(2, np.float32), "import", batch=f"batch {batch}", issue=f"issue {issue}")
        for at, (batch, issue) in enumerate(told)
    ]
    found = learn(ObservationIndex(reports), hours(NOW)).batch_correlation
    assert found == pytest.approx((within - between) / (1 - between)) and found > 0.1
