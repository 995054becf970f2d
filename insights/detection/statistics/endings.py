"""Whether what was reported has ended: nobody reports it for a time in which many reports were usual."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from insights.detection.observation import FloatArray

LEAST_SILENCE_HOURS = 1.0
LEAST_USUAL = 8.0
"""The reports that were usual in a silence that tells the end: chance alone brings such a one once in 3,000 times."""

LEAST_LASTED_HOURS = 0.5

PRIOR_PIECES_PER_HOUR = 0.5
"""Pieces an hour that the service is taken to receive of anything else: few tell little of how busy it is."""


@dataclass(frozen=True, slots=True)
class Silence:
    """For how long nobody has reported, and how many reports were usual in such a time while it lasted."""

    hours: float
    usual: float

    @property
    def is_an_end(self) -> bool:
        """Tells whether chance hardly brings such a silence."""
        return self.hours >= LEAST_SILENCE_HOURS and self.usual >= LEAST_USUAL


def silence(reports: int, lasted: float, silent: float, before: int, since: int) -> Silence:
    """Measure a silence of so many hours after reports that `lasted` so many.

    What was usual is their rate until then, by how much the service received of anything else in the silence (`since`)
    and `before` it: when everybody sleeps, nothing has ended.
    """
    lasted, silent = max(lasted, LEAST_LASTED_HOURS), max(silent, 0.0)
    was = before / lasted + PRIOR_PIECES_PER_HOUR
    now = since / max(silent, LEAST_LASTED_HOURS) + PRIOR_PIECES_PER_HOUR
    return Silence(silent, reports / lasted * silent * min(1.0, now / was))


def last_end(own: FloatArray, others: FloatArray, told: float) -> float | None:
    """Tell when reports (n,) had ended that came again after they were `told` of; None where they went on.

    `own` and the `others` that the service received (m,) are moments in hours, in order.
    """
    for place in np.flatnonzero((np.diff(own) >= LEAST_SILENCE_HOURS) & (own[1:] > told))[::-1]:
        begun, last, again = own[0], own[place], own[place + 1]
        received = np.searchsorted(others, (begun, last, again))
        if silence(int(place) + 1, last - begun, again - last, *np.diff(received).tolist()).is_an_end:
            return float(last)
    return None
