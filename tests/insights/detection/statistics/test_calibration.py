"""A service in which much stirs that never becomes certain is looked at with more caution."""

import msgspec

from insights.detection.detector import State
from insights.detection.state import restore, serialize
from insights.detection.statistics.calibration import LEAST_FACTOR, Calibration
from insights.detection.statistics.gamma_poisson import WEEK_HOURS


def after(weeks: int, a_week: int) -> Calibration:
    """So many weeks in which something else stirred so often."""
    known = Calibration().started(0.0)
    for number in range(weeks * a_week):
        known = known.with_near_miss([number], number / a_week * WEEK_HOURS)
    return known


def test_more_stirs_than_chance_brings_make_a_service_more_careful() -> None:
    assert after(20, 4).factor(20 * WEEK_HOURS) > 2


def test_few_stirs_make_it_no_bolder_and_neither_does_a_service_not_yet_known() -> None:
    assert after(20, 1).without(range(10)).factor(20 * WEEK_HOURS) == LEAST_FACTOR
    assert Calibration().factor(20 * WEEK_HOURS) == LEAST_FACTOR


def test_a_service_that_has_calmed_down_is_looked_at_as_others_are_again() -> None:
    assert after(20, 4).factor(60 * WEEK_HOURS) == LEAST_FACTOR


def test_the_same_statements_stir_once() -> None:
    known = (
        Calibration()
        .started(0.0)
        .with_near_miss([1, 2, 3], 1.0)
        .with_near_miss([3, 4], 2.0)
        .with_near_miss([4, 5], 3.0)
    )
    assert len(known.near_misses) == 1


def test_what_became_certain_is_no_stir() -> None:
    known = Calibration().started(0.0).with_near_miss([1, 2, 3], 1.0).with_near_miss([7], 2.0)
    assert [stir.keys for stir in known.without([3]).near_misses] == [{7}]


def test_it_is_remembered_as_it_was() -> None:
    state = State(calibration=after(3, 2))
    assert restore(State(), serialize(state), []).calibration == state.calibration
    assert msgspec.msgpack.decode(serialize(state))
