"""What slowly gets worse over weeks, and stands out on no day."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import pytest

from feedback.record.states import Scale
from insights.detection import drift
from insights.detection.active_issues import ResolvedIssue
from insights.detection.drift import Drifts, Told
from insights.detection.judgement import SLOW_SHARE
from insights.detection.observation import Observation
from insights.detection.statistics.baseline import Baseline
from tests.insights.detection.streams import DAY, NEW, START, Service, nameless

WEEKS_KNOWN = 16
TODAY = 7 * WEEKS_KNOWN
NOW = START + TODAY * DAY
A_DAY = 15


@pytest.fixture(scope="module")
def service() -> Service:
    return Service(6)


@pytest.fixture(scope="module")
def usual(service: Service) -> list[Observation]:
    return service.days(0, TODAY, A_DAY)


def trickle(service: Service, weeks: int = 4) -> list[Observation]:
    """A new thing: none, then one every other day."""
    return [report for day in range(TODAY - 7 * weeks, TODAY, 2) for report in service.of(NEW, day, day + 1, 1)]


def look(
    said: Sequence[Observation],
    told: Sequence[Told] = (),
    resolved: dict[str, ResolvedIssue] | None = None,
    now: dt.datetime = NOW,
    tolerance: float = 0.02,
) -> Drifts:
    by_time = sorted(said, key=lambda one: one.at)
    since = now - dt.timedelta(days=3)
    return drift.look(by_time, told, resolved or {}, now, since=since, tolerance=tolerance, baseline=Baseline())


def test_what_trickles_in_is_found_once_with_what_it_rests_on(service: Service, usual: list[Observation]) -> None:
    new = trickle(service.again())
    found = look([*usual, *new])
    [it] = found.findings
    assert (it.kind, it.tier, it.scale) == ("new", "signal", Scale.SLOW)
    assert it.window >= 14 * 24 and it.observed >= 6 > 10 * it.expected
    assert set(it.keys) <= {one.key for one in new} and dict.fromkeys(it.keys, it.issue) == found.joined
    assert it.since >= NOW - 4 * 7 * DAY
    begin, end = it.held_against or (NOW, NOW)
    assert begin < START + 8 * DAY < end and end == NOW - dt.timedelta(hours=it.window)


def test_what_may_be_chance_is_watched_once_and_moves_nothing(service: Service, usual: list[Observation]) -> None:
    said = [*usual, *trickle(service.again())]
    [sure] = look(said).findings
    borne = sure.chance / SLOW_SHARE / 2  # half of what chance brings: too little to be sure
    found = look(said, tolerance=borne)
    [it] = found.watched
    assert (it.kind, it.tier, it.scale) == ("new", "watch", Scale.SLOW) and set(it.keys) & set(sure.keys)
    assert found.findings == () and not found.joined
    assert look(said).watched == () == look(usual).watched


def test_nothing_is_found_where_nothing_grows_nor_on_a_busy_fortnight(
    service: Service, usual: list[Observation]
) -> None:
    busy = service.again().days(TODAY - 14, TODAY, 2 * A_DAY)
    assert look(usual).findings == () == look([*usual, *busy]).findings


def test_what_a_signal_has_told_of_is_not_told_again(service: Service, usual: list[Observation]) -> None:
    found = look(said := [*usual, *trickle(service.again())])
    told = [Told(it.issue, it.since, NOW) for it in found.findings]
    moved = [one if one.key not in found.joined else _of(one, found.joined[one.key]) for one in said]
    assert found.findings and look(moved, told).findings == ()


def test_what_was_said_of_an_issue_before_it_was_resolved_raises_nothing(
    service: Service, usual: list[Observation]
) -> None:
    mended = [_of(one, "mended") for one in trickle(service.again())]
    assert look([*usual, *mended]).findings
    resolved = {"mended": ResolvedIssue(NOW, service.centres[NEW])}
    assert look([*usual, *mended], resolved=resolved).findings == ()


def test_what_slowly_triples_is_a_surge_of_its_issue(service: Service, usual: list[Observation]) -> None:
    more = service.again().of(7, TODAY - 28, TODAY, 3)
    [it] = look([*usual, *more]).findings
    assert (it.kind, it.issue, it.centroid) == ("surge", "topic 7", None)


def test_two_months_of_history_are_needed(service: Service) -> None:
    said = nameless([*service.again().days(TODAY - 49, TODAY, A_DAY), *trickle(service)])
    assert look(said).findings == ()
    assert look([]).findings == ()


def test_praise_that_grows_is_good_news_and_no_problem(service: Service, usual: list[Observation]) -> None:
    praise = [replace(one, evidence=False, praise=True) for one in trickle(service.again())]
    worse = look([*usual, *praise])
    said = sorted([*usual, *praise], key=lambda one: one.at)

    def better(told: Sequence[Told]) -> Drifts:
        since = NOW - dt.timedelta(days=3)
        return drift.good_news(worse.index, said, told, NOW, since=since, tolerance=0.02, baseline=Baseline())

    [news] = better([]).findings
    assert worse.findings == () and (news.tier, news.kind) == ("good_news", "new")
    assert set(news.keys) <= {one.key for one in praise}
    mine = [_of(one, news.issue) if one.key in news.keys else one for one in said]
    for row, one in enumerate(mine):
        worse.index.rows["issue"][row] = worse.index.code(one.issue)
    assert better([Told(news.issue, news.since, NOW)]).findings == ()


def _of(report: Observation, issue: str) -> Observation:
    return Observation(report.feedback_id, report.at, report.vector, report.channel, issue=issue, key=report.key)
