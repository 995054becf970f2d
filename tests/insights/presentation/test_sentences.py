import datetime as dt
from typing import Any

import pytest

from feedback.record.states import OutcomeVerdict
from insights.presentation import formats, sentences
from insights.presentation.schemas import MeasuredChange, SignalView
from insights.presentation.service_schemas import DetectionHealth

NOW = dt.datetime(2026, 3, 11, 9, 0, tzinfo=dt.UTC)  # a Wednesday
LONDON = "Europe/London"


def signal(**changes: Any) -> SignalView:
    facts: dict[str, Any] = {
        "kind": "surge",
        "tier": "signal",
        "since": dt.datetime(2026, 3, 6, 12, tzinfo=dt.UTC),
        "detected_at": NOW,
        "observed": 27,
        "expected": 1.2,
        "score": 9.0,
        "window_hours": 48.0,
        "by_channel": {"call": 27},
        "feedback_ids": [],
        "evidence": {},
    }
    return SignalView(**facts | changes)


def said(**changes: Any) -> str:
    return sentences.evidence(signal(**changes), NOW, LONDON)


def test_evidence_is_one_sentence_that_says_how_many_how_unusual_since_when_and_by_which_way() -> None:
    assert said() == "27 reports in 48 h (normally about 1 in that time), since Friday 6 March; by phone only"


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        (9.0, "(normally about 9 in that time): three times as often as before, growing since Friday 6 March"),
        (2.4, "(normally about 2 in that time): 14 times as often as before, growing since Friday 6 March"),
        (0.02, "(normally none in that time), growing since Friday 6 March"),
    ],
)
def test_what_grew_over_weeks_says_how_many_times_as_often_and_since_when(expected: float, text: str) -> None:
    told = said(expected=expected, window_hours=1008.0, evidence={"scale": "slow"})
    assert told == f"27 reports in 6 weeks {text}; by phone only"
    yesterday = NOW - dt.timedelta(days=1)
    at_once = said(expected=expected, window_hours=1008.0, evidence={"scale": "slow"}, since=yesterday)
    assert at_once.endswith(", since 09:00 yesterday; by phone only") and "growing" not in at_once


def test_what_grew_over_weeks_names_the_time_that_it_is_held_against() -> None:
    held_against = ["2026-01-05T09:00:00+00:00", "2026-01-28T09:00:00+00:00"]
    told = said(expected=9.0, window_hours=1008.0, evidence={"scale": "slow", "held_against": held_against})
    assert ": three times as often as from 5 January 2026 to 28 January 2026, growing since" in told


def test_what_struck_again_says_when_it_had_ended() -> None:
    told = said(evidence={"again_after": "2026-03-11T08:10:00+00:00"}, since=NOW - dt.timedelta(minutes=30))
    assert told.endswith(", since 08:30 today; by phone only; again, after it had ended at 08:10 today")


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        (0.01, "none"),
        (0.3, "none or one"),
        (0.97, "none or one"),
        (1.0, "about 1"),
        (3.4, "about 3"),
        (12.4, "about 12"),
        (1234.0, "about 1,234"),
    ],
)
def test_what_is_normal_is_told_in_whole_reports_of_the_time_that_was_counted(expected: float, text: str) -> None:
    assert f"(normally {text} in that time)," in said(expected=expected)


@pytest.mark.parametrize(("hours", "text"), [(1, "1 h"), (48, "48 h"), (72, "3 days"), (100, "100 h"), (168, "7 days")])
def test_a_window_is_in_hours_or_whole_days(hours: float, text: str) -> None:
    assert f" in {text} (normally" in said(window_hours=float(hours))


@pytest.mark.parametrize(
    ("begun", "text"),
    [
        (dt.datetime(2026, 3, 11, 8, 30, tzinfo=dt.UTC), "08:30 today"),
        (dt.datetime(2026, 3, 10, 23, 30, tzinfo=dt.UTC), "23:30 yesterday"),
        (dt.datetime(2026, 3, 5, 9, tzinfo=dt.UTC), "Thursday 5 March"),
        (dt.datetime(2026, 3, 4, 9, tzinfo=dt.UTC), "4 March 2026"),
    ],
)
def test_the_beginning_is_named_as_people_would(begun: dt.datetime, text: str) -> None:
    assert formats.since(begun, NOW, LONDON) == text


def test_the_day_is_that_of_the_service() -> None:
    summer, late = dt.datetime(2026, 7, 1, 12, tzinfo=dt.UTC), dt.datetime(2026, 6, 30, 23, 30, tzinfo=dt.UTC)
    assert formats.since(late, summer, LONDON) == "00:30 today"
    assert formats.since(late, summer, "UTC") == "23:30 yesterday"


@pytest.mark.parametrize(
    ("by_channel", "text"),
    [
        ({"web": 9, "sms": 1}, "mostly on the website"),
        ({"sms": 5, "web": 6, "call": 2}, "on the website, by text message and by phone"),
        ({}, "no channel known"),
    ],
)
def test_the_ways_are_told_the_most_used_first(by_channel: dict[str, int], text: str) -> None:
    assert said(by_channel=by_channel).endswith(f"; {text}")


def test_one_report_is_not_many() -> None:
    assert said(observed=1).startswith("1 report in")


def test_counts_by_channel_begin_with_the_largest() -> None:
    assert formats.channel_counts({"web": 3, "call": 1_200}) == "phone 1,200, website 3"


@pytest.mark.parametrize(
    ("change", "interval", "says"),
    [
        (-0.62, (-0.75, -0.44), "−62% (from −75% to −44%)"),
        (0.1, (-0.2, 12.0), "+10% (from −20% to tenfold or more)"),
        (None, None, ""),
    ],
)
def test_a_change_is_told_with_its_interval(
    change: float | None, interval: tuple[float, float] | None, says: str
) -> None:
    assert (
        sentences.change_with_interval(MeasuredChange(1.0, 1.0, change, interval, None, OutcomeVerdict.WORKED)) == says
    )


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("signal surge", "Noticed: more reports than usual"),
        ("watch new", "Watched: new problem"),
        ("good_news new", "Good news"),
        ("signal ended", "Noticed: it is over"),
        ("split off", "Split off"),
    ],
)
def test_the_history_of_an_issue_is_told_in_the_words_of_the_pages(what: str, text: str) -> None:
    assert sentences.happened(what) == text


def test_where_nothing_was_sent_nothing_is_said_of_false_alarms_among_it() -> None:
    quiet = DetectionHealth("sure", "", 0.02, 1.0, 1.0, 0, 0, 0.0, 0.0)
    assert sentences.track_record(quiet) == "In 1 week no warning was given. A false alarm may come about once a year."
