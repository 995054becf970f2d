"""Two rules of public health as peers, as far as weeks of history can feed them: Farrington Flexible, and RAMMIE.

Both say how surprising the newest count of each label is, by -log10 P(K >= k). Both get the volume of the service as
exposure, as ours does: without it every busy day would be an alarm.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import nbinom

ByPeriod = NDArray[np.float64]
"""(labels, periods) reports, the newest period first; or (periods,) of the whole service."""

FARRINGTON_ALARM, RAMMIE_ALARM = -np.log10(0.005), -np.log10(0.01)
"""Beyond the quantiles of .995 (Noufaily et al. 2013) and .99 (Morbey et al. 2015)."""

LEFT_OUT = 26
"""Periods just before the newest that Farrington Flexible leaves out; a short history can spare a quarter of itself."""

LEAST, LEAST_WITHIN = 5, 4
"""Reports in so many periods, without which Farrington's rule says nothing."""

OUTBREAK = 2.58
"""Anscombe residuals beyond which a period of the baseline weighs less."""

PRIOR_REPORTS = 0.5
"""Spread over the baseline: where there was nothing at all, no rate can be fitted."""

ITERATIONS = 10


def farrington_flexible(own: ByPeriod, volume: ByPeriod) -> ByPeriod:
    """A quasi-Poisson trend, fitted a second time with past outbreaks weighing less (Noufaily et al. 2013).

    Its season and its same weeks of five years ask for years, and are left out.
    """
    gap = 1 + min(LEFT_OUT, own.shape[1] // 4)
    before, exposed = own[:, gap:] + PRIOR_REPORTS / (own.shape[1] - gap), np.maximum(volume[gap:], 1.0)
    first, _, spread = _trend(before, exposed, np.ones_like(before), gap)
    _, rate, spread = _trend(before, exposed, _weights(before, first, spread), gap)
    # A trend that leads beyond all that was ever seen is not trusted.
    constant = before.sum(axis=1) / exposed.sum()
    usual = np.where(rate <= (before / exposed).max(axis=1), rate, constant) * max(float(volume[0]), 1.0)
    enough = own[:, :LEAST_WITHIN].sum(axis=1) >= LEAST
    return np.where(enough, _surprise(own[:, 0], usual, spread), 0.0)


def rammie(own: ByPeriod, volume: ByPeriod) -> ByPeriod:
    """A mixed model: the rates of all labels are of one distribution, and days spread alike (Morbey et al. 2015).

    Of days, the newest first. Days of the week and holidays are in the exposure, months ask for years. Of its two
    thresholds this is the historical one; the last week is left out.
    """
    before, exposed = own[:, 7:], np.maximum(volume[7:], 1.0)
    rate = before.sum(axis=1) / exposed.sum()
    between = max(float(rate.var() - rate.mean() / exposed.sum()), 1e-9)
    known = before.sum(axis=1) + rate.mean() ** 2 / between
    usual = known / (exposed.sum() + rate.mean() / between) * max(float(volume[0]), 1.0)
    fitted = rate[:, None] * exposed
    excess = max(float(((before - fitted) ** 2 - fitted).sum() / (fitted**2).sum()), 0.0)
    return _surprise(own[:, 0], usual, 1 + usual * (excess + 1 / known))


def _trend(before: ByPeriod, exposed: ByPeriod, weights: ByPeriod, gap: int) -> tuple[ByPeriod, ByPeriod, ByPeriod]:
    """What a log-linear trend fits (labels, periods), the rate it leads to now, and how much more than chance spreads.

    By least squares that are weighed anew; the trend is of the time since the middle of the baseline.
    """
    age = np.arange(before.shape[1]) - (before.shape[1] - 1) / 2
    design = np.stack([np.ones_like(age), age], axis=1)
    line = np.stack([np.log(before.sum(axis=1) / exposed.sum()), np.zeros(len(before))], axis=1)
    for _ in range(ITERATIONS):
        fitted = exposed * np.exp(np.clip(line @ design.T, -30, 0))
        bent = np.einsum("lp,pi,pj->lij", weights * fitted, design, design) + 1e-9 * np.eye(2)
        line = line + np.linalg.solve(bent, ((weights * (before - fitted)) @ design)[..., None])[..., 0]
    fitted = exposed * np.exp(np.clip(line @ design.T, -30, 0))
    spread = (weights * (before - fitted) ** 2 / fitted).sum(axis=1) / (before.shape[1] - 2)
    return fitted, np.exp(line @ np.array([1.0, age[0] - gap])), np.maximum(spread, 1.0)


def _weights(before: ByPeriod, fitted: ByPeriod, spread: ByPeriod) -> ByPeriod:
    residual = 1.5 * (before ** (2 / 3) - fitted ** (2 / 3)) / (fitted ** (1 / 6) * np.sqrt(spread)[:, None])
    weights = np.where(residual > OUTBREAK, 1 / np.maximum(residual, OUTBREAK) ** 2, 1.0)
    return np.asarray(weights * weights.shape[1] / weights.sum(axis=1, keepdims=True))


def _surprise(count: ByPeriod, usual: ByPeriod, spread: ByPeriod) -> ByPeriod:
    """Of a negative binomial count whose variance is so many times its mean."""
    spread = np.maximum(spread, 1 + 1e-6)
    tail = nbinom.logsf(count - 1, usual / (spread - 1), 1 / spread)
    return np.asarray(-tail / np.log(10))
