"""Charts that the server draws as SVG."""

import datetime as dt

from insights.detection.statistics.trend import Band
from insights.presentation.charts import Bar
from insights.presentation.markup import drawing

DAY = dt.date(2026, 3, 2)


def bar(at: int, count: int, band: tuple[float, float] | None = None, marks: tuple[str, ...] = ()) -> Bar:
    usual = Band(sum(band) / 2, *band) if band else None
    return Bar(DAY + dt.timedelta(days=at), count, 10, marks, usual)


def test_charts_of_one_list_are_drawn_on_one_scale_and_nothing_has_no_bar() -> None:
    most = drawing.scale([[0, 4], [2, 1]])
    assert most == 4
    assert drawing.bars([0, 4], most) == "M1.1 100v-100h0.8v100z"
    assert drawing.bars([2, 0], most) == "M0.1 100v-50h0.8v50z"
    assert drawing.scale([]) == drawing.scale([[0, 0]]) == 1


def test_one_report_beside_thousands_is_still_seen() -> None:
    assert drawing.bars([1], 10_000) == "M0.1 100v-4h0.8v4z"


def test_days_are_read_out_by_the_week_that_ends_today() -> None:
    assert drawing.by_week([9] * 3 + [1] * 7 + [2] * 7) == [27, 7, 14]
    assert drawing.by_week([1] * 14) == [7, 7]
    assert drawing.each_by_week({"a": [1] * 14, "b": [0] * 14}) == {"a": [7, 7], "b": [0, 0]}


def test_the_band_goes_step_by_step_and_has_a_gap_where_nothing_is_known() -> None:
    found = [bar(0, 1, (1, 2)), bar(1, 3, (1, 4)), bar(2, 0), bar(3, 2, (0, 2))]
    assert drawing.usual(found, 4) == "M0 75V50H1V0H2V75H1V75H0zM3 100V50H4V100H3z"
    assert drawing.usual([bar(0, 1)], 4) == ""


def test_the_band_stays_in_sight_and_flattens_no_bar() -> None:
    assert drawing.most_drawn([bar(0, 3, (0, 5))]) == 5
    assert drawing.most_drawn([bar(0, 3, (0, 50))]) == 6
    assert drawing.most_drawn([]) == 1


def test_what_was_changed_is_marked_through_the_middle_of_its_bar() -> None:
    found = [bar(0, 1), bar(1, 1, marks=("New form",))]
    assert drawing.uprights(drawing.places(found, "marks")) == "M1.5 0V100"
    assert drawing.columns(drawing.places(found, "bank_holiday")) == ""
