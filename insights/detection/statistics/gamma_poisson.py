"""How unlikely a count is: the Gamma-Poisson test, with the volume of the whole service as its exposure.

A region (an issue, or a neighbourhood of vectors) was reported b times in the baseline and k times in the recent
window. Its rate is Gamma distributed given b; the count to come is then negative binomial (Gelman et al., Bayesian Data
Analysis, 2.6). Measuring both against what the whole service received makes a busy day no alarm. Rates wander: what was
said before the last week counts for less, the more the rates wander and the more of it there is.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.special import betainc

from insights.detection.observation import FloatArray

PRIOR_REPORTS = 0.5
"""Jeffreys' prior of a Poisson rate, in reports."""

LEAST_REPORTS = 3
LEAST_RATIO = 2.0

WEEK_TO_WEEK = 1.0
"""By how much a rate wanders from one week to the next, of how much it wanders from four."""

WEEK_HOURS = 168.0
BASELINE_HOURS = 28 * 24.0
DAY_HOURS = 24.0
NO_HOLIDAYS: FloatArray = np.zeros(0)


@dataclass(frozen=True, slots=True)
class Exposure:
    """What the service received, one figure for each window; each array is (windows,) or (services, windows).

    `window` is what it received in the window, `baseline` in the four weeks before it, `last_week` in the week just
    before it; `usual` is what it usually receives at such a time.
    """

    window: FloatArray
    baseline: FloatArray
    usual: FloatArray
    last_week: FloatArray


def exposure(ages: FloatArray, share: FloatArray, windows: FloatArray, holidays: FloatArray = NO_HOLIDAYS) -> Exposure:
    """Measure what a service received in windows of so many hours (w,).

    `ages` (n,) are the hours since each statement was said, `share` (n,) how much of a piece each statement is, and
    `holidays` (h,) the hours since each bank holiday began. What is usual at such a time is the mean of the same window
    one to four weeks earlier.

    Holidays matter for what is usual, which is the floor under the volume of the window: a week in which the window
    held a holiday is left out of the mean, if that raises it. So a quiet holiday makes nothing that is said four weeks
    later look more unusual, and knowing holidays never raises an alarm. They do not matter for the volume itself: on a
    holiday a count is held against what came on it, or on an ordinary day of that kind, whichever is more.
    """
    order = np.argsort(ages, kind="stable")
    total = np.append(0.0, np.cumsum(share[order]))
    sorted_ages, edges = ages[order], _edges(tuple(windows.tolist()))
    window, last_week, baseline, begins, ends = (total[np.searchsorted(sorted_ages, edge)] for edge in edges)
    return Exposure(window, baseline - window, _usual(ends - begins, windows, holidays), last_week - window)


def _usual(volumes: FloatArray, windows: FloatArray, holidays: FloatArray) -> FloatArray:
    """The mean of the volumes (4, w) one to four weeks earlier; without those that held a holiday, if that is more."""
    usual = volumes.mean(axis=0)
    if not len(holidays):
        return np.asarray(usual)
    begins, began = WEEK_HOURS * np.arange(1, 5)[:, None], holidays[:, None, None]
    ordinary = ~((began > begins) & (began - DAY_HOURS < begins + windows)).any(axis=0)
    without = (volumes * ordinary).sum(axis=0) / np.maximum(ordinary.sum(axis=0), 1)
    return np.asarray(np.maximum(usual, without))


@cache
def _edges(windows: tuple[float, ...]) -> tuple[FloatArray, ...]:
    """Ages at which windows, the weeks before them and baselines end (w,); and the same windows one to four weeks
    earlier begin and end (4, w)."""
    ends, weeks = np.array(windows), WEEK_HOURS * np.arange(1, 5)[:, None] + np.zeros(len(windows))
    return ends, ends + WEEK_HOURS, ends + BASELINE_HOURS, weeks, weeks + ends


@dataclass(frozen=True, slots=True)
class Counts:
    """Reports of some regions in the window, in the baseline, and in the week just before the window.

    The last axis of each array is that of the windows.
    """

    window: FloatArray
    baseline: FloatArray
    last_week: FloatArray


def gamma_poisson_scores(
    counts: Counts, volume: Exposure, rate_variance: float = 0.01, least: int = LEAST_REPORTS
) -> tuple[FloatArray, FloatArray]:
    """Score counts by -log10 P(K >= k), and tell what was expected; both have the shape of the counts.

    The score is 0 where k is below `least` or too near what is expected to matter. `rate_variance` is the squared
    variation of rates about those of four weeks that is nothing new; it keeps a long history from making the
    expectation certain.
    """
    prior, before = _baseline(counts, volume, rate_variance)
    usual = prior * _others(counts.window, counts.baseline, volume) / before
    k = np.broadcast_to(counts.window, usual.shape)
    score = np.zeros(usual.shape)
    matters = (k >= least) & (k >= LEAST_RATIO * usual)
    if matters.any():
        score[matters] = tail_score(k[matters], prior[matters], usual[matters], WEEK_TO_WEEK * rate_variance)
    return score, usual


def tail_score(k: FloatArray, prior: FloatArray, usual: FloatArray, rate_variance: float) -> FloatArray:
    """Give -log10 P(K >= k) of a negative binomial count with mean `usual`, known as well as `prior` reports tell."""
    shape = 1 / (1 / prior + rate_variance)
    spread = usual / shape
    return np.asarray(-np.log10(np.maximum(betainc(k, shape, spread / (1 + spread)), 1e-300)))


def expected(k: FloatArray, b: FloatArray, volume: Exposure) -> FloatArray:
    """Expect so many reports in the window, by all of the baseline alike; the last axis is that of the windows."""
    before = np.maximum(volume.baseline - b, 1.0)
    return np.asarray((b + PRIOR_REPORTS) * _others(k, b, volume) / before)


def _baseline(counts: Counts, volume: Exposure, rate_variance: float) -> tuple[FloatArray, FloatArray]:
    """The reports that tell the rate, and what the rest of the service received meanwhile; older ones discounted."""
    old = counts.baseline - counts.last_week + PRIOR_REPORTS
    discount = 1 / (1 + rate_variance * old)
    rest = np.maximum(volume.baseline - volume.last_week - (old - PRIOR_REPORTS), 0.0)
    before = discount * rest + np.maximum(volume.last_week - counts.last_week, 0.0)
    return np.asarray(discount * old + counts.last_week), np.asarray(np.maximum(before, 1.0))


def _others(k: FloatArray, b: FloatArray, volume: Exposure) -> FloatArray:
    """What the rest of the service received in the window; no less than usual."""
    usual = volume.usual * np.maximum(volume.baseline - b, 1.0) / np.maximum(volume.baseline, 1.0)
    return np.asarray(np.maximum(np.maximum(volume.window - k, usual), 0.5))
