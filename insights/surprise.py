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


@dataclass(frozen=True, slots=True)
class Exposure:
    """What the service received: in the window, in the baseline, and usually in such a window."""

    window: float
    baseline: float
    usual: float


def expected(k: Floats, b: Floats, exposure: Exposure) -> Floats:
    """The reports expected in the window, region by region."""
    return (b + PRIOR) * _odds(k, b, exposure)


def surprise(k: Floats, b: Floats, exposure: Exposure, restless: float = 0.01) -> Floats:
    """-log10 P(K >= k), 0 where k is too small or too near what is expected to matter.

    `restless`: the squared variation of rates from week to week that is nothing new; it keeps a long history from
    making the expectation certain.
    """
    odds = _odds(k, b, exposure)
    shape = 1 / (1 / (b + PRIOR) + restless)
    spread = odds * (b + PRIOR) / shape
    tail = betainc(np.maximum(k, 1e-9), shape, spread / (1 + spread))
    score = -np.log10(np.maximum(tail, 1e-300))
    matters = (k >= LEAST_REPORTS) & (k >= LEAST_RATIO * (b + PRIOR) * odds)
    return np.where(matters, score, 0.0)


def _odds(k: Floats, b: Floats, exposure: Exposure) -> Floats:
    """Of the rest of the service: what the window holds for each piece that the baseline holds."""
    before = np.maximum(exposure.baseline - b, 1.0)
    usual = exposure.usual * before / max(exposure.baseline, 1.0)
    return np.maximum(np.maximum(exposure.window - k, usual), 0.5) / before
