"""What stands: which report is one more of it, and what it explains."""

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pytest

from insights.detect import Active, Report
from insights.noticing.memory import Memory, Vectors, hours
from insights.noticing.scan import Region
from insights.noticing.standing import Standing
from nlp.directions import unit
from tests.insights.noticing.streams import START

NOW = START + dt.timedelta(hours=12)
RNG = np.random.default_rng(3)
BADGE, PARKING, LIGHTS = np.eye(64, dtype=np.float32)[:3]


def said(about: Vectors, count: int, issue: str | None) -> list[Report]:
    vectors = unit(about + 0.05 * RNG.normal(size=(count, 64)).astype(np.float32))
    return [Report(str(RNG.integers(10**9)), START, vector, "web", issue=issue) for vector in vectors]


def standing(reports: Sequence[Report], radius: float) -> tuple[Memory, Standing]:
    memory = Memory(reports)
    region = Region(memory.whitened(BADGE), radius)
    active = Active("badge", START, NOW, region, 0.1, "signal", NOW)
    return memory, Standing(memory, [active], {}, hours(NOW))


@pytest.mark.parametrize(("about", "issue"), [(BADGE, "badge"), (unit(LIGHTS + 0.3 * BADGE), None)])
def test_a_report_is_one_more_of_an_issue_when_its_neighbours_are_near_and_not_for_want_of_nearer_ones(
    about: Vectors, issue: str | None
) -> None:
    reports = said(BADGE, 20, "badge") + said(PARKING, 20, None) + said(about, 1, None)
    _, stands = standing(reports, 0.9)
    assert stands.belongs(len(reports) - 1) == issue


def test_all_that_an_issue_was_told_with_is_explained_by_it_the_rim_too() -> None:
    reports = said(BADGE, 6, "badge") + said(unit(BADGE + PARKING), 2, "badge") + said(PARKING, 20, None)
    _, stands = standing(reports, 0.95)
    assert stands.owned().tolist() == [True] * 8 + [False] * 20


@pytest.mark.parametrize(("hour", "issue"), [(0, "badge"), (400, None)])
def test_what_begins_long_after_an_issue_has_to_be_more_like_it(hour: int, issue: str | None) -> None:
    memory, stands = standing(said(BADGE, 20, "badge") + said(LIGHTS, 300, None) + said(PARKING, 300, None), 0.9)
    centre = stands.region(stands.active["badge"]).centre
    beside = unit(0.45 * centre + 0.89 * unit(RNG.normal(size=64).astype(np.float32) * (np.abs(centre) < 0.1)))
    assert stands.more_of(beside, hours(START) + hour, None) == issue
    assert stands.more_of(centre, hours(START) + hour, None) == "badge"
    assert memory.rows["evidence"].all()


def test_what_one_rare_channel_brings_is_no_more_of_an_issue_that_is_not_heard_there() -> None:
    memory, stands = standing(said(BADGE, 20, "badge") + said(PARKING, 20, None), 0.9)
    centre = stands.region(stands.active["badge"]).centre
    assert stands.more_of(centre, hours(START), memory.code("web")) == "badge"
    assert stands.more_of(centre, hours(START), memory.code("call")) is None
