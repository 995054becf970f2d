import datetime as dt

from insights.pages import charts

MONDAY = dt.date(2026, 3, 2)


def days(count: int) -> list[tuple[dt.date, int, int]]:
    return [(MONDAY + dt.timedelta(days=number), number, 10) for number in range(count)]


def test_a_short_history_has_a_bar_for_each_day() -> None:
    found = charts.bars(days(3), [(MONDAY, "New form"), (MONDAY, "Letters sent")])
    assert found[0] == charts.Bar(MONDAY, 0, 10, ("New form", "Letters sent"))
    assert [bar.count for bar in found] == [0, 1, 2]


def test_a_long_history_is_summed_by_weeks_that_begin_on_monday_and_loses_nothing() -> None:
    found = charts.bars(days(140), [(MONDAY + dt.timedelta(days=8), "New form")])
    assert len(found) == 20
    assert all(bar.begin.weekday() == 0 for bar in found)
    assert sum(bar.count for bar in found) == sum(range(140))
    assert found[1].marks == ("New form",)


def test_the_figure_holds_the_counts_and_marks_what_was_changed() -> None:
    drawn = charts.figure(charts.bars(days(3), [(MONDAY, "<b>New</b> form")]))
    assert drawn["data"][0]["x"] == ["2026-03-02", "2026-03-03", "2026-03-04"]
    assert drawn["data"][0]["y"] == [0, 1, 2]
    assert [shape["x0"] for shape in drawn["layout"]["shapes"]] == ["2026-03-02"]
    assert drawn["layout"]["annotations"][0]["text"] == "&lt;b>New&lt;/b> form"


def test_a_line_goes_from_left_to_right_and_up_to_the_highest() -> None:
    assert charts.sparkline([0, 4, 2], width=12, height=10) == "1.0,9.0 6.0,1.0 11.0,5.0"
    assert charts.sparkline([0, 0], width=12, height=10) == "1.0,9.0 11.0,9.0"
    assert charts.sparkline([]) == ""
