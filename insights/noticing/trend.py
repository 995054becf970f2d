"""Where an issue is going, and what was to be expected of it day by day: from daily counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
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


def trend(counts: Sequence[int], volume: Sequence[int]) -> Trend:
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


def band(counts: Sequence[int], volume: Sequence[int]) -> list[Band]:
    """What was to be expected of each day, by the four weeks before it and that day's volume.

    A day with nothing before it to go by expects nothing, and anything up to the most.
    """
    own, all_ = np.asarray(counts, float), np.asarray(volume, float)
    bands = []
    for day in range(len(own)):
        usual = all_[max(0, day - BEFORE) : day].sum()
        before = own[max(0, day - BEFORE) : day].sum() + PRIOR
        expected = before * all_[day] / usual if usual else 0.0
        law = _law(before, expected)
        high = float(law.ppf(0.95)) if usual and expected else float(all_[day] if not usual else 0.0)
        bands.append(Band(expected, float(law.ppf(0.05)) if expected else 0.0, high))
    return bands


def _law(shape: float, mean: float) -> Any:
    """The Gamma-Poisson predictive of a count with this mean, known from so many reports."""
    return nbinom(shape, shape / (shape + max(mean, 1e-9)))
