"""Where too much is said: neighbourhoods of a new report, tested in several windows of time and at several radii.

A scan statistic (Kulldorff 1997) in the space of meanings instead of that of places. It starts from the new report,
moves to the centre of the recent reports near it, and tests every radius around that centre; then the same region
without the part that lies nearer to the old reports beside it (a contrast). Each report is compared with a centre that
it had no share in, so that no report finds itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from insights.detection.index import Places, Vectors
from insights.detection.statistics.gamma_poisson import (
    BASELINE,
    LEAST_RATIO,
    LEAST_REPORTS,
    WEEK,
    Counts,
    Exposure,
    Floats,
    expected,
    surprise,
)
from nlp.embed.vectors import unit

Mask: TypeAlias = NDArray[np.bool_]

RADII = np.array([0.30, 0.34, 0.38, 0.43, 0.49, 0.57, 0.68, 0.82])
"""A wider region holds more reports, but of several things."""

AMONG = 0.28
"""The similarity from which what was said before is what a finding is held against in a contrast."""

CONTRAST = 0.5
"""What a contrast must be more unlikely by (as a power of ten): its direction is chosen with the data in view."""
MARGINS = (0.0, 0.05, 0.10)
FEWEST_BESIDE = 5
RIM = 0.2
"""The share of a region's members that make its rim."""
WORTHWHILE = 2.0
"""A score about the report itself below which moving the centre finds nothing either."""


@dataclass(frozen=True, slots=True)
class Region:
    """All that lies within `radius` (cosine) of `centre`, and nearer to it, by `margin`, than to `beside`."""

    centre: Vectors
    radius: float
    beside: Vectors | None = None
    margin: float = 0.0

    def depth(self, vectors: Vectors) -> Floats:
        """How far inside each vector lies; negative outside."""
        likeness = vectors @ self.centre
        depth = likeness - self.radius
        if self.beside is not None:
            depth = np.where(likeness - vectors @ self.beside >= self.margin, depth, -1.0)
        return np.asarray(depth, np.float64)

    def drawn(self, members: Vectors) -> Region:
        """Without the sparse rim of these: it was chosen wide, and is to hold no other issue's reports."""
        rim = max(float(np.quantile(self.depth(members), RIM)), 0.0)
        return replace(self, radius=self.radius + rim)


@dataclass(frozen=True, slots=True)
class Nearby:
    """The rows that may count: (m, d) smooth vectors, (m,) ages in hours, (m,) weights. The last row is the new one.

    `fresh`: those that may count in a window; the others (explained by what has been signalled, or learnt late) only
    tell what was there before it.
    """

    smooth: Vectors
    ages: Floats
    weight: Floats
    fresh: Mask


@dataclass(frozen=True, slots=True)
class Ruler:
    """What a count is held against: the windows, the service's volume in them, and how restless its rates are."""

    windows: Floats
    volume: Exposure
    restless: float = 0.01
    least: int = LEAST_REPORTS


@dataclass(frozen=True, slots=True)
class Find:
    """A region where too much is said. `inside`: (m,) which rows of `Nearby` lie in it, of whatever age."""

    score: float
    region: Region
    window: float
    observed: float
    before: float
    expected: float
    inside: Mask


def scan(near: Nearby, ruler: Ruler) -> Find | None:
    """The most surprising region about the last row, None where nothing is."""
    here = near.smooth @ near.smooth[-1]
    here[-1] = 1.0
    if not enough(here >= RADII[0], near, ruler):
        return None
    scores = _tested(here[:, None], near, ruler)[0][0]
    best = scores.max(axis=0)
    if best.max() < WORTHWHILE:
        return None
    level = scores.argmax(axis=0)
    starts = [
        near.fresh & (here >= RADII[level[place]] - 1e-6) & (near.ages < ruler.windows[place])
        for place in np.flatnonzero(best > 0)
    ]
    found = _around(starts, near, ruler)
    moved = _around([near.fresh & found.inside & (near.ages < found.window)], near, ruler)
    return max(found, moved, key=lambda find: find.score)


def enough(group: Mask, near: Nearby, ruler: Ruler) -> bool:
    """Whether as many of these rows were said lately as any finding takes."""
    return bool((group & near.fresh & (near.ages < ruler.windows[-1])).sum() >= ruler.least)


def risen(group: Mask, near: Nearby, ruler: Ruler) -> bool:
    """Whether these rows, taken as they are, were said more than usual in any window."""
    windows, ages = ruler.windows, np.sort(near.ages[group])
    k = np.searchsorted(np.sort(near.ages[group & near.fresh]), windows).astype(float)
    b = (np.searchsorted(ages, windows + BASELINE) - np.searchsorted(ages, windows)).astype(float)
    return bool(((k >= ruler.least) & (k >= LEAST_RATIO * expected(k, b, ruler.volume))).any())


def about(groups: Sequence[Mask], near: Nearby, ruler: Ruler) -> Find:
    """The most surprising region about the centre of any of these groups of rows."""
    return _about(groups, near, ruler)[0]


def at(centre: Vectors, near: Nearby, ruler: Ruler) -> Find:
    """The most surprising region about a centre that is known from before."""
    _, found = _best((near.smooth @ centre)[:, None], near, ruler)
    return replace(found, region=replace(found.region, centre=centre))


def _about(groups: Sequence[Mask], near: Nearby, ruler: Ruler) -> tuple[Find, Vectors]:
    sums = np.array([near.weight[group] @ near.smooth[group] for group in groups], np.float32)
    likeness = near.smooth @ unit(sums).T
    for column, (group, total) in enumerate(zip(groups, sums, strict=True)):
        likeness[group, column] = _without_own(near.smooth[group], near.weight[group], total)
    column, found = _best(likeness, near, ruler)
    return replace(found, region=replace(found.region, centre=unit(sums[column]))), likeness[:, column]


def _around(groups: Sequence[Mask], near: Nearby, ruler: Ruler) -> Find:
    """The same, or such a region in contrast."""
    found, likeness = _about(groups, near, ruler)
    return max(found, _contrast(found, likeness, near, ruler), key=lambda find: find.score)


def _without_own(vectors: Vectors, weight: Floats, total: Vectors) -> Vectors:
    """The similarity of each vector to the centre of all the others."""
    along = vectors @ total
    rest = total @ total - 2 * weight * along + weight**2
    return np.asarray((along - weight) / np.sqrt(np.maximum(rest, 1e-9)), np.float32)


def _contrast(find: Find, likeness: Vectors, near: Nearby, ruler: Ruler) -> Find:
    """The same region, less what lies nearer to the centre of the old reports in it; `find` where there are few."""
    old = (near.ages >= find.window) & (likeness >= AMONG)
    if old.sum() < FEWEST_BESIDE:
        return find
    total = np.asarray(near.weight[old] @ near.smooth[old], np.float32)
    beside = unit(total)
    nearness = near.smooth @ beside
    nearness[old] = _without_own(near.smooth[old], near.weight[old], total)
    lead = likeness - nearness
    columns = np.where(lead[:, None] > np.array(MARGINS), likeness[:, None], -1.0)
    column, found = _best(columns, near, ruler)
    region = Region(find.region.centre, found.region.radius, beside, MARGINS[column])
    return replace(found, score=found.score - CONTRAST, region=region)


def _best(likeness: Vectors, near: Nearby, ruler: Ruler) -> tuple[int, Find]:
    scores, expected, counts = _tested(likeness, near, ruler)
    column, level, window = np.unravel_index(int(scores.argmax()), scores.shape)
    cell = (column, level, window)
    return int(column), Find(
        score=float(scores[cell]),
        region=Region(near.smooth[-1], float(RADII[level])),
        window=float(ruler.windows[window]),
        observed=float(counts.window[cell]),
        before=float(counts.baseline[cell]),
        expected=float(expected[cell]),
        inside=likeness[:, column] >= RADII[level] - 1e-6,
    )


def _tested(likeness: Vectors, near: Nearby, ruler: Ruler) -> tuple[Floats, Floats, Counts]:
    """Scores, what was expected and what there is: (c, radii, windows) for (m, c) similarities to c centres."""
    counts = _counts(likeness, near, ruler.windows)
    return *surprise(counts, ruler.volume, ruler.restless, ruler.least), counts


def _counts(likeness: Vectors, near: Nearby, windows: Floats) -> Counts:
    edges, in_window, a_week_on = _cuts(tuple(windows.tolist()))
    shape = likeness.shape[1], len(RADII) + 1, len(edges) + 1
    level = np.searchsorted(RADII - 1e-6, likeness.T, side="right")
    age = np.searchsorted(edges, near.ages, side="right")
    column, row = np.nonzero(level)
    cell = (column * shape[1] + level[column, row]) * shape[2] + age[row]

    def within(weight: Floats) -> Floats:
        count = np.bincount(cell, weight[row], int(np.prod(shape))).reshape(shape)
        return np.asarray(np.cumsum(np.cumsum(count[:, ::-1], axis=1)[:, ::-1][:, 1:], axis=2), np.float64)

    everything = within(near.weight)
    fresh = everything if near.fresh.all() else within(near.weight * near.fresh)
    younger = everything[:, :, in_window]
    return Counts(fresh[:, :, in_window], everything[:, :, -1:] - younger, everything[:, :, a_week_on] - younger)


@cache
def _cuts(windows: tuple[float, ...]) -> tuple[Floats, Places, Places]:
    """The ages at which windows and the weeks before them end, in order; which of them end each window and its week."""
    ends = np.array(windows)
    edges = np.union1d(ends, ends + WEEK)
    return edges, np.searchsorted(edges, ends), np.searchsorted(edges, ends + WEEK)
