"""What strikes within hours beside, or within, an issue that was told before."""

import itertools

import numpy as np
import pytest

from insights.detection.detector import State
from nlp.embed.vectors import unit
from tests.insights.detection.streams import NEW, Service, nameless, play, sent


@pytest.mark.parametrize("likeness", [0.8, 0.9])
def test_what_strikes_beside_or_within_a_wide_issue_that_was_told_is_a_problem_of_its_own(
    service: Service, usual: State, likeness: float
) -> None:
    other = Service(service.seed + 1)
    sides = np.array([service.centres[NEW], unit(0.4 * service.centres[NEW] + 0.9 * other.centres[3])])
    wide = [service.near(side, it) for it, side in zip(service.of(NEW, 28, 31), itertools.cycle(sides))]
    struck = unit(likeness * unit(sides.sum(axis=0)) + (1 - likeness**2) ** 0.5 * other.centres[5])
    outage = nameless([service.near(struck, it) for it in service.at_once(NEW, 31, 12)])
    _, signals = play(service.days(28, 32) + wide + outage, usual)
    first, second = sent(signals)
    assert not {report.feedback_id for report in outage} & set(first.feedback_ids)
    assert {report.feedback_id for report in outage} >= set(second.feedback_ids)


@pytest.mark.parametrize("likeness", [0.4, 0.6])
def test_a_quiet_service_is_told_of_a_second_outage_minutes_after_the_first(service: Service, likeness: float) -> None:
    other, first = Service(service.seed + 1), service.at_once(NEW, 28, 6, hours=0.1, at=12.0)
    struck = unit(likeness * service.centres[NEW] + (1 - likeness**2) ** 0.5 * other.centres[3])
    second = nameless([service.near(struck, it) for it in service.at_once(NEW, 28, 12, hours=0.2, at=12.2)])
    _, signals = play(service.days(0, 27, pieces=12) + first + second)
    told = sent(signals)
    assert len(told) == 2 and {report.feedback_id for report in second} >= set(told[1].feedback_ids)


def test_an_outage_of_what_was_told_days_before_is_no_other_problem(service: Service, usual: State) -> None:
    _, signals = play(service.days(28, 32) + service.of(NEW, 28, 31) + service.at_once(NEW, 31, 12), usual)
    assert len({signal.issue for signal in sent(signals)}) == 1


@pytest.mark.parametrize(("hour", "times"), [(12.5, 1), (15.0, 2)])
def test_what_strikes_again_after_it_had_ended_is_told_once_more_and_when_it_had_ended(
    service: Service, usual: State, hour: float, times: int
) -> None:
    first = service.at_once(NEW, 28, 12)
    again = service.at_once(NEW, 28, 12, at=hour)
    _, signals = play(service.days(28, 29) + first + again, usual)
    told = sent(signals)
    assert len(told) == times and len({signal.issue for signal in told}) == 1
    assert [signal.ended for signal in told] == [None, first[-1].at][:times]
    assert set(told[-1].feedback_ids) <= {report.feedback_id for report in (again if times == 2 else first)}


def test_a_second_outbreak_is_told_within_its_first_reports_and_once(service: Service, usual: State) -> None:
    again = service.at_once(NEW, 28, 20, at=15.0)
    _, signals = play(service.days(28, 29) + service.at_once(NEW, 28, 12) + again, usual)
    [_, second] = sent(signals)
    assert second.kind == "surge" and second.observed == 5
