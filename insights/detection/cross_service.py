"""What several services hear at once: six with two reports each of the same thing are one signal, though none alone is.

A scan over the reports of all services together (see `insights.detection.scan`), each service's vectors centred on what
it usually hears, so that what is left is what is said rather than of which service. What lies near a report is held
against what all its services expect of such things together: the Gamma-Poisson test, its mean the sum over the
services, each measured against its own volume, so that a busy day of one or of all is no alarm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from insights.detection.observation import FloatArray, Indices, Mask, Vectors
from insights.detection.statistics.gamma_poisson import (
    LEAST_RATIO,
    PRIOR_REPORTS,
    WEEK_HOURS,
    Exposure,
    expected,
    exposure,
    tail_score,
)
from nlp.embed.vectors import unit

FEWEST_SERVICES = 2.5
"""The effective number of services (Simpson's reciprocal index: three that hear equally much are 3.0). What one or two
hear is their own matter, which they are told of by themselves.
"""

WINDOWS = np.array([24.0, 48.0, 96.0])
"""Hours."""

RATE_VARIANCE = 0.03
"""The squared variation of rates that is nothing new."""

RADII = np.arange(0.40, 0.96, 0.05)
"""Cosines; wider than within one service, as these vectors are not smoothed by their neighbours."""

CHANCES = 40.0
"""As of the scan of one service: of so many reports each finds something of a p-value of one in so many by chance."""

TOLERANCE = 0.02
"""False alarms a week, of all services together."""

FEWEST_STATEMENTS_TOGETHER = 100
FEWEST_HISTORY_DAYS = 14
"""Below these it is not known what is usual."""

MOST_CENTRES = 2_000
BLOCK_ROWS = 256
"""Recent reports that are looked about, the latest first; so many at once."""


@dataclass(frozen=True, slots=True)
class ServiceObservation:
    """One statement that may count, of any service.

    `vector` (d,) has length one; `age` is in hours. A `fresh` one was received when it was said, and nobody has
    signalled it yet.
    """

    service: int
    feedback_id: str
    vector: Vectors
    age: float
    fresh: bool = True


@dataclass(frozen=True, slots=True)
class SharedProblem:
    """The same thing in several services.

    `reports` are the pieces in the window, by service. `centre` (d,) is a unit vector among unwhitened ones. `score` is
    -log10 of the p-value; `chance` is how often a week chance alone would bring the like.
    """

    centre: Vectors
    reports: Mapping[int, tuple[str, ...]]
    window: float
    observed: int
    expected: float
    score: float
    chance: float


def shared_problems(observations: Sequence[ServiceObservation], tolerance: float = TOLERANCE) -> list[SharedProblem]:
    """Find what is beyond chance, the least likely first; each report is evidence for one thing alone."""
    if len(observations) < FEWEST_STATEMENTS_TOGETHER:
        return []
    if max(one.age for one in observations) < FEWEST_HISTORY_DAYS * 24:
        return []
    search = _Search(observations)
    found: list[SharedProblem] = []
    while (best := search.best()) and best.chance <= tolerance:
        found.append(best)
        search.explain(best)
    return found


class _Search:
    """The reports of all services at one moment, as arrays over them."""

    def __init__(self, observations: Sequence[ServiceObservation]) -> None:
        self._plain = np.array([one.vector for one in observations], np.float32)
        self._ages: FloatArray = np.array([max(one.age, 0.0) for one in observations])
        self._fresh: Mask = np.array([one.fresh for one in observations])
        self._ids = np.array([one.feedback_id for one in observations])
        self._services, self._service = np.unique([one.service for one in observations], return_inverse=True)
        pieces, self._piece = np.unique(self._ids, return_inverse=True)
        self._centred = self._plain.copy()
        for service in range(len(self._services)):
            mine = self._service == service
            self._centred[mine] -= self._plain[mine].mean(axis=0)
        self._centred = unit(self._centred)
        self._volume = self._exposures()
        self._pieces_a_week = len(pieces) / max(float(self._ages.max()), 24.0) * WEEK_HOURS

    def _exposures(self) -> Exposure:
        """(services, windows)."""
        ages = [self._ages[self._service == number] for number in range(len(self._services))]
        each = [exposure(mine, np.ones(len(mine)), WINDOWS) for mine in ages]
        names = ("window", "baseline", "usual", "last_week")
        return Exposure(*(np.array([getattr(one, name) for one in each]) for name in names))

    def best(self) -> SharedProblem | None:
        """Return the least likely neighbourhood of any recent report."""
        recent = np.flatnonzero(self._fresh & (self._ages < WINDOWS[-1]))
        centres = recent[np.argsort(self._ages[recent])][:MOST_CENTRES]
        found: list[SharedProblem | None] = []
        for start in range(0, len(centres), BLOCK_ROWS):
            similarity = self._centred[centres[start : start + BLOCK_ROWS]] @ self._centred.T
            found += [self._about(row, recent) for row in similarity]
        return max(filter(None, found), key=lambda problem: problem.score, default=None)

    def explain(self, found: SharedProblem) -> None:
        """Explain: what it rests on is evidence for nothing else."""
        mine = [identity for ids in found.reports.values() for identity in ids]
        self._fresh &= ~np.isin(self._ids, mine)

    def _about(self, similarity: Vectors, recent: Indices) -> SharedProblem | None:
        hopeful = recent[similarity[recent] >= RADII[0]]
        if len(np.unique(self._service[hopeful])) < FEWEST_SERVICES:
            return None
        found = [self._within(np.flatnonzero(similarity >= radius)) for radius in RADII]
        return max(filter(None, found), key=lambda problem: problem.score, default=None)

    def _within(self, rows: Indices) -> SharedProblem | None:
        """The least likely window of one region; the report that it was found by does not count."""
        k, b = self._counts(rows)
        total, prior = k.sum(axis=0), b + PRIOR_REPORTS
        services = effective_number(k)
        usual = (expected(k, b, self._volume) * (b + PRIOR_REPORTS / len(b)) / prior).sum(axis=0)
        may = (services >= FEWEST_SERVICES) & (total >= LEAST_RATIO * usual)
        if not may.any():
            return None
        unlikely = tail_score(np.maximum(total - 1, 1), b.sum(axis=0) + PRIOR_REPORTS, usual, RATE_VARIANCE)
        scores = np.where(may, unlikely, 0.0)
        window = int(scores.argmax())
        return self._problem(rows, window, float(usual[window]), float(scores[window]))

    def _counts(self, rows: Indices) -> tuple[FloatArray, FloatArray]:
        """Pieces in each window and before it: (services, windows) each. Of one piece the latest statement counts."""
        rows = rows[np.argsort(self._ages[rows], kind="stable")]
        rows = rows[np.unique(self._piece[rows], return_index=True)[1]]
        cell = self._service[rows], np.searchsorted(WINDOWS, self._ages[rows], side="right")
        shape = len(self._services), len(WINDOWS) + 1
        fresh, everything = np.zeros(shape), np.zeros(shape)
        np.add.at(fresh, cell, self._fresh[rows])
        np.add.at(everything, cell, 1.0)
        inside = np.cumsum(everything, axis=1)
        return np.cumsum(fresh, axis=1)[:, :-1], inside[:, -1:] - inside[:, :-1]

    def _problem(self, rows: Indices, window: int, usual: float, score: float) -> SharedProblem:
        recent = rows[self._fresh[rows] & (self._ages[rows] < WINDOWS[window])]
        reports = {
            int(self._services[number]): tuple(sorted(set(self._ids[recent[self._service[recent] == number]].tolist())))
            for number in np.unique(self._service[recent])
        }
        return SharedProblem(
            centre=unit(self._plain[recent].sum(axis=0)),
            reports=reports,
            window=float(WINDOWS[window]),
            observed=sum(map(len, reports.values())),
            expected=usual,
            score=score,
            chance=CHANCES * self._pieces_a_week * 10.0**-score,
        )


def effective_number(reports: ArrayLike) -> FloatArray:
    """Give how many services hear of something, by the reports (services, ...) of each: Simpson's reciprocal index."""
    each = np.asarray(reports, np.float64)
    return np.asarray(each.sum(axis=0) ** 2 / np.maximum((each**2).sum(axis=0), 1.0))
