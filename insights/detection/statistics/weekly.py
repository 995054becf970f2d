"""How unlikely a slow change is: weeks held against up to a year of weeks before them.

The rate of what is reported wanders: its logarithm takes a random step each week. So what was said before a window
tells the rate at its beginning the less, the longer ago it was (a dynamic Poisson model with Gamma rates, filtered
forwards and discounted each week: West and Harrison 1997, 14.4), and the rate goes on wandering within the window. The
volume of the whole service is the exposure, as in `gamma_poisson.py`.
"""

from __future__ import annotations

import numpy as np

from insights.detection.observation import FloatArray, Indices
from insights.detection.statistics.gamma_poisson import LEAST_RATIO, PRIOR_REPORTS, tail_score

YEAR_WEEKS = 52

COMMON_STEP_VARIANCE, COMMON_WEIGHT_ISSUES = 0.1, 10.0
"""The variance of the logarithm of a rate from week to week before a service has shown its own, and for how many issues
it counts."""

FEWEST_A_WEEK = 4.0
"""Reports that an issue brings a week on average before its steps tell anything."""


def weekly_scores(
    own: FloatArray, fresh: FloatArray, volume: FloatArray, windows: Indices, step_variance: float, least: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Score slow changes by -log10 P(K >= k), and tell what was expected, and reported before; each (..., windows).

    `own` (..., weeks) are the reports of some regions in each week, the newest first, `fresh` those that may count in a
    window, `volume` (weeks,) is what the service received, as far back as it is known. `windows` (w,) are lengths in
    weeks, and `step_variance` is the variance of the logarithm of a rate from one week to the next.
    The score is 0 where fewer than `least` are reported, or not twice what was expected.
    """
    others = np.maximum(volume - own, 0.0)
    k, exposed = (np.cumsum(weeks, axis=-1)[..., windows - 1] for weeks in (fresh, others))
    known, before = _filtered(own, others, windows, step_variance)
    usual = known * np.maximum(exposed, 0.5) / before
    usual = np.maximum(usual, _a_year_ago(own, others, exposed, windows))
    score = np.zeros(usual.shape)
    matters = (k >= least) & (k >= LEAST_RATIO * usual)
    if matters.any():
        shape = 1 / (1 / known + step_variance * _steps_within(windows))
        score[matters] = tail_score(k[matters], shape[matters], usual[matters], 0.0)
    reported = own.sum(axis=-1, keepdims=True) - np.cumsum(own, axis=-1)[..., windows - 1]
    return score, usual, reported


def _filtered(own: FloatArray, others: FloatArray, windows: Indices, step_variance: float) -> tuple[FloatArray, ...]:
    """The reports that tell the rate where each window begins, and what the rest of the service received meanwhile."""
    weeks = own.shape[-1]
    known, before = np.full(own.shape[:-1], PRIOR_REPORTS), np.zeros(own.shape[:-1])
    at: dict[int, tuple[FloatArray, FloatArray]] = {}
    for week in range(weeks - 1, int(windows.min()) - 1, -1):
        discount = 1 / (1 + step_variance * known)
        known, before = known * discount + own[..., week], before * discount + others[..., week]
        at[week] = known, before
    states = [at[int(window)] for window in windows]
    return np.stack([one for one, _ in states], -1), np.maximum(np.stack([one for _, one in states], -1), 1.0)


def _steps_within(windows: Indices) -> FloatArray:
    """How far the mean rate of so many weeks strays from the rate before them, in steps (as variances)."""
    return np.asarray((windows + 1) * (2 * windows + 1) / (6 * windows), np.float64)


def _a_year_ago(own: FloatArray, others: FloatArray, exposed: FloatArray, windows: Indices) -> FloatArray:
    """What the same weeks of last year, and one on either side, let expect: what comes every year is no news."""
    usual = np.zeros(exposed.shape)
    for place, window in enumerate(windows):
        begin, end = YEAR_WEEKS - 1, YEAR_WEEKS + int(window) + 1
        if end <= own.shape[-1]:
            season = slice(begin, end)
            received = np.maximum(others[..., season].sum(axis=-1), 1.0)
            usual[..., place] = own[..., season].sum(axis=-1) * exposed[..., place] / received
    return usual


def step_variance(own: FloatArray, volume: FloatArray) -> float:
    """Learn how far rates step from week to week: `own` (issues, weeks) in a service that received `volume` (weeks,).

    By moments, beyond what chance brings, drawn towards what is common. The median keeps the few that did rise from
    passing for wandering rates.
    """
    if own.shape[-1] < 2 or not len(own):
        return COMMON_STEP_VARIANCE
    rate = own * volume.mean() / np.maximum(volume, 1.0)
    mean = rate.mean(axis=-1)
    often = mean >= FEWEST_A_WEEK
    if not often.any():
        return COMMON_STEP_VARIANCE
    pairs = (rate[often, 1:] + rate[often, :-1]) / 2
    excess = (np.diff(rate[often]) ** 2 - 2 * pairs).mean(axis=-1) / np.maximum((pairs**2).mean(axis=-1), 1e-9)
    total = COMMON_STEP_VARIANCE * COMMON_WEIGHT_ISSUES + max(float(np.median(excess)), 0.0) * often.sum()
    return float(total / (COMMON_WEIGHT_ISSUES + often.sum()))
