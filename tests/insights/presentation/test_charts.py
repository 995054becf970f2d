import datetime as dt

from insights.presentation import charts

MONDAY = dt.date(2026, 3, 2)


def days(count: int) -> list[tuple[dt.date, int, int]]:
    """Numbered from a Monday on; before it four weeks of one report a day."""
    before = [(MONDAY - dt.timedelta(days=back), 1, 10) for back in range(28, 0, -1)]
    return before + [(MONDAY + dt.timedelta(days=number), number, 10) for number in range(count)]


def test_a_short_history_has_a_bar_for_each_day() -> None:
    found = charts.bars(days(3), [(MONDAY, "New form"), (MONDAY, "Letters sent")])
    assert (found[0].begin, found[0].count, found[0].total) == (MONDAY, 0, 10)
    assert found[0].marks == ("New form", "Letters sent")
    assert [bar.count for bar in found] == [0, 1, 2]


def test_each_bar_says_what_is_usual_by_the_four_weeks_before_it() -> None:
    found = charts.bars(days(3), [])
    assert found[0].usual is not None and 0.9 < found[0].usual.expected < 1.1
    assert found[0].usual.low <= 1 <= found[0].usual.high


def test_a_services_first_week_tells_too_little_of_what_is_usual() -> None:
    silent = [(MONDAY - dt.timedelta(days=back), 0, 0) for back in range(28, 0, -1)]
    begun = [(MONDAY + dt.timedelta(days=number), 1, 10) for number in range(9)]
    assert [bar.usual is not None for bar in charts.bars(silent + begun, [])] == [False] * 7 + [True] * 2


def test_a_long_history_is_summed_by_weeks_that_begin_on_monday_and_loses_nothing() -> None:
    found = charts.bars(days(140), [(MONDAY + dt.timedelta(days=8), "New form")])
    assert len(found) == 20
    assert all(bar.begin.weekday() == 0 for bar in found)
    assert sum(bar.count for bar in found) == sum(range(140))
    assert found[1].marks == ("New form",)
    assert found[0].usual is not None and 6 < found[0].usual.expected < 8


def test_a_bank_holiday_is_marked_by_the_day_and_not_by_the_week() -> None:
    assert [bar.bank_holiday for bar in charts.bars(days(3), [], {MONDAY})] == [True, False, False]
    assert not any(bar.bank_holiday for bar in charts.bars(days(140), [], {MONDAY}))


def test_a_quiet_bank_holiday_is_expected_to_be_quiet_and_changes_nothing_for_the_days_after_it() -> None:
    usual = [(MONDAY + dt.timedelta(days=number), 3, 30) for number in range(-28, 20)]
    quiet = [(day, 0, 1) if day == MONDAY else (day, own, total) for day, own, total in usual]
    holiday, *later = charts.bars(quiet, [], {MONDAY})
    _, *as_ever = charts.bars(usual, [])
    assert holiday.usual is not None and holiday.usual.low == 0 and holiday.usual.expected < 0.2
    for bar, same in zip(later, as_ever, strict=True):
        assert bar.usual is not None and same.usual is not None
        assert abs(bar.usual.expected - same.usual.expected) < 0.02


def test_the_figure_names_the_bank_holidays_once_and_tells_each_by_its_day() -> None:
    drawn = charts.figure(charts.bars(days(3), [], {MONDAY, MONDAY + dt.timedelta(days=1)}))
    stripes = drawn["layout"]["shapes"]
    assert [stripe["x0"] for stripe in stripes] == ["2026-03-01T12:00:00", "2026-03-02T12:00:00"]
    assert [stripe["showlegend"] for stripe in stripes] == [True, False]
    assert drawn["data"][-1]["customdata"] == [
        "2 March 2026, Bank holiday: 0 of 10",
        "3 March 2026, Bank holiday: 1 of 10",
        "4 March 2026: 2 of 10",
    ]


def test_the_figure_holds_the_counts_and_the_band_and_marks_what_was_changed() -> None:
    drawn = charts.figure(charts.bars(days(3), [(MONDAY, "<b>New</b> form")]))
    low, high, counts = drawn["data"]
    assert counts["x"] == low["x"] == high["x"] == ["2026-03-02", "2026-03-03", "2026-03-04"]
    assert counts["y"] == [0, 1, 2]
    assert counts["zorder"] > max(line.get("zorder", 0) for line in (low, high))
    assert all(lowest <= highest for lowest, highest in zip(low["y"], high["y"], strict=True))
    assert [shape["x0"] for shape in drawn["layout"]["shapes"]] == ["2026-03-02"]
    assert drawn["layout"]["annotations"][0]["text"] == "&lt;b>New&lt;/b> form"


def test_a_time_of_which_nothing_is_known_is_a_gap_in_the_band_and_no_wedge() -> None:
    silent = [(MONDAY + dt.timedelta(days=number), 0, 0) for number in range(3, 63)]
    again = [(MONDAY + dt.timedelta(days=number), 1, 10) for number in range(63, 80)]
    *bands, _ = charts.figure(charts.bars([*days(3), *silent, *again], []))["data"]
    assert len(bands) == 4 and [band["showlegend"] for band in bands] == [False, True, False, False]
    assert bands[0]["x"][-1] < bands[2]["x"][0]
