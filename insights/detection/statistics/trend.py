"""Where an issue is going, and what was to be expected of it day by day: from daily counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, nbdtrik

Trend = Literal["new", "emerging", "steady", "fading"]

BEFORE, LATELY = 28, 7
"""Days: what is compared with, and what is compared."""
RISING, FALLING = 2.0, 0.5
UNLIKELY = 0.05
PRIOR = 0.5
YOUNG = 7
"""Days since its first report for which an issue is new."""


@dataclass(frozen=True, slots=True)
class Band:
    """What was expected of one day; between `low` and `high` lie nine days of ten."""

    expected: float
    low: float
    high: float


def trend(counts: ArrayLike, volume: ArrayLike) -> Trend:
    """From an issue's and its service's pieces of each day up to today, oldest first; best of five weeks or more.

    Emerging and fading both need a rate at least twice another, and odds below one in twenty.
    """
    own, all_ = np.asarray(counts, float), np.asarray(volume, float)
    days = np.flatnonzero(own)
    if not len(days):
        return "fading"
    if len(own) - days[0] <= YOUNG and len(own) > YOUNG:
        return "new"
    lately, before = own[-LATELY:].sum(), own[-LATELY - BEFORE : -LATELY].sum()
    usual = all_[-LATELY - BEFORE : -LATELY].sum()
    expected = (before + PRIOR) * all_[-LATELY:].sum() / max(usual, 1.0)
    if lately >= RISING * expected and 1 - _odds(lately - 1, before + PRIOR, expected) < UNLIKELY:
        return "emerging"
    if lately <= FALLING * expected and (_odds(lately, before + PRIOR, expected) < UNLIKELY or lately == 0):
        return "fading"
    return "steady"


def band(counts: ArrayLike, volume: ArrayLike, before: int = BEFORE) -> list[Band | None]:
    """What was to be expected of each day (or week), by the `before` of them before it and its own volume.

    None where nothing before it tells what is usual.
    """
    own, all_ = np.asarray(counts, float), np.asarray(volume, float)
    usual, known = _before(all_, before), _before(own, before) + PRIOR
    expected = known * all_ / np.maximum(usual, 1.0)
    low, high = (_quantile(share, known, expected) for share in (0.05, 0.95))
    return [
        Band(float(expected[day]), float(low[day]), float(high[day])) if usual[day] else None for day in range(len(own))
    ]


def _before(counts: NDArray[np.float64], days: int) -> NDArray[np.float64]:
    """The sum of so many days before each."""
    total = np.concatenate([[0.0], np.cumsum(counts)])
    day = np.arange(len(counts))
    return np.asarray(total[day] - total[np.maximum(day - days, 0)])


def _odds(count: float, shape: float, mean: float) -> float:
    """P(K <= count) of the Gamma-Poisson predictive of a count with this mean, known from so many reports."""
    return float(betainc(shape, count + 1, shape / (shape + max(mean, 1e-9))))


def _quantile(share: float, shape: NDArray[np.float64], mean: NDArray[np.float64]) -> NDArray[np.float64]:
    """The least count that so large a share of such counts does not exceed."""
    count = nbdtrik(share, shape, shape / (shape + np.maximum(mean, 1e-9)))
    return np.asarray(np.maximum(np.ceil(np.nan_to_num(count) - 1e-7), 0))
