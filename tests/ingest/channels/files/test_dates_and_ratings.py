"""Dates and ratings of every usual form are read right, or refused with their line."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from ingest.channels.dates import moment
from ingest.channels.files.ratings import RatingScale
from tests.ingest.channels.files.saved import LONDON, refused, taken

DATES = [
    *[
        "31-Mar-26",
        "46112",
        "Tue 31 Mar 2026",
        "31st March 2026",
        "March 31, 2026",
        "2026/03/31",
        "20260331",
        "31/3/26",
    ],
    *[
        "31.03.2026",
        "31 Mawrth 2026",
        "Dydd Mawrth 31 Mawrth 2026",
        "Tuesday, 31 March 2026",
        "31/03/2026 00:00",
        "31Mar2026",
    ],
]
TIMES = [
    *[
        "31/03/2026 9:30 AM",
        "31 Mar 2026 09:30",
        "2026-03-31T09:30:00.000+0100",
        "31/03/2026 at 9.30am",
        "46112.395833333336",
    ],
    *[
        "2026-03-31 08:30:00 UTC",
        "09:30 31/03/2026",
        "31/03/2026 09:30 BST",
        "2026/03/31 9:30:00 am GMT+1",
        "1774945800",
    ],
    *["Tue, 31 Mar 2026 09:30:00 +0100", "Tue Mar 31 2026 09:30:00 GMT+0100 (British Summer Time)", "1774945800000"],
]


@pytest.mark.parametrize("written", DATES)
def test_every_usual_form_of_a_date_is_read(written: str) -> None:
    assert moment(written) == dt.date(2026, 3, 31)


@pytest.mark.parametrize("written", TIMES)
def test_every_usual_form_of_a_time_is_read(written: str) -> None:
    assert moment(written) == dt.datetime(2026, 3, 31, 9, 30, tzinfo=LONDON)


@pytest.mark.parametrize(
    "written", ["31 Sept 2026", "29/02/2026", "31/04/2026", "31/31/2026", "Mar-26", "31/03/2026 25:00", "9"]
)
def test_what_is_no_day_is_refused_with_its_line(written: str) -> None:
    assert list(refused(f'text,date\nfine,1/4/2026\nwrong,"{written}"\n')) == [3]


def test_months_stand_first_only_where_the_column_says_so() -> None:
    american = "text,date\na,3/4/2026\nb,3/31/2026\n"
    assert [row.arrival.submitted_at for row in taken(american)] == [dt.date(2026, 3, 4), dt.date(2026, 3, 31)]
    mixed = "text,date\na,3/4/2026\nb,31/3/2026\nc,3/31/2026\n"
    assert [row.arrival.submitted_at for row in taken(mixed)] == [dt.date(2026, 4, 3), dt.date(2026, 3, 31)]
    assert list(refused(mixed)) == [4]


def test_times_are_those_of_the_service_and_clock_changes_are_kept() -> None:
    madrid = ZoneInfo("Europe/Madrid")
    assert moment("31/03/2026 09:30", madrid) == dt.datetime(2026, 3, 31, 7, 30, tzinfo=dt.UTC)
    assert moment("28/03/2026 12:00") == dt.datetime(2026, 3, 28, 12, tzinfo=dt.UTC)
    assert moment("29/03/2026 12:00") == dt.datetime(2026, 3, 29, 11, tzinfo=dt.UTC)
    twice = moment("25/10/2026 01:30")
    assert isinstance(twice, dt.datetime)
    assert twice.astimezone(dt.UTC) == dt.datetime(2026, 10, 25, 0, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("header", "given", "ratings"),
    [
        ("Rating", ["1", "3", "5"], [1, 3, 5]),
        ("Rating", ["0", "5", "10", "8"], [1, 3, 5, 4]),
        ("How likely (0-10)", ["2", "4"], [1, 2]),
        ("Stars", ["★★★★☆", "⭐⭐", "3 stars", "6"], [4, 2, 3, None]),
        ("Mood", ["😀", "🙂", "😐", "🙁", "😡", "☹️"], [5, 4, 3, 2, 1, 2]),
        (
            "Satisfied?",
            ["Very satisfied", "Fairly dissatisfied.", "Neither satisfied nor dissatisfied", "Don't know"],
            [5, 2, 3, None],
        ),
        ("Boddhad", ["Bodlon iawn", "Anfodlon", "Da", "Gwael iawn"], [5, 2, 4, 1]),
        (
            "Score",
            ["4/5", "8 out of 10", "80%", "5 - Excellent", "1 (Very poor)", "1 - Very satisfied"],
            [4, 4, 4, 5, 1, 5],
        ),
    ],
)
def test_ratings_of_every_kind_become_one_to_five(header: str, given: list[str], ratings: list[int | None]) -> None:
    scale = RatingScale.of(header, given)
    assert [scale.read(one) for one in given] == ratings


def test_a_rating_is_kept_as_it_was_given_too() -> None:
    rows = taken("text,rating\na,10\nb,0\nc,it was dreadful\n")
    assert [row.arrival.rating for row in rows] == [5, 1, None]
    assert [row.arrival.read_as["rating"] for row in rows] == ["10, of 10", "0, of 10", "given, and not read"]
