"""How unlikely a count is: the Gamma-Poisson test, with the volume of the whole service as its exposure.

A region (an issue, or a neighbourhood of vectors) was reported b times in the baseline and k times in the recent
window. Its rate is Gamma distributed given b; the count to come is then negative binomial. Measuring both against what
the whole service received makes a busy day no alarm. Rates wander: what was said before the last week counts for less,
the more restless the rates are and the more of it there is.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc

Floats: TypeAlias = NDArray[np.float64]

PRIOR = 0.5
"""Jeffreys' prior of a Poisson rate, in reports."""

LEAST_REPORTS = 3
LEAST_RATIO = 2.0

LATELY = 1.0
"""By how much a rate wanders from one week to the next, of how much it wanders from four."""

WEEK = 168.0
BASELINE = 28 * 24.0


@dataclass(frozen=True, slots=True)
class Exposure:
    """What the service received, one figure for each window.

    In it; in the baseline; usually at such a time; and of the baseline in the week just before the window.
    """

    window: Floats
    baseline: Floats
    usual: Floats
    lately: Floats


def exposure(ages: Floats, share: Floats, windows: Floats) -> Exposure:
    """`ages`: hours since each piece was said; `share`: how much of a piece each statement is; `windows`: hours.

    What is usual at such a time is the mean of the same window one to four weeks earlier.
    """
    order = np.argsort(ages, kind="stable")
    total = np.append(0.0, np.cumsum(share[order]))
    until = total[np.searchsorted(ages[order], _edges(tuple(windows.tolist())))]
    window, lately, baseline = until[:3]
    usual = (until[7:] - until[3:7]).sum(axis=0) / 4
    return Exposure(window, baseline - window, usual, lately - window)


@cache
def _edges(windows: tuple[float, ...]) -> Floats:
    """The ages that end each window, its week and its baseline, and that begin and end it one to four weeks earlier."""
    ends, weeks = np.array(windows), WEEK * np.arange(1, 5)[:, None] + np.zeros(len(windows))
    return np.stack([ends, ends + WEEK, ends + BASELINE, *weeks, *(weeks + ends)])


@dataclass(frozen=True, slots=True)
class Counts:
    """Reports of some regions: in the window, in the baseline, and of that in the week just before the window.

    The last axis is that of the windows.
    """

    window: Floats
    baseline: Floats
    lately: Floats


def surprise(
    counts: Counts, volume: Exposure, restless: float = 0.01, least: int = LEAST_REPORTS
) -> tuple[Floats, Floats]:
    """-log10 P(K >= k), 0 where k is too small or too near what is expected to matter; and what is expected.

    `restless`: the squared variation of rates about those of four weeks that is nothing new; it keeps a long history
    from making the expectation certain.
    """
    prior, before = _baseline(counts, volume, restless)
    usual = prior * _others(counts.window, counts.baseline, volume) / before
    k = np.broadcast_to(counts.window, usual.shape)
    score = np.zeros(usual.shape)
    matters = (k >= least) & (k >= LEAST_RATIO * usual)
    if matters.any():
        score[matters] = tail(k[matters], prior[matters], usual[matters], LATELY * restless)
    return score, usual


def tail(k: Floats, prior: Floats, usual: Floats, restless: float) -> Floats:
    """-log10 P(K >= k) of a negative binomial count whose mean is `usual`, known as well as `prior` reports tell."""
    shape = 1 / (1 / prior + restless)
    spread = usual / shape
    return np.asarray(-np.log10(np.maximum(betainc(k, shape, spread / (1 + spread)), 1e-300)))


def expected(k: Floats, b: Floats, volume: Exposure) -> Floats:
    """The reports expected in the window by all of the baseline alike; the last axis is that of the windows."""
    before = np.maximum(volume.baseline - b, 1.0)
    return np.asarray((b + PRIOR) * _others(k, b, volume) / before)


def _baseline(counts: Counts, volume: Exposure, restless: float) -> tuple[Floats, Floats]:
    """The reports that tell the rate, and what the rest of the service received meanwhile; older ones discounted."""
    old = counts.baseline - counts.lately + PRIOR
    discount = 1 / (1 + restless * old)
    rest = np.maximum(volume.baseline - volume.lately - (old - PRIOR), 0.0)
    before = discount * rest + np.maximum(volume.lately - counts.lately, 0.0)
    return np.asarray(discount * old + counts.lately), np.asarray(np.maximum(before, 1.0))


def _others(k: Floats, b: Floats, volume: Exposure) -> Floats:
    """What the rest of the service received in the window; no less than usual."""
    usual = volume.usual * np.maximum(volume.baseline - b, 1.0) / np.maximum(volume.baseline, 1.0)
    return np.asarray(np.maximum(np.maximum(volume.window - k, usual), 0.5))
