"""What an action did to the rate of an issue's reports: an interrupted time series, counted per piece of the service.

Reports are Poisson with the service's volume as exposure and one step at the action; in such a model the two rates and
their dispersions have closed forms. With Jeffreys' prior the ratio of the rates follows a scaled F distribution (Price
and Bonett 2000); where days vary more than Poisson's, counts are divided by the dispersion (quasi-Poisson, McCullagh
and Nelder 1989, chapter 6). Regression to the mean: an issue is acted on at its peak, which would have passed anyhow,
so the last week before the action is left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from scipy.special import chdtri, fdtr, fdtri

Verdict = Literal["too_early", "worked", "no_effect", "worse"]

BEFORE, AFTER = 56, 56
"""Days that are looked at, at most."""

PEAK = 7
"""The last days before an action, which are left out where there is enough before them."""

LEAST_BEFORE = 14
"""Days that must be left for it."""

SOONEST, SETTLED = 7, 28
"""Days after an action before which nothing is said, and from which on the usual certainty does."""

SURE, SURE_EARLY = 0.98, 0.9995
"""The probability that it fell (or rose). Who looks every day is fooled more easily, so it must be higher early on."""

CHANCE = 0.9
"""Variation that is no rarer than one in ten is taken for chance."""

FEWEST = 5.0
"""Reports that would have come without the action, below which their absence tells nothing."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day: the issue's reports among the service's pieces."""

    reports: int
    volume: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """`before`, `after`: reports per piece of the service, none where it had no piece. `change`: -0.6 for -60 %.

    `interval`: the 90 % interval of the change. `probability`: that the rate fell.
    """

    before: float | None
    after: float | None
    change: float | None
    interval: tuple[float, float] | None
    probability: float | None
    verdict: Verdict


def measure(days: Mapping[int, Day], *, since: int = -BEFORE, until: int = AFTER, surge: bool = False) -> Outcome:
    """`days` by number, counted from the action: -1 is the last before it, 0 the first after it.

    `since`: the first day that counts; `until`: the first that no longer does. `surge`: a signal had been raised, so
    the peak is beyond chance; `since` then is its beginning, and nothing of it is left out.
    """
    first, end = max(since, -BEFORE), min(until, AFTER)
    leave = 0 if surge or -first < PEAK + LEAST_BEFORE else PEAK
    before = [days.get(day, Day(0, 0)) for day in range(first, -leave)]
    after = [days.get(day, Day(0, 0)) for day in range(end)]
    return _compare(before, after)


def _compare(before: Sequence[Day], after: Sequence[Day]) -> Outcome:
    reports, volume = _sum(before)
    later, later_volume = _sum(after)
    if not volume or not later_volume:
        rates = (reports / volume if volume else None, later / later_volume if later_volume else None)
        return Outcome(*rates, None, None, None, "too_early")
    was, became = reports / dispersion(before) + 0.5, later / dispersion(after) + 0.5
    scale = (became * dispersion(after) / later_volume) / (was * dispersion(before) / volume)
    low, middle, high = (float(scale * x) - 1 for x in fdtri(2 * became, 2 * was, [0.05, 0.5, 0.95]))
    fell = float(fdtr(2 * became, 2 * was, 1 / scale))
    verdict = _verdict(fell, len(after), reports / volume * later_volume, later)
    return Outcome(reports / volume, later / later_volume, middle, (low, high), fell, verdict)


def _sum(days: Sequence[Day]) -> tuple[int, int]:
    return sum(day.reports for day in days), sum(day.volume for day in days)


def dispersion(days: Sequence[Day]) -> float:
    """How much more the days vary than Poisson's would: Pearson's X² by its degrees, 1 where that may be chance."""
    reports, volume = _sum(days)
    held = [day for day in days if day.volume]
    if not reports or len(held) < 2:
        return 1.0
    rate, degrees = reports / volume, len(held) - 1
    total = sum((day.reports - rate * day.volume) ** 2 / (rate * day.volume) for day in held)
    return total / degrees if total > chdtri(degrees, 1 - CHANCE) else 1.0


def _verdict(fell: float, days: int, expected: float, later: int) -> Verdict:
    if days < SOONEST or max(expected, later) < FEWEST:
        return "too_early"
    sure = SURE if days >= SETTLED else SURE_EARLY
    if fell >= sure:
        return "worked"
    if 1 - fell >= sure:
        return "worse"
    return "no_effect" if days >= SETTLED else "too_early"
