"""Whether outcomes are right about actions whose effect is known: weekly rhythm, acted on at the peak."""

from dataclasses import dataclass

import numpy as np

from insights.outcomes.effect import DAYS_AFTER, DAYS_BEFORE, SETTLED_DAYS, Day, Outcome, measure
from tests.bench import Report, Row

RUNS = 500
EFFECTS = (0.0, -0.3, -0.6, -0.9)
A_DAY = (1, 3, 10, 20)
SHARE = 0.05
"""The issue's part of the service."""
HISTORY = 200
"""Days among which the peak is looked for."""
WEEK = np.array([1.2, 1.1, 1.0, 0.98, 0.9, 0.5, 0.42])


@dataclass(frozen=True, slots=True)
class History:
    """`uneven`: by how much the issue's share varies from day to day (the variance of a factor of mean 1)."""

    rate: float
    effect: float
    uneven: float


def simulate(history: History, rng: np.random.Generator) -> dict[int, Day]:
    """Acted on at the end of the week that holds the most reports of 200 days."""
    rhythm = np.resize(WEEK / WEEK.mean(), HISTORY + DAYS_AFTER)
    volume = rng.poisson(history.rate / SHARE * rhythm)
    factor = rng.gamma(1 / history.uneven, history.uneven, len(volume)) if history.uneven else np.ones(len(volume))
    reports = rng.binomial(volume, np.minimum(SHARE * factor, 1))
    weeks = np.convolve(reports[:HISTORY], np.ones(7), "valid")
    at = int(np.argmax(weeks[DAYS_BEFORE - 7 :])) + DAYS_BEFORE
    reports[at:] = rng.binomial(reports[at:], 1 + history.effect)
    return {day: Day(int(reports[at + day]), int(volume[at + day])) for day in range(-DAYS_BEFORE, DAYS_AFTER)}


def run(report: Report) -> None:
    rng = np.random.default_rng(7)
    for uneven, title in ((0.0, "even days"), (0.1, "uneven days")):
        rows = [_row(History(rate, effect, uneven), rng) for effect in EFFECTS for rate in A_DAY]
        report.table(f"{RUNS} runs each, {title}", rows)


def _row(history: History, rng: np.random.Generator) -> Row:
    runs = [simulate(history, rng) for _ in range(RUNS)]
    settled = [measure(days, until=SETTLED_DAYS) for days in runs]
    return {
        "effect": history.effect,
        "a day": history.rate,
        "held by the interval": sum(_holds(found, history.effect) for found in settled) / RUNS,
        "worked after 28 days": sum(found.verdict == "worked" for found in settled) / RUNS,
        "worked at any look": sum(map(_ever, runs)) / RUNS,
    }


def _holds(found: Outcome, effect: float) -> bool:
    return found.interval is not None and found.interval[0] <= effect <= found.interval[1]


def _ever(days: dict[int, Day]) -> bool:
    """Called effective by somebody who looks twice a week for four weeks."""
    return any(measure(days, until=until).verdict == "worked" for until in (7, 10, 14, 18, 21, 24, SETTLED_DAYS))
