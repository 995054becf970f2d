"""What stands: which report is one more of it, and what it explains."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from feedback.record.states import SignalTier
from insights.detection.active_issues import ActiveIssues
from insights.detection.candidates import Candidate
from insights.detection.detector import ActiveIssue, Observation
from insights.detection.index import ObservationIndex
from insights.detection.observation import Vectors, hours
from insights.detection.scan import Region
from nlp.embed.vectors import unit
from tests.insights.detection.streams import START

NOW = START + dt.timedelta(hours=12)
RNG = np.random.default_rng(3)
BADGE, PARKING, LIGHTS, ELSEWHERE = np.eye(64, dtype=np.float32)[:4]


def said(about: Vectors, count: int, issue: str | None) -> list[Observation]:
    vectors = unit(about + 0.05 * RNG.normal(size=(count, 64)).astype(np.float32))
    return [Observation(str(RNG.integers(10**9)), START, vector, "web", issue=issue) for vector in vectors]


def standing(reports: Sequence[Observation], radius: float) -> tuple[ObservationIndex, ActiveIssues]:
    index = ObservationIndex(reports)
    region = Region(index.whitened(BADGE), radius)
    active = ActiveIssue("badge", START, NOW, region, 0.1, SignalTier.SIGNAL, NOW)
    return index, ActiveIssues(index, [active], {}, hours(NOW))


@pytest.mark.parametrize(("about", "issue"), [(BADGE, "badge"), (unit(LIGHTS + 0.3 * BADGE), None)])
def test_a_report_is_one_more_of_an_issue_when_its_neighbours_are_near_and_not_for_want_of_nearer_ones(
    about: Vectors, issue: str | None
) -> None:
    reports = said(BADGE, 20, "badge") + said(PARKING, 20, None) + said(about, 1, None)
    _, stands = standing(reports, 0.9)
    assert stands.issue_of(len(reports) - 1) == issue


def test_all_that_an_issue_was_told_with_is_explained_by_it_the_rim_too() -> None:
    reports = said(BADGE, 6, "badge") + said(unit(BADGE + PARKING), 2, "badge") + said(PARKING, 20, None)
    _, stands = standing(reports, 0.95)
    assert stands.explained().tolist() == [True] * 8 + [False] * 20


NEWS = 5


def news(about: Vectors, hour: float, *, issue: str | None = None, channel: str = "web") -> list[Observation]:
    at = START + dt.timedelta(hours=hour)
    return [replace(report, at=at, channel=channel) for report in said(about, NEWS, issue)]


def more_of(
    found: Sequence[Observation], likeness: float | None = None, channel: str | None = None, window: float = 24.0
) -> str | None:
    """What these are more of, in a service that tells of blue badges since its first hour.

    `likeness`: of the middle of what was found to that of the badges; their own, where none is given.
    """
    others = said(LIGHTS, 300, None) + said(PARKING, 300, None)
    index, stands = standing([*said(BADGE, 20, "badge"), *others, *found], 0.9)
    assert index.rows["evidence"].all()
    places = np.arange(620, 620 + NEWS)
    centre = unit(index.smooth[places].sum(axis=0)) if likeness is None else beside(stands, likeness)
    region = Region(centre, 0.5)
    candidate = Candidate("neighbourhood", 0.001, 6.0, window, 0.0, 0.1, recent=places, members=places, region=region)
    return stands.known_as(candidate, centre, None if channel is None else index.code(channel))


def beside(stands: ActiveIssues, likeness: float) -> Vectors:
    """So like the middle of what was said of blue badges."""
    centre = stands.region(stands.by_id["badge"]).centre
    apart = unit(RNG.normal(size=64).astype(np.float32) * (np.abs(centre) < 0.1))
    return unit(likeness * centre + np.sqrt(1 - likeness**2) * apart)


@pytest.mark.parametrize(("hour", "issue"), [(0, "badge"), (400, None)])
def test_what_begins_long_after_an_issue_has_to_be_more_like_it(hour: int, issue: str | None) -> None:
    assert more_of(news(ELSEWHERE, hour), 0.45) == issue
    assert more_of(news(ELSEWHERE, hour), 1.0) == "badge"
    assert more_of(news(BADGE, hour)) == "badge"


def test_what_a_refit_put_into_an_issue_is_more_of_it_though_it_is_worded_otherwise() -> None:
    assert more_of(news(ELSEWHERE, 20), 0.2) is None
    assert more_of(news(ELSEWHERE, 20, issue="badge"), 0.2) == "badge"
    assert more_of(news(ELSEWHERE, 400, issue="badge"), 0.2) is None


@pytest.mark.parametrize(("hour", "issue"), [(20, "badge"), (100, None)])
def test_two_that_began_in_the_same_days_are_parts_of_one_if_they_are_alike_before_whitening(
    hour: int, issue: str | None
) -> None:
    assert more_of(news(unit(BADGE + PARKING), hour), 0.2) == issue


@pytest.mark.parametrize(("hour", "issue"), [(20, "badge"), (30, None)])
def test_what_strikes_within_hours_a_day_after_an_issue_began_is_another_though_their_words_are_akin(
    hour: int, issue: str | None
) -> None:
    akin = unit(BADGE + PARKING)
    assert more_of(news(akin, hour), 0.2, window=3.0) == more_of(news(akin, hour), 0.45, window=3.0) == issue
    assert more_of(news(akin, hour), 0.45, window=24.0) == "badge", "what is told of days began within days"
    assert more_of(news(akin, hour, issue="badge"), 0.2, window=3.0) == issue, "the issue lies elsewhere"
    assert more_of(news(akin, hour, issue="badge"), 0.58, window=3.0) == "badge", "a refit knows better"


def test_what_one_rare_channel_brings_is_no_more_of_an_issue_that_is_not_heard_there() -> None:
    assert more_of(news(BADGE, 0), channel="web") == "badge"
    assert more_of(news(BADGE, 0, channel="call"), channel="call") is None
