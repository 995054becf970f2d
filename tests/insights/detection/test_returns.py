"""A resolved issue that comes back, and one that does not."""

from dataclasses import replace
from typing import Any

import pytest

from insights.detection.detector import ActiveIssue, Observation, State
from tests.insights.detection.streams import DAY, NEW, START, Service, play, sent

BROKEN = 14
ISSUE = f"topic {BROKEN}"


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def before(service: Service) -> list[Observation]:
    """Four weeks, in which it was reported five times a day; it was resolved after them."""
    return [*(r for r in service.days(0, 42) if r.issue != ISSUE), *service.of(BROKEN, 0, 28, 5)]


def back(service: Service, **changes: Any) -> list[Observation]:
    return [replace(report, **changes) for report in service.of(BROKEN, 40, 43, 3)]


@pytest.mark.parametrize("changes", [{}, {"channel": "call"}, {"issue": None}, {"issue": "of another refit"}])
def test_it_is_a_regression_within_ten_reports(
    service: Service, before: list[Observation], changes: dict[str, Any]
) -> None:
    resolved = {ISSUE: service.resolved(BROKEN, 28)}
    _, signals = play(before + back(service, **changes), resolved=resolved)
    [signal] = [signal for signal in sent(signals) if signal.since >= START + 28 * DAY]
    assert (signal.kind, signal.issue) == ("regression", ISSUE)
    assert signal.observed <= 10 and signal.since >= START + 40 * DAY


def test_what_was_said_before_it_was_resolved_is_no_return(service: Service, before: list[Observation]) -> None:
    until = [report for report in before if report.at < START + 29 * DAY] + service.of(BROKEN, 25, 28, 15)
    _, signals = play(until, resolved={ISSUE: service.resolved(BROKEN, 28)})
    assert "regression" not in {signal.kind for signal in signals}


def test_a_stray_report_is_no_return(service: Service, before: list[Observation]) -> None:
    strays = [service.report(BROKEN, START + day * DAY) for day in (31, 36, 41)]
    _, signals = play(before + strays, resolved={ISSUE: service.resolved(BROKEN, 28)})
    assert not [signal for signal in sent(signals) if signal.issue == ISSUE]


def test_a_new_problem_beside_it_is_not_its_return(service: Service, before: list[Observation]) -> None:
    _, signals = play(before + service.of(NEW, 38, 42), resolved={ISSUE: service.resolved(BROKEN, 28)})
    assert {signal.kind for signal in sent(signals) if signal.since >= START + 28 * DAY} == {"new"}


def test_a_signal_ends_when_its_issue_is_resolved(service: Service, before: list[Observation]) -> None:
    standing = ActiveIssue(ISSUE, START + 20 * DAY, START + 28 * DAY)
    history = tuple(sorted((r for r in before if r.at < START + 28 * DAY), key=lambda r: r.at))
    state, _ = play(service.day(28), State(history, (standing,)), resolved={ISSUE: service.resolved(BROKEN, 28)})
    assert not state.active
