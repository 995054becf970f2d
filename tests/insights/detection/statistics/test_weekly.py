"""Slow changes held against up to a year of weeks."""

import numpy as np
import pytest

from insights.detection.candidates import P_VALUE_POWER
from insights.detection.observation import FloatArray
from insights.detection.statistics.weekly import COMMON_STEP_VARIANCE, step_variance, weekly_scores

WINDOWS = np.array([2, 4, 8])
VOLUME = 300.0


def score(own: FloatArray, variance: float = 0.06, volume: float | FloatArray = VOLUME) -> float:
    received = np.zeros(own.shape[-1]) + volume
    return float(weekly_scores(own, own, received, WINDOWS, variance, 5)[0].max())


def weeks(*newest: float, before: float, known: int = 30) -> FloatArray:
    return np.array([*newest, *[before] * (known - len(newest))])


def test_what_trickles_in_is_less_likely_than_what_was_said_now_and_then() -> None:
    assert score(weeks(5, 4, 2, before=0)) > 6
    assert score(weeks(5, 4, 2, before=1.5)) < 2


def test_what_triples_within_weeks_stands_out_and_what_always_comes_does_not() -> None:
    assert score(weeks(60, 60, 60, 40, before=20)) > 3.5
    assert score(weeks(20, 20, 20, 20, before=20)) == 0


def test_a_busy_month_of_the_whole_service_is_no_change() -> None:
    busy = weeks(3 * VOLUME, 3 * VOLUME, 3 * VOLUME, before=VOLUME)
    assert score(weeks(60, 60, 60, before=20), volume=busy) == 0


def test_where_rates_wander_the_same_rise_is_less_of_a_surprise() -> None:
    risen = weeks(45, 45, 45, before=15)
    assert score(risen, 0.02) > score(risen, 0.1) + 2 > 2


def test_what_comes_every_year_at_this_time_is_no_news() -> None:
    season = weeks(40, 40, 40, 40, before=5, known=61)
    again = season.copy()
    again[50:58] = 40
    assert score(season) > 4
    assert score(again) == 0


def test_wandering_rates_alone_are_found_no_more_often_than_their_odds_promise() -> None:
    rng = np.random.default_rng(3)
    rate = 20 * np.exp(np.cumsum(rng.normal(0, 0.25, (4_000, 20)), axis=1))[:, ::-1]
    own = rng.poisson(rate).astype(float)
    found, _, _ = weekly_scores(own, own, np.full(20, VOLUME * 100), np.array([4]), 0.0625, 5)
    assert 0.1 * 10**-2 < (found[:, 0] >= 2).mean() < 10 ** (-2 * P_VALUE_POWER)


@pytest.mark.parametrize(("step", "low", "high"), [(0.0, 0.0, 0.03), (0.25, 0.04, 0.09), (0.5, 0.15, 0.4)])
def test_a_service_shows_how_far_its_rates_step_from_week_to_week(step: float, low: float, high: float) -> None:
    rng = np.random.default_rng(4)
    rate = 30 * np.exp(np.cumsum(rng.normal(0, step, (40, 20)), axis=1))
    assert low <= step_variance(rng.poisson(rate).astype(float), np.full(20, VOLUME)) <= high


def test_what_is_common_is_believed_where_no_issue_is_reported_often() -> None:
    assert step_variance(np.ones((5, 20)), np.full(20, VOLUME)) == COMMON_STEP_VARIANCE
    assert step_variance(np.zeros((0, 20)), np.full(20, VOLUME)) == COMMON_STEP_VARIANCE
