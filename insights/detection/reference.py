"""What a scan holds counts against: the rows about a report, and how unlikely their number is, by radius and window."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Protocol

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
from insights.detection.statistics.weekly import weekly_scores

RADII = np.array([0.30, 0.34, 0.38, 0.43, 0.49, 0.57, 0.68, 0.82])
"""Cosines, the widest region first. A wider region holds more reports, but of several things."""

ROUNDING = 1e-6
"""How far below a radius a similarity still counts as within it."""


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
class Tested:
    """Some regions tested: -log10 of the p-values, reports expected in the window, reports before it; each of the shape
    (regions, radii, windows)."""

    score: FloatArray
    expected: FloatArray
    before: FloatArray


class Reference(Protocol):
    """What a scan holds counts against: its windows in hours (w,), the `least` reports that are a finding, the test."""

    @property
    def windows(self) -> FloatArray: ...

    @property
    def least(self) -> int: ...

    def tested(self, similarity: Vectors, near: Neighbourhood) -> Tested:
        """Test every radius about centres to which the rows have these similarities (m, c), in every window."""


@dataclass(frozen=True, slots=True)
class RecentReference:
    """The four weeks before a window of at most two weeks, by the service's volume and by how much its rates wander."""

    windows: FloatArray
    volume: Exposure
    rate_variance: float = 0.01
    least: int = LEAST_REPORTS

    def tested(self, similarity: Vectors, near: Neighbourhood) -> Tested:
        """Test every radius about centres to which the rows have these similarities (m, c), in every window."""
        counts = _counts(similarity, near, self.windows)
        score, usual = gamma_poisson_scores(counts, self.volume, self.rate_variance, self.least)
        return Tested(score, usual, counts.baseline)

    def has_risen(self, group: Mask, near: Neighbourhood) -> bool:
        """Tell whether a group of rows (m,), taken as it is, was said more than usual in any window."""
        windows, ages = self.windows, np.sort(near.ages[group])
        k = np.searchsorted(np.sort(near.ages[group & near.fresh]), windows).astype(float)
        b = (np.searchsorted(ages, windows + BASELINE_HOURS) - np.searchsorted(ages, windows)).astype(float)
        return bool(((k >= self.least) & (k >= LEAST_RATIO * expected(k, b, self.volume))).any())


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


@dataclass(frozen=True, slots=True)
class WeeklyReference:
    """Up to a year of weeks before windows of several weeks (w,): `volume` (weeks,) by week, the newest first."""

    weeks: Indices
    volume: FloatArray
    step_variance: float
    least: int

    @property
    def windows(self) -> FloatArray:
        return np.asarray(self.weeks * WEEK_HOURS, np.float64)

    def tested(self, similarity: Vectors, near: Neighbourhood) -> Tested:
        """Test every radius about centres to which the rows have these similarities (m, c), in every window."""
        level = np.searchsorted(RADII - ROUNDING, similarity, side="right")
        week = (near.ages // WEEK_HOURS).astype(np.intp)
        row, column = np.nonzero((level > 0) & (week < len(self.volume))[:, None])
        shape = similarity.shape[1], len(RADII), len(self.volume)
        cell = np.ravel_multi_index((column, level[row, column] - 1, week[row]), shape)

        def within(weight: FloatArray) -> FloatArray:
            count = np.bincount(cell, weight[row], int(np.prod(shape))).reshape(shape)
            return np.asarray(np.cumsum(count[:, ::-1], axis=1)[:, ::-1], np.float64)

        own, fresh = within(near.weight), within(near.weight * near.fresh)
        return Tested(*weekly_scores(own, fresh, self.volume, self.weeks, self.step_variance, self.least))
