"""In which order findings need somebody."""

import dataclasses
import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from insights.today import words as notices
from insights.today.priority import NeedFacts, Reason, priority

NOW = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
USUAL = NeedFacts(
    score=5.0,
    chance=0.001,
    caveats=0,
    severity=0.5,
    reports=10,
    usual=2.0,
    pace="steady",
    window_hours=48.0,
    last_report_at=NOW - dt.timedelta(minutes=20),
)
OUTAGE = dataclasses.replace(USUAL, window_hours=3.0)


def weight(**other: object) -> float:
    return priority(dataclasses.replace(USUAL, **other), NOW).weight  # type: ignore[arg-type]


def test_the_surer_the_severer_and_the_more_the_sooner() -> None:
    assert weight(score=6.0) > weight() > weight(score=3.5)
    assert weight(severity=0.9) > weight() > weight(severity=0.4)
    assert weight(reports=40) > weight() > weight(reports=4)
    assert weight(usual=8.0) < weight()


def test_what_grows_comes_before_what_ebbs_and_each_doubt_counts() -> None:
    assert weight(pace="growing") > weight() > weight(pace="ebbing")
    assert weight() > weight(caveats=1) > weight(caveats=2)


def test_what_is_harmless_but_reported_by_many_is_not_lost() -> None:
    assert weight(severity=0.0, reports=400) > weight(severity=1.0, reports=4)


def test_an_outage_is_one_only_as_long_as_it_lives() -> None:
    assert priority(OUTAGE, NOW).is_outage and "outage" in priority(OUTAGE, NOW).reasons
    assert not priority(USUAL, NOW).is_outage
    assert priority(dataclasses.replace(OUTAGE, pace="ebbing"), NOW).is_outage, "fewer report it, and it is not over"
    assert not priority(OUTAGE, NOW + dt.timedelta(hours=4)).is_outage
    assert not priority(dataclasses.replace(OUTAGE, is_over=True), NOW).is_outage


@given(
    st.floats(0, 300), st.integers(0, 6), st.floats(0, 1), st.integers(0, 10_000), st.floats(0, 10_000),
    st.sampled_from(["growing", "steady", "ebbing"]),
)  # fmt: skip
@settings(max_examples=50, deadline=None)
def test_every_finding_has_a_place_and_reasons_in_words(
    score: float, caveats: int, severity: float, reports: int, usual: float, pace: str
) -> None:
    facts = NeedFacts(score, 0.01, caveats, severity, reports, usual, pace, 48.0, NOW)  # type: ignore[arg-type]
    found = priority(facts, NOW)
    assert found.weight >= 0 and found.reasons
    assert all(notices.PRIORITY_REASONS[reason] for reason in found.reasons)


def test_every_reason_has_words() -> None:
    assert set(notices.PRIORITY_REASONS) == set(Reason.__args__)  # type: ignore[attr-defined]
