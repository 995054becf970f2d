"""Where an issue is going, and what was to be expected of it day by day: from daily counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import nbinom

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
    law = _law(before + PRIOR, expected)
    if lately >= RISING * expected and law.sf(lately - 1) < UNLIKELY:
        return "emerging"
    if lately <= FALLING * expected and (law.cdf(lately) < UNLIKELY or lately == 0):
        return "fading"
    return "steady"


def band(counts: ArrayLike, volume: ArrayLike, before: int = BEFORE) -> list[Band | None]:
    """What was to be expected of each day (or week), by the `before` of them before it and its own volume.

    None where nothing before it tells what is usual.
    """
    own, all_ = np.asarray(counts, float), np.asarray(volume, float)
    usual, known = _before(all_, before), _before(own, before) + PRIOR
    expected = known * all_ / np.maximum(usual, 1.0)
    law = _law(known, expected)
    low, high = np.nan_to_num(law.ppf(0.05)), np.nan_to_num(law.ppf(0.95))
    return [
        Band(float(expected[day]), max(float(low[day]), 0.0), float(high[day])) if usual[day] else None
        for day in range(len(own))
    ]


def _before(counts: NDArray[np.float64], days: int) -> NDArray[np.float64]:
    """The sum of so many days before each."""
    total = np.concatenate([[0.0], np.cumsum(counts)])
    day = np.arange(len(counts))
    return np.asarray(total[day] - total[np.maximum(day - days, 0)])


def _law(shape: Any, mean: Any) -> Any:
    """The Gamma-Poisson predictive of a count with this mean, known from so many reports."""
    return nbinom(shape, shape / (shape + np.maximum(mean, 1e-9)))
