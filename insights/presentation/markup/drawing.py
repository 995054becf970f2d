"""Counts over time as SVG that the server draws: small enough for a row, or as wide as a page. No script is needed.

A coordinate system of its own: a bar is one unit wide, and `HEIGHT` is the height of all. The page stretches it
(`preserveAspectRatio="none"`); what is to be read stands in HTML around it, at the size of all other text.
"""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from itertools import groupby
from typing import Literal, TypeVar

from insights.detection.statistics.trend import Band
from insights.presentation.charts import Bar

RowKey = TypeVar("RowKey", bound=Hashable)

HEIGHT = 100
BAR_WIDTH = 0.8
LEAST_HEIGHT = 4
"""What is not nothing is seen, however much more there was elsewhere."""
DAYS_A_WEEK = 7


def scale(rows: Iterable[Collection[int]]) -> int:
    """Returns the highest count of several small charts, on which all of them are drawn, so that they compare."""
    return max((max(counts, default=0) for counts in rows), default=0) or 1


def bars(counts: Sequence[int], most: float) -> str:
    """Returns the path of a chart's bars, the first at the left; `most` is as high as the chart. Nothing has no bar."""
    heights = {count: f"{_height(count, most):g}" for count in set(counts)}
    return "".join(
        f"M{at + (1 - BAR_WIDTH) / 2:g} {HEIGHT}v-{heights[count]}h{BAR_WIDTH:g}v{heights[count]}z"
        for at, count in enumerate(counts)
        if count
    )


def _height(count: int, most: float) -> float:
    return round(max(LEAST_HEIGHT, HEIGHT * min(count / most, 1)), 1)


def by_week(counts: Sequence[int]) -> list[int]:
    """Sums counts day by day into weeks, the latest last, for whoever is read the chart."""
    first = len(counts) % DAYS_A_WEEK
    starts = range(first, len(counts), DAYS_A_WEEK)
    return [sum(counts[:first])] * bool(first) + [sum(counts[start : start + DAYS_A_WEEK]) for start in starts]


def each_by_week(rows: Mapping[RowKey, Sequence[int]]) -> dict[RowKey, list[int]]:
    """Sums each of several rows into weeks: beside one bad day of one row the days of others are too low to be read."""
    return {key: by_week(counts) for key, counts in rows.items()}


def most_drawn(found: Sequence[Bar]) -> int:
    """Returns the count at the top of a chart with a band: the band stays in sight, but no bar is flattened by it."""
    highest = max((bar.count for bar in found), default=0)
    usual = max((bar.usual.high for bar in found if bar.usual), default=0)
    return max(highest, min(round(usual), 2 * highest), 1)


def usual(found: Sequence[Bar], most: float) -> str:
    """Returns the path of the band of the usual: a step a bar, and a gap where nothing tells what is usual."""
    steps = [(at, bar.usual) for at, bar in enumerate(found)]
    runs = [list(run) for known, run in groupby(steps, key=lambda step: step[1] is not None) if known]
    return "".join(_outline([(at, band) for at, band in run if band], most) for run in runs)


def _outline(run: Sequence[tuple[int, Band]], most: float) -> str:
    """Along the upper edge, and back along the lower."""
    upper = "".join(f"V{_level(band.high, most):g}H{at + 1}" for at, band in run)
    lower = "".join(f"V{_level(band.low, most):g}H{at}" for at, band in reversed(run))
    return f"M{run[0][0]} {_level(run[0][1].low, most):g}{upper}{lower}z"


def _level(count: float, most: float) -> float:
    return round(HEIGHT * (1 - min(count / most, 1)), 1)


def uprights(places: Iterable[int]) -> str:
    """Returns the path of lines from top to bottom through the middle of these bars."""
    return "".join(f"M{at + 0.5:g} 0V{HEIGHT}" for at in places)


def columns(places: Iterable[int]) -> str:
    """Returns the path of these bars' whole columns."""
    return "".join(f"M{at} 0h1v{HEIGHT}h-1z" for at in places)


def places(found: Sequence[Bar], what: Literal["bank_holiday", "marks"]) -> list[int]:
    """Returns the places of the bars that are bank holidays, or on which something was changed."""
    return [at for at, bar in enumerate(found) if getattr(bar, what)]
