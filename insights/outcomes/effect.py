"""What an action did to the rate of an issue's reports: an interrupted time series, counted per piece of the service.

Reports are Poisson with the service's volume as exposure and one step at the action; in such a model the two rates and
their dispersions have closed forms. With Jeffreys' prior the ratio of the rates follows a scaled F distribution (Price
and Bonett 2000); where days vary more than Poisson's, counts are divided by the dispersion (quasi-Poisson, McCullagh
and Nelder 1989, chapter 6). Regression to the mean: an issue is acted on at its peak, which would have passed anyhow,
so the last week before the action is left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scipy.special import chdtri, fdtr, fdtri

from feedback.record.states import OutcomeVerdict

DAYS_BEFORE, DAYS_AFTER = 56, 56
"""At most so many days are compared."""

PEAK_DAYS = 7
"""The last days before an action are left out where there are enough before them."""

MIN_DAYS_BEFORE = 14
"""So many days must be left before the peak, or it is not left out."""

EARLIEST_DAYS = 7
"""Before so many days after an action there is no verdict."""

SETTLED_DAYS = 28
"""From so many days after an action on, the usual certainty is enough for a verdict."""

SURE_PROBABILITY, SURE_EARLY_PROBABILITY = 0.98, 0.9995
"""The probability that the rate fell (or rose) which a verdict takes, after `SETTLED_DAYS` and before.

Who looks every day is fooled by chance more easily, so it must be higher early on.
"""

OVERDISPERSION_QUANTILE = 0.9
"""Days that vary beyond this quantile of chance are overdispersed; below it they count as Poisson."""

MIN_EXPECTED_REPORTS = 5.0
"""Fewer expected reports (or observed ones) tell nothing by their absence."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day of an issue: its `reports`, and the `volume` of all the service's feedback."""

    reports: int
    volume: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an action did to the rate of an issue.

    `before` and `after` are reports per piece of the service's feedback, none where it had no piece. `change` is a
    share (-0.6 for -60%), `interval` its 90% interval, `probability` that the rate fell.
    """

    before: float | None
    after: float | None
    change: float | None
    interval: tuple[float, float] | None
    probability: float | None
    verdict: OutcomeVerdict


def measure(
    days: Mapping[int, Day], *, since: int = -DAYS_BEFORE, until: int = DAYS_AFTER, surge: bool = False
) -> Outcome:
    """Compares the rates before and after an action.

    `days` are numbered from the action: -1 is the last before it, 0 the first after it. Those from `since` to before
    `until` count. With `surge` a signal had been raised, so the peak is beyond chance: `since` then is its beginning,
    and nothing of it is left out.
    """
    first, end = max(since, -DAYS_BEFORE), min(until, DAYS_AFTER)
    leave = 0 if surge or -first < PEAK_DAYS + MIN_DAYS_BEFORE else PEAK_DAYS
    before = [days.get(day, Day(0, 0)) for day in range(first, -leave)]
    after = [days.get(day, Day(0, 0)) for day in range(end)]
    return _compare(before, after)


def _compare(before: Sequence[Day], after: Sequence[Day]) -> Outcome:
    reports, volume = _sum(before)
    later, later_volume = _sum(after)
    if not volume or not later_volume:
        rates = (reports / volume if volume else None, later / later_volume if later_volume else None)
        return Outcome(*rates, None, None, None, OutcomeVerdict.TOO_EARLY)
    shape_before, shape_after = reports / dispersion(before) + 0.5, later / dispersion(after) + 0.5
    scale = (shape_after * dispersion(after) / later_volume) / (shape_before * dispersion(before) / volume)
    low, middle, high = (float(scale * x) - 1 for x in fdtri(2 * shape_after, 2 * shape_before, [0.05, 0.5, 0.95]))
    fell = float(fdtr(2 * shape_after, 2 * shape_before, 1 / scale))
    verdict = _verdict(fell, len(after), reports / volume * later_volume, later)
    return Outcome(reports / volume, later / later_volume, middle, (low, high), fell, verdict)


def _sum(days: Sequence[Day]) -> tuple[int, int]:
    return sum(day.reports for day in days), sum(day.volume for day in days)


def dispersion(days: Sequence[Day]) -> float:
    """Estimates how much more the days vary than Poisson's: Pearson's X² by its degrees of freedom, 1 within chance."""
    reports, volume = _sum(days)
    counted = [day for day in days if day.volume]
    if not reports or len(counted) < 2:
        return 1.0
    rate, degrees = reports / volume, len(counted) - 1
    total = sum((day.reports - rate * day.volume) ** 2 / (rate * day.volume) for day in counted)
    return total / degrees if total > chdtri(degrees, 1 - OVERDISPERSION_QUANTILE) else 1.0


def _verdict(fell: float, days: int, expected: float, later: int) -> OutcomeVerdict:
    if days < EARLIEST_DAYS or max(expected, later) < MIN_EXPECTED_REPORTS:
        return OutcomeVerdict.TOO_EARLY
    sure = SURE_PROBABILITY if days >= SETTLED_DAYS else SURE_EARLY_PROBABILITY
    if fell >= sure:
        return OutcomeVerdict.WORKED
    if 1 - fell >= sure:
        return OutcomeVerdict.WORSE
    return OutcomeVerdict.NO_EFFECT if days >= SETTLED_DAYS else OutcomeVerdict.TOO_EARLY
