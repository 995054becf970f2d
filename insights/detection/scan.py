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

import numpy as np

from insights.detection.observation import FloatArray, Indices, Mask, Vectors
from insights.detection.statistics.gamma_poisson import (
    BASELINE_HOURS,
    LEAST_RATIO,
    LEAST_REPORTS,
    WEEK_HOURS,
    Counts,
    Exposure,
    expected,
    gamma_poisson_scores,
)
from nlp.embed.vectors import unit

RADII = np.array([0.30, 0.34, 0.38, 0.43, 0.49, 0.57, 0.68, 0.82])
"""Cosines, the widest region first. A wider region holds more reports, but of several things."""

ROUNDING = 1e-6
"""How far below a radius a similarity still counts as within it."""

CONTRAST_SIMILARITY = 0.28
"""The similarity from which what was said before is what a finding is held against in a contrast."""

CONTRAST_PENALTY = 0.5
"""What a contrast must be more unlikely by (as a power of ten): its direction is chosen with the data in view."""

CONTRAST_MARGINS = (0.0, 0.05, 0.10)
FEWEST_IN_CONTRAST = 5

RIM_SHARE = 0.2
"""The share of a region's members that make its rim."""

WORTHWHILE_SCORE = 2.0
"""A score about the report itself below which moving the centre finds nothing either."""


@dataclass(frozen=True, slots=True)
class Region:
    """All that lies within `radius` (a cosine) of `centre` (d,), and nearer to it, by `margin`, than to `beside` (d,).

    Regions of active issues are stored under these names (`state.py`).
    """

    centre: Vectors
    radius: float
    beside: Vectors | None = None
    margin: float = 0.0

    def depth(self, vectors: Vectors) -> FloatArray:
        """Tell how far inside each of the vectors (..., d) lies; negative outside."""
        similarity = vectors @ self.centre
        depth = similarity - self.radius
        if self.beside is not None:
            depth = np.where(similarity - vectors @ self.beside >= self.margin, depth, -1.0)
        return np.asarray(depth, np.float64)

    def without_rim(self, members: Vectors) -> Region:
        """Draw the region in to leave out the sparse rim of its members (n, d).

        It was chosen wide, and is to hold no other issue's reports.
        """
        rim = max(float(np.quantile(self.depth(members), RIM_SHARE)), 0.0)
        return replace(self, radius=self.radius + rim)


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """The rows that may count: smoothed vectors (m, d), ages (m,) in hours, weights (m,). The last row is the new one.

    `fresh` (m,) marks those that may count in a window. The others (explained by what has been signalled, or learnt
    late) only tell what was there before it.
    """

    smooth: Vectors
    ages: FloatArray
    weight: FloatArray
    fresh: Mask


@dataclass(frozen=True, slots=True)
class Reference:
    """What a count is held against: windows in hours (w,), the service's volume in them, how much its rates wander."""

    windows: FloatArray
    volume: Exposure
    rate_variance: float = 0.01
    least: int = LEAST_REPORTS


@dataclass(frozen=True, slots=True)
class Cluster:
    """A region and a window in which too much is said, as the scan literature calls it.

    `before` and `expected` are weighted reports in the baseline, and expected in the window.
    `inside` (m,) marks which rows of the `Neighbourhood` lie in the region, of whatever age.
    """

    score: float
    region: Region
    window: float
    before: float
    expected: float
    inside: Mask


def scan(near: Neighbourhood, reference: Reference) -> Cluster | None:
    """Find the cluster about the last row that is least likely to be chance; None where nothing stands out."""
    here = near.smooth @ near.smooth[-1]
    here[-1] = 1.0
    lately = near.fresh & (near.ages < reference.windows[-1])
    if ((here >= RADII[0]) & lately).sum() < reference.least:
        return None
    scores = _tested(here[:, None], near, reference)[0][0]
    best = scores.max(axis=0)
    if best.max() < WORTHWHILE_SCORE:
        return None
    level = scores.argmax(axis=0)
    starts = [
        near.fresh & (here >= RADII[level[window]] - ROUNDING) & (near.ages < reference.windows[window])
        for window in np.flatnonzero(best > 0)
    ]
    found = _with_contrast(starts, near, reference)
    moved = _with_contrast([near.fresh & found.inside & (near.ages < found.window)], near, reference)
    return max(found, moved, key=lambda cluster: cluster.score)


def has_risen(group: Mask, near: Neighbourhood, reference: Reference) -> bool:
    """Tell whether a group of rows (m,), taken as it is, was said more than usual in any window."""
    windows, ages = reference.windows, np.sort(near.ages[group])
    k = np.searchsorted(np.sort(near.ages[group & near.fresh]), windows).astype(float)
    b = (np.searchsorted(ages, windows + BASELINE_HOURS) - np.searchsorted(ages, windows)).astype(float)
    return bool(((k >= reference.least) & (k >= LEAST_RATIO * expected(k, b, reference.volume))).any())


def cluster_about(groups: Sequence[Mask], near: Neighbourhood, reference: Reference) -> tuple[Cluster, Vectors]:
    """Find the best cluster about the centre of any of these groups of rows, and the similarity (m,) to that centre."""
    sums = np.array([near.weight[group] @ near.smooth[group] for group in groups], np.float32)
    similarity = near.smooth @ unit(sums).T
    for column, (group, total) in enumerate(zip(groups, sums, strict=True)):
        similarity[group, column] = _to_the_others(near.smooth[group], near.weight[group], total)
    column, found = _best(similarity, near, reference)
    return replace(found, region=replace(found.region, centre=unit(sums[column]))), similarity[:, column]


def cluster_at(centre: Vectors, near: Neighbourhood, reference: Reference) -> Cluster:
    """Find the best cluster about a centre (d,) that is known from before."""
    _, found = _best((near.smooth @ centre)[:, None], near, reference)
    return replace(found, region=replace(found.region, centre=centre))


def _with_contrast(groups: Sequence[Mask], near: Neighbourhood, reference: Reference) -> Cluster:
    """The best cluster about any of these groups, or the same region less what lies nearer to the old reports in it."""
    found, similarity = cluster_about(groups, near, reference)
    old = (near.ages >= found.window) & (similarity >= CONTRAST_SIMILARITY)
    if old.sum() < FEWEST_IN_CONTRAST:
        return found
    total = np.asarray(near.weight[old] @ near.smooth[old], np.float32)
    beside = unit(total)
    to_old = near.smooth @ beside
    to_old[old] = _to_the_others(near.smooth[old], near.weight[old], total)
    lead = similarity - to_old
    columns = np.where(lead[:, None] > np.array(CONTRAST_MARGINS), similarity[:, None], -1.0)
    column, contrast = _best(columns, near, reference)
    region = Region(found.region.centre, contrast.region.radius, beside, CONTRAST_MARGINS[column])
    contrast = replace(contrast, score=contrast.score - CONTRAST_PENALTY, region=region)
    return max(found, contrast, key=lambda cluster: cluster.score)


def _to_the_others(vectors: Vectors, weight: FloatArray, total: Vectors) -> Vectors:
    """The similarity of each vector to the centre of all the others."""
    along = vectors @ total
    rest = total @ total - 2 * weight * along + weight**2
    return np.asarray((along - weight) / np.sqrt(np.maximum(rest, 1e-9)), np.float32)


def _best(similarity: Vectors, near: Neighbourhood, reference: Reference) -> tuple[int, Cluster]:
    """The least likely of all columns, radii and windows; the centre of its region is set by the caller."""
    scores, expected, counts = _tested(similarity, near, reference)
    column, level, window = np.unravel_index(int(scores.argmax()), scores.shape)
    cell = (column, level, window)
    return int(column), Cluster(
        score=float(scores[cell]),
        region=Region(near.smooth[-1], float(RADII[level])),
        window=float(reference.windows[window]),
        before=float(counts.baseline[cell]),
        expected=float(expected[cell]),
        inside=similarity[:, column] >= RADII[level] - ROUNDING,
    )


def _tested(similarity: Vectors, near: Neighbourhood, reference: Reference) -> tuple[FloatArray, FloatArray, Counts]:
    """Scores, what was expected and what there is: (c, radii, windows) for (m, c) similarities to c centres."""
    counts = _counts(similarity, near, reference.windows)
    scores = gamma_poisson_scores(counts, reference.volume, reference.rate_variance, reference.least)
    return *scores, counts


def _counts(similarity: Vectors, near: Neighbourhood, windows: FloatArray) -> Counts:
    edges, in_window, a_week_on = _edges(tuple(windows.tolist()))
    shape = similarity.shape[1], len(RADII) + 1, len(edges) + 1
    level = np.searchsorted(RADII - ROUNDING, similarity.T, side="right")
    age = np.searchsorted(edges, near.ages, side="right")
    column, row = np.nonzero(level)
    cell = (column * shape[1] + level[column, row]) * shape[2] + age[row]

    def within(weight: FloatArray) -> FloatArray:
        count = np.bincount(cell, weight[row], int(np.prod(shape))).reshape(shape)
        return np.asarray(np.cumsum(np.cumsum(count[:, ::-1], axis=1)[:, ::-1][:, 1:], axis=2), np.float64)

    everything = within(near.weight)
    fresh = everything if near.fresh.all() else within(near.weight * near.fresh)
    younger = everything[:, :, in_window]
    return Counts(fresh[:, :, in_window], everything[:, :, -1:] - younger, everything[:, :, a_week_on] - younger)


@cache
def _edges(windows: tuple[float, ...]) -> tuple[FloatArray, Indices, Indices]:
    """The ages at which windows and the weeks before them end, in order; which of them end each window and its week."""
    ends = np.array(windows)
    edges = np.union1d(ends, ends + WEEK_HOURS)
    return edges, np.searchsorted(edges, ends), np.searchsorted(edges, ends + WEEK_HOURS)
