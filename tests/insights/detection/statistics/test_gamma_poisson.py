"""How often chance alone would bring a finding."""

import math

from insights.detection import detector
from insights.detection.detector import Finding, State
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
