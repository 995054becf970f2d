"""How often chance alone would bring a finding."""

import datetime as dt
import math

import numpy as np
import pytest

from insights.detection import detector
from insights.detection.detector import Finding, State
from insights.detection.statistics.gamma_poisson import Counts, Exposure, exposure, gamma_poisson_scores
from tests.insights.detection.streams import DAY, NEW, START, Service, sent


def told_at_once(a_day: int) -> Finding:
    """What is found in four days of a new problem, all read together."""
    service = Service()
    said = service.days(0, 35) + service.of(NEW, 31, 35, a_day)
    _, signals = detector.step(State(), said, START + 35 * DAY)
    [signal] = sent(signals)
    return signal


def test_long_odds_are_met_more_often_than_the_test_promises() -> None:
    some, many = told_at_once(3), told_at_once(6)
    assert many.score > some.score + 3
    assert math.log10(some.chance / many.chance) < 0.8 * (many.score - some.score)


def test_what_is_less_likely_is_brought_less_often() -> None:
    assert told_at_once(6).chance < told_at_once(3).chance


HOLIDAY = 7.0
"""Days ago."""


def usual(holidays: tuple[float, ...]) -> Exposure:
    """What a service receives that hears ten a day, and nothing on a holiday a week ago; in one day and in two."""
    ages = 24.0 * np.concatenate([day + np.arange(0.05, 1, 0.1) for day in range(35) if day != HOLIDAY])
    return exposure(ages, np.ones(len(ages)), np.array([24.0, 48.0]), 24.0 * np.array(holidays))


def test_a_week_that_held_a_holiday_is_not_usual() -> None:
    assert usual(()).usual.tolist() == [7.5, 17.5]
    assert usual((HOLIDAY + 1,)).usual.tolist() == [10.0, 20.0]
    assert usual(tuple(range(36))).usual.tolist() == [7.5, 17.5]


def test_a_holiday_leaves_what_was_received_as_it_is() -> None:
    with_it, without = usual((HOLIDAY + 1,)), usual(())
    for name in ("window", "baseline", "last_week"):
        assert (getattr(with_it, name) == getattr(without, name)).all()


@pytest.mark.parametrize("seed", range(5))
def test_knowing_holidays_makes_nothing_more_unlikely(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ages, windows = rng.uniform(0, 36 * 24, 300), np.array([24.0, 48.0, 96.0])
    counts = Counts(*rng.poisson([[[8]], [[20]], [[5]]], (3, 40, 3)).astype(float))
    plain, knowing = (
        gamma_poisson_scores(counts, exposure(ages, np.ones(300), windows, holidays))[0]
        for holidays in (np.zeros(0), rng.uniform(0, 36 * 24, 4))
    )
    assert (knowing <= plain).all() and plain.any()


def test_what_is_said_on_a_quiet_day_is_held_against_what_is_usual_without_holidays() -> None:
    """The floor is that of an ordinary day, though the same day of the last week was a holiday."""
    service = Service()
    before = [report for day in range(25) if day != 20 for report in service.day(day)]
    problem = service.of(NEW, 25, 29, 4)

    def found(*holidays: dt.datetime) -> Finding:
        _, findings = detector.step(State(), before + problem, START + 29 * DAY, holidays=holidays)
        return next(one for one in sent(findings) if one.kind == "new")

    assert found(START + 20 * DAY).expected > found().expected
