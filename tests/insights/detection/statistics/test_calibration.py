"""A service in which much stirs that never becomes certain is looked at with more caution."""

import datetime as dt
import uuid
from typing import Any

import msgspec
import numpy as np

from feedback.record.models import Signal
from insights.detection.detector import Observation, State
from insights.detection.observation import hours
from insights.detection.state import deserialize, restore, serialize
from insights.detection.statistics.baseline import Baseline
from insights.detection.statistics.calibration import LEAST_FACTOR, Calibration, NearMiss
from insights.detection.statistics.gamma_poisson import WEEK_HOURS

NOW = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)


def after(weeks: int, a_week: int) -> Calibration:
    """So many weeks in which something else stirred so often."""
    known = Calibration().started(0.0)
    for number in range(weeks * a_week):
        known = known.with_near_miss([number], number / a_week * WEEK_HOURS)
    return known


def test_more_stirs_than_chance_brings_make_a_service_more_careful() -> None:
    assert after(20, 4).factor(20 * WEEK_HOURS) > 2


def test_a_month_of_its_own_tells_as_much_as_what_is_common_to_services() -> None:
    assert after(4, 2).factor(4 * WEEK_HOURS) == 1.5
    assert after(26, 2).factor(26 * WEEK_HOURS) > 1.8


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


def test_what_people_missed_was_no_chance_and_what_they_called_a_false_alarm_was() -> None:
    issue, keys = uuid.uuid5(uuid.NAMESPACE_OID, "one"), (1, 2, 3)
    said = tuple(Observation(str(key), NOW, None, "web", issue=str(issue), key=key) for key in keys)
    known = Calibration().started(0.0).with_near_miss([3, 4], hours(NOW))
    facts = {"issue_id": issue, "since": NOW, "last_report_at": NOW, "detected_at": NOW, "expected": 1.0}

    def judged(before: Calibration, **more: Any) -> Calibration:
        signal = Signal(**facts, window_hours=24.0, tier="signal", **more)
        again = restore(State(said), serialize(State(calibration=before)), [signal])
        return restore(again, serialize(again), [signal]).calibration

    assert judged(known, evidence={"way": "missed"}).near_misses == ()
    assert judged(known, evidence={"way": "issue"}) == known
    [false] = judged(Calibration().started(0.0), evidence={}, false_at=NOW).near_misses
    assert false.keys == set(keys)


def test_what_an_earlier_version_stored_is_still_read() -> None:
    """Names in the stored form stay, whatever the fields are called now."""
    stirs = [{"at": 5.0, "keys": [1, 2]}]
    active = {"issue": "a", "begun": NOW, "last_report": NOW, "usual": 0.5, "tier": "watch", "told": NOW}
    region = {"centre": np.ones(2, "<f4").tobytes(), "radius": 0.5, "beside": None, "margin": 0.0}
    earlier = {
        "active": [{**active, "region": region}],
        "calibration": {"since": 1.0, "stirs": stirs},
        "habits": [7.0, {"alike": 0.25, "restless": 0.5}],
    }
    known = deserialize(msgspec.msgpack.encode(earlier))
    [found] = known.active
    assert (found.usual_per_hour, found.tier, found.last_signalled) == (0.5, "watch", NOW)
    assert found.region is not None and found.region.centre.tolist() == [1.0, 1.0]
    assert known.calibration == Calibration(1.0, (NearMiss(5.0, frozenset([1, 2])),))
    assert known.baseline == (7.0, Baseline(0.25, 0.5))


def test_what_cannot_be_read_is_nothing() -> None:
    assert deserialize(b"\xc1") == deserialize(None)
