"""Since when an issue is reported and how sure it is, in a few words and then in sentences."""

import datetime as dt
import uuid
from typing import Any

import msgspec
import pytest

from feedback.record.states import SignalTier
from insights.presentation import summaries
from insights.presentation.schemas import IssueView, SignalNow, SignalView
from insights.presentation.service_schemas import DetectionHealth

NOW = dt.datetime(2026, 3, 11, 9, 30, tzinfo=dt.UTC)  # a Wednesday
LONDON = "Europe/London"
HEALTH = DetectionHealth("sure", "", 0.02, 1.0, 26.0, 0, 0, 0.0, 0.0)


def ago(**times: float) -> dt.datetime:
    return NOW - dt.timedelta(**times)


def known(since: dt.datetime, channel: str = "web") -> SignalNow:
    return SignalNow(41, since, ago(minutes=4), "growing", {channel: 41}, channel, [])


def signal(since: dt.datetime, channel: str = "web", **more: Any) -> SignalView:
    evidence = {"chance": 1e-6}
    return SignalView("new", "signal", since, NOW, 8, 0.02, 9.0, 1344.0, {channel: 8}, [], evidence, **more)  # type: ignore[arg-type]


def watched(since: dt.datetime) -> SignalView:
    return msgspec.structs.replace(signal(since, now=known(since)), tier=SignalTier.WATCH)


def issue(**more: Any) -> IssueView:
    facts: dict[str, Any] = {
        "id": uuid.UUID(int=1),
        "service": "blue-badge",
        "title": "Photo will not upload",
        "keywords": [],
        "trend": "steady",
        "status": "open",
        "first_seen": ago(days=90),
        "last_seen": ago(minutes=4),
        "count": 12,
        "raw": 12,
        "by_channel": {"web": 12},
        "quotes": [],
    }
    return IssueView(**facts | more)


def since_when(**more: Any) -> tuple[str, str]:
    return summaries.since_when(issue(**more), NOW, LONDON)


def test_a_finding_tells_when_it_began_how_long_ago_how_many_came_and_whether_it_goes_on() -> None:
    short, more = since_when(signal=signal(ago(hours=3), now=known(ago(hours=3))))
    assert short == "New since 06:30 today (3 hours ago), and coming faster and faster."
    assert more == "41 reports since then; normally none in that time. The latest came at 09:26 today (4 minutes ago)."


def test_that_reports_slow_down_is_told_of_what_lasts_for_a_day_alone() -> None:
    for hours, told in ((3, False), (30, True)):
        since = ago(hours=hours)
        ebbing = msgspec.structs.replace(known(since), pace="ebbing")
        assert ("more slowly" in since_when(signal=signal(since, now=ebbing))[0]) == told


@pytest.mark.parametrize(
    ("last", "goes_on"),
    [
        ({"minutes": 50}, "but none for 50 minutes"),
        ({"minutes": 70}, "but none after 08:20 today"),
        ({"minutes": 9}, "and still coming"),
        ({"hours": 20}, "but none after 13:30 yesterday"),
    ],
)
def test_that_no_more_came_is_told_once_it_lasts_for_several_of_the_usual_gaps(
    last: dict[str, float], goes_on: str
) -> None:
    since = ago(hours=24)
    steady = msgspec.structs.replace(known(since), pace="steady", reports=401, last_report_at=ago(**last))
    assert since_when(signal=signal(since, now=steady))[0] == f"New since 09:30 yesterday (24 hours ago), {goes_on}."


def test_what_struck_again_says_so() -> None:
    again = signal(ago(hours=3), now=known(ago(hours=3)))
    again.evidence["again_after"] = ago(hours=20).isoformat()
    assert since_when(signal=again)[0] == "Again since 06:30 today (3 hours ago), and coming faster and faster."


def test_what_nobody_reported_before_says_so() -> None:
    first = signal(ago(minutes=40), now=known(ago(minutes=40)))
    short, more = since_when(signal=first, first_seen=ago(minutes=40))
    assert short == "New since 08:50 today, and coming faster and faster." and more.startswith(
        "41 reports since then; nothing like it was reported here before."
    )


@pytest.mark.parametrize(
    ("began", "short"),
    [
        ({"hours": 20}, "Perhaps since 13:30 yesterday (20 hours ago)"),
        ({"days": 3}, "Perhaps since Sunday 8 March (3 days ago)"),
        ({"weeks": 4}, "Perhaps since 11 February 2026 (4 weeks ago)"),
    ],
)
def test_a_beginning_is_told_by_the_calendar_and_by_how_long_ago_it_was(began: dict[str, float], short: str) -> None:
    assert since_when(watch=watched(ago(**began)))[0] == f"{short}, and coming faster and faster."


@pytest.mark.parametrize(
    ("began", "short"), [({"hours": 2}, "New since today"), ({"days": 3}, "New since Sunday 8 March (3 days ago)")]
)
def test_what_came_in_files_alone_has_days_and_no_times_which_are_made_up(began: dict[str, float], short: str) -> None:
    told = since_when(signal=signal(ago(**began), "import", now=known(ago(**began), "import")))
    assert told[0] == f"{short}, by the dates in the file." and "minutes" not in told[1]
    assert ("The latest is dated today." in told[1]) == ("today" not in short)


def test_what_is_watched_tells_how_many_where_how_many_are_usual() -> None:
    assert since_when(watch=watched(ago(weeks=4)))[1].startswith(
        "41 reports since then; normally none in that time. The latest came"
    )


def test_what_does_not_stand_out_tells_how_many_there_are_in_all() -> None:
    short, more = since_when()
    assert short == "11 December 2025 (12 weeks ago)."
    assert (
        more
        == "12 reports since then, in all. The latest came at 09:26 today (4 minutes ago). Numbers are about as usual."
    )
    assert since_when(first_seen=None, last_seen=None, count=0) == ("Nothing of it is kept.", "0 reports.")


def test_how_sure_it_is_begins_with_the_grade() -> None:
    short, more = summaries.how_sure(issue(signal=signal(ago(hours=3))), lambda: HEALTH)
    assert short == "Almost certainly real, not chance."
    assert (
        more == "By chance alone, so many would come together less than once in 100 years."
        " None of them is a copy, and none was entered in bulk."
    )
    assert summaries.how_sure(issue(), lambda: HEALTH)[0] == "It does not stand out now."
