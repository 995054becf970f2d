"""Counts over time: the bars of a chart, with what is usual, and the same as a Plotly figure for who wants to zoom."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from feedback.i18n import _
from feedback.i18n.formats import calendar_names, long_date
from insights.detection.statistics.trend import BASELINE_DAYS, Band, band

WEEKLY_FROM_DAYS = 120  # days; more bars than that are too thin to tell apart
LEARNING_DAYS = 7  # days of a service's first feedback, which tell too little of what is usual to draw it


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart: a day, or a week by its Monday.

    It holds the reports of the issue (`count`) and of the whole service (`total`), and what was changed then (`marks`).
    `usual` is what was to be expected, where the four weeks before tell it. `bank_holiday` says whether a day is one;
    no week is.
    """

    begin: dt.date
    count: int
    total: int
    marks: tuple[str, ...] = ()
    usual: Band | None = None
    bank_holiday: bool = False


def bars(
    days: Sequence[tuple[dt.date, int, int]],
    marks: Iterable[tuple[dt.date, str]],
    bank_holidays: Collection[dt.date] = (),
) -> list[Bar]:
    """Makes the bars of `days` (day, the issue's count, the service's; the earliest first).

    Long histories are summed by the week. The four weeks before what is to be shown come first: they tell what is
    usual, and have no bar.
    """
    weekly = len(days) - BASELINE_DAYS >= WEEKLY_FROM_DAYS
    begin, span = (_monday, 7) if weekly else (_itself, 1)
    said: dict[dt.date, list[str]] = {}
    for day, what in marks:
        said.setdefault(begin(day), []).append(what)
    found = [
        Bar(start, sum(day[1] for day in part), sum(day[2] for day in part), tuple(said.get(start, ())))
        for start, group in groupby(days, key=lambda day: begin(day[0]))
        for part in [list(group)]
    ]
    usual = band([bar.count for bar in found], [bar.total for bar in found], BASELINE_DAYS // span)
    told = next((place for place, bar in enumerate(found) if bar.total), len(found)) + max(1, LEARNING_DAYS // span)
    drawn = [
        replace(bar, usual=each if at >= told else None, bank_holiday=not weekly and bar.begin in bank_holidays)
        for at, (bar, each) in enumerate(zip(found, usual, strict=True))
    ]
    return drawn[BASELINE_DAYS // span :]


def _monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())


def _itself(day: dt.date) -> dt.date:
    return day


def figure(found: Sequence[Bar]) -> dict[str, Any]:
    """Draws the bars in Plotly's terms; colours and fonts come from the page."""
    marked = [bar for bar in found if bar.marks]
    return {
        "calendar": calendar_names(),
        "data": [
            *_usual(found),
            {
                "type": "bar",
                "x": [bar.begin.isoformat() for bar in found],
                "y": [bar.count for bar in found],
                "customdata": [_told(bar) for bar in found],
                "hovertemplate": "%{customdata}<extra></extra>",
                "showlegend": False,
                "zorder": 1,  # before the band, which would hide them
            },
        ],
        "layout": {
            "xaxis": {"type": "date", "tickformat": "%-d %b", "fixedrange": True},
            "yaxis": {"title": {"text": _("Reports")}, "rangemode": "tozero", "fixedrange": True, "tickformat": "~d"},
            "legend": {"orientation": "h", "x": 1, "xanchor": "right", "y": 1.02, "yanchor": "bottom"},
            "shapes": [*_bank_holidays(found), *(_line(bar) for bar in marked)],
            "annotations": [_note(bar) for bar in marked],
        },
    }


def _told(bar: Bar) -> str:
    """What is said of a bar that is pointed at."""
    of_all = _("%(count)s of %(total)s", count=bar.count, total=bar.total)
    day = f"{long_date(bar.begin)}, {_('Bank holiday')}" if bar.bank_holiday else long_date(bar.begin)
    return f"{day}: {of_all}"


def _usual(found: Sequence[Bar]) -> list[dict[str, Any]]:
    """The band, as two lines and what lies between them: two more after each time of which nothing is known."""
    runs = [list(run) for known, run in groupby(found, key=lambda bar: bar.usual is not None) if known]
    return [trace for place, run in enumerate(runs) for trace in _band(run, in_legend=not place)]


def _band(run: Sequence[Bar], *, in_legend: bool) -> list[dict[str, Any]]:
    known = [(bar.begin.isoformat(), bar.usual) for bar in run if bar.usual]
    line = {"type": "scatter", "mode": "lines", "x": [day for day, _ in known], "hoverinfo": "skip"}
    upper = {"y": [usual.high for _, usual in known], "fill": "tonexty", "name": _("Usual"), "showlegend": in_legend}
    return [{**line, "y": [usual.low for _, usual in known], "showlegend": False}, {**line, **upper}]


def _bank_holidays(found: Sequence[Bar]) -> list[dict[str, Any]]:
    """A stripe over each; the legend names the first for all."""
    days = [dt.datetime.combine(bar.begin, dt.time()) for bar in found if bar.bank_holiday]
    half = dt.timedelta(hours=12)
    across = {"type": "rect", "opacity": 0.2, "y0": 0, "y1": 1, "yref": "paper", "name": _("Bank holiday")}
    return [
        {**across, "x0": (day - half).isoformat(), "x1": (day + half).isoformat(), "showlegend": day == days[0]}
        for day in days
    ]


def _line(bar: Bar) -> dict[str, Any]:
    at = bar.begin.isoformat()
    return {"type": "line", "x0": at, "x1": at, "y0": 0, "y1": 1, "yref": "paper", "line": {"dash": "dot", "width": 2}}


def _note(bar: Bar) -> dict[str, Any]:
    text = "; ".join(bar.marks)[:60].replace("<", "&lt;")  # Plotly reads a little HTML in its texts
    return {"x": bar.begin.isoformat(), "y": 1, "yref": "paper", "yanchor": "top", "showarrow": False, "text": text}
