"""Where an issue is going, and what was to be expected of it day by day: from daily counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, nbdtrik

from feedback.record.states import Trend

BASELINE_DAYS, RECENT_DAYS = 28, 7
"""Days: what is compared with, and what is compared."""
RISING_RATIO, FALLING_RATIO = 2.0, 0.5
SIGNIFICANT = 0.05
"""The p-value below which a change is none of chance."""
PRIOR_REPORTS = 0.5
NEW_DAYS = 7
"""Days since its first report for which an issue is new."""


@dataclass(frozen=True, slots=True)
class Band:
    """What was expected of one day; between `low` and `high` lie nine days of ten."""

    expected: float
    low: float
    high: float


def trend(counts: ArrayLike, volume: ArrayLike) -> Trend:
    """Tell where an issue is heading, by its and its service's pieces of each day up to today, oldest first.

    Five weeks or more tell it best.

    Emerging and fading both need a rate at least twice another, and a p-value below .05.
    """
    own, all_ = np.asarray(counts, float), np.asarray(volume, float)
    days = np.flatnonzero(own)
    if not len(days):
        return Trend.FADING
    if len(own) - days[0] <= NEW_DAYS and len(own) > NEW_DAYS:
        return Trend.NEW
    lately, before = own[-RECENT_DAYS:].sum(), own[-RECENT_DAYS - BASELINE_DAYS : -RECENT_DAYS].sum()
    usual = all_[-RECENT_DAYS - BASELINE_DAYS : -RECENT_DAYS].sum()
    expected = (before + PRIOR_REPORTS) * all_[-RECENT_DAYS:].sum() / max(usual, 1.0)
    if lately >= RISING_RATIO * expected and 1 - _at_most(lately - 1, before + PRIOR_REPORTS, expected) < SIGNIFICANT:
        return Trend.EMERGING
    if lately <= FALLING_RATIO * expected and (
        _at_most(lately, before + PRIOR_REPORTS, expected) < SIGNIFICANT or lately == 0
    ):
        return Trend.FADING
    return Trend.STEADY


def band(counts: ArrayLike, volume: ArrayLike, before: int = BASELINE_DAYS) -> list[Band | None]:
    """Tell what was to be expected of each day (or week), by the `before` of them before it and its own volume.

    None where nothing before it tells what is usual.
    """
    own, all_ = np.asarray(counts, float), np.asarray(volume, float)
    usual, known = _before(all_, before), _before(own, before) + PRIOR_REPORTS
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


def _at_most(count: float, shape: float, mean: float) -> float:
    """P(K <= count) of the Gamma-Poisson predictive of a count with this mean, known from so many reports."""
    return float(betainc(shape, count + 1, shape / (shape + max(mean, 1e-9))))


def _quantile(share: float, shape: NDArray[np.float64], mean: NDArray[np.float64]) -> NDArray[np.float64]:
    """The least count that so large a share of such counts does not exceed."""
    count = nbdtrik(share, shape, shape / (shape + np.maximum(mean, 1e-9)))
    return np.asarray(np.maximum(np.ceil(np.nan_to_num(count) - 1e-7), 0))
