"""How unlikely a count is: the Gamma-Poisson test, with the volume of the whole service as its exposure.

A region (an issue, or a neighbourhood of vectors) was reported b times in the baseline and k times in the recent
window. Its rate is Gamma distributed given b; the count to come is then negative binomial. Measuring both against what
the whole service received makes a busy day no alarm.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

Floats: TypeAlias = NDArray[np.float64]

PRIOR = 0.5
"""Jeffreys' prior of a Poisson rate, in reports."""

LEAST_REPORTS = 3
LEAST_RATIO = 2.0

WEEK = 168.0
BASELINE = 28 * 24.0


@dataclass(frozen=True, slots=True)
class Exposure:
    """What the service received, one figure for each window: in it, in the baseline, and usually at such a time."""

    window: Floats
    baseline: Floats
    usual: Floats


def exposure(ages: Floats, share: Floats, windows: Floats) -> Exposure:
    """`ages`: hours since each piece was said; `share`: how much of a piece each statement is; `windows`: hours.

    What is usual at such a time is the mean of the same window one to four weeks earlier.
    """
    order = np.argsort(ages, kind="stable")
    total = np.concatenate([[0.0], np.cumsum(share[order])])
    sorted_ages = ages[order]

    def within(youngest: Floats, oldest: Floats) -> Floats:
        begin, end = np.searchsorted(sorted_ages, [youngest, oldest])
        return np.asarray(total[end] - total[begin])

    weeks = [within(week * WEEK + 0 * windows, week * WEEK + windows) for week in (1, 2, 3, 4)]
    return Exposure(
        within(0 * windows - 1, windows), within(windows, windows + BASELINE), np.asarray(np.mean(weeks, axis=0))
    )


def expected(k: Floats, b: Floats, volume: Exposure) -> Floats:
    """The reports expected in the window, region by region; the last axis is that of the windows."""
    return np.asarray((b + PRIOR) * _odds(k, b, volume))


def surprise(k: Floats, b: Floats, volume: Exposure, restless: float = 0.01) -> Floats:
    """-log10 P(K >= k), 0 where k is too small or too near what is expected to matter; the last axis is the windows'.

    `restless`: the squared variation of rates from week to week that is nothing new; it keeps a long history from
    making the expectation certain.
    """
    odds = _odds(k, b, volume)
    prior = b + PRIOR
    score = np.zeros(odds.shape)
    matters = (k >= LEAST_REPORTS) & (k >= LEAST_RATIO * prior * odds)
    if matters.any():
        k, prior, odds = np.broadcast_to(k, odds.shape)[matters], prior[matters], odds[matters]
        score[matters] = tail(k, prior, odds * prior, restless)
    return score


def tail(k: Floats, prior: Floats, usual: Floats, restless: float) -> Floats:
    """-log10 P(K >= k) of a negative binomial count whose mean is `usual`, known as well as `prior` reports tell."""
    shape = 1 / (1 / prior + restless)
    spread = usual / shape
    return np.asarray(-np.log10(np.maximum(betainc(k, shape, spread / (1 + spread)), 1e-300)))


def _odds(k: Floats, b: Floats, volume: Exposure) -> Floats:
    """Of the rest of the service: what the window holds for each piece that the baseline holds."""
    before = np.maximum(volume.baseline - b, 1.0)
    usual = volume.usual * before / np.maximum(volume.baseline, 1.0)
    return np.asarray(np.maximum(np.maximum(volume.window - k, usual), 0.5) / before)
