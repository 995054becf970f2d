"""The last weeks of one service, laid out in arrays for looking up: what follows from its reports, and nothing else.

Vectors are whitened (`whitening.py`), and each is then smoothed: it takes in its five nearest neighbours (average query
expansion: Chum et al. 2007; weighted by a power of the similarity: Radenovic et al. 2018). Two people's words for the
same thing come closer by what others have said about it.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from insights.detection.statistics.whitening import unwhitened, whitening
from nlp.embed.vectors import unit

Vectors: TypeAlias = NDArray[np.float32]
Places: TypeAlias = NDArray[np.intp]

KEPT = dt.timedelta(days=32)
"""What is older is of no use: four weeks before the longest window of a busy service."""

NEIGHBOURS = 5
POWER = 3
_BLOCK = 1024
_ROW = np.dtype(
    [(name, "f8") for name in ("at", "share")]
    + [(name, "?") for name in ("evidence", "late")]
    + [(name, "i4") for name in ("piece", "channel", "batch", "issue")]
)


@dataclass(frozen=True, slots=True)
class Report:
    """One statement as the detector hears it.

    `at`: when it was said; `vector`: (d,) unit, None where it was not embedded (it counts in the volume all the same);
    `batch`: who entered it in bulk and when; `evidence`: whether it may count towards a signal; `issue`: the one that
    it has joined; `late`: more than 48 h old on receipt, so it only teaches what is normal; `key`: the statement's own.
    """

    feedback_id: str
    at: dt.datetime
    vector: Vectors | None
    channel: str
    evidence: bool = True
    issue: str | None = None
    batch: str | None = None
    late: bool = False
    key: int = 0


def hours(at: dt.datetime) -> float:
    """Hours since 1970."""
    return at.timestamp() / 3600


class Memory:
    """Arrays over the rows of some reports, in their order.

    `rows`: (n,) what is known of each (at in hours, share of its piece; codes of piece, channel, batch and issue, -1
    for none); `smooth`: (n, d) unit vectors, zero where there is none; `outlines`: regions of issues whose members
    have not changed. A cache: `version` tells whose state it is.
    """

    def __init__(self, reports: Sequence[Report]) -> None:
        self.version = 0
        self.outlines: dict[str, Any] = {}
        self._codes: dict[str | None, int] = {None: -1}
        self.dimensions = next((len(report.vector) for report in reports if report.vector is not None), 0)
        self.whitened = unwhitened(self.dimensions)
        self._rows = np.zeros(0, _ROW)
        self._plain = np.zeros((0, self.dimensions), np.float32)
        self._smooth = np.zeros((0, self.dimensions), np.float32)
        self._near = np.zeros((0, NEIGHBOURS), np.intp)
        self._likeness = np.zeros((0, NEIGHBOURS), np.float32)
        self._weakest = np.zeros(0, np.float32)
        self.rows = self._rows
        self._reserve(max(256, len(reports)))
        self._describe(reports)
        self._place(reports)
        self._placed = len(reports)

    def code(self, name: str | None) -> int:
        """The number that stands for a piece, channel, batch or issue in `rows`."""
        return self._codes.setdefault(name, len(self._codes) - 1)

    def serves(self, count: int) -> bool:
        """Whether its whitening still fits so many rows; where none had a vector yet, there is none."""
        return self.dimensions > 0 and count < 2 * self._placed

    @property
    def plain(self) -> Vectors:
        """Whitened, and not smoothed."""
        return self._plain[: len(self.rows)]

    @property
    def smooth(self) -> Vectors:
        return self._smooth[: len(self.rows)]

    def neighbours(self, place: int, least: float) -> Places:
        """The rows most like this one, and at least so like it."""
        near: Places = self._near[place][self._likeness[place] >= least]
        return near

    def append(self, reports: Sequence[Report]) -> None:
        """Takes in new ones; their neighbours are smoothed anew."""
        if not reports:
            return
        first = len(self.rows)
        self._describe(reports)
        new = np.arange(first, len(self.rows))
        for place, report in zip(new, reports, strict=True):
            self._plain[place] = 0 if report.vector is None else self.whitened(report.vector)
        likeness = self._plain[: len(self.rows)] @ self._plain[new].T
        changed = [self._arrive(int(place), likeness[:place, column]) for column, place in enumerate(new)]
        self._refine(np.unique(np.concatenate(changed)))

    def drop(self, count: int) -> None:
        """Forgets the first so many rows."""
        kept = len(self.rows) - count
        for array in (self._plain, self._smooth, self._likeness, self._weakest, self._near):
            array[:kept] = array[count : count + kept].copy()
        self._rows[:kept] = self._rows[count : count + kept].copy()
        self.rows = self._rows[:kept]
        self._near[:kept] -= count
        gone = self._near[:kept] < 0
        self._near[:kept][gone], self._likeness[:kept][gone] = 0, 0
        self._weakest[:kept] = self._likeness[:kept].min(axis=1)

    def assign(self, places: Places, issue: str) -> None:
        self.rows["issue"][places] = self.code(issue)
        self.outlines.clear()

    def _reserve(self, capacity: int) -> None:
        self._rows, self._near = _grown(self._rows, capacity), _grown(self._near, capacity)
        self._plain, self._smooth = _grown(self._plain, capacity), _grown(self._smooth, capacity)
        self._likeness, self._weakest = _grown(self._likeness, capacity), _grown(self._weakest, capacity)
        self.rows = self._rows[: len(self.rows)]

    def _describe(self, reports: Iterable[Report]) -> None:
        reports = list(reports)
        begin, end = len(self.rows), len(self.rows) + len(reports)
        if end > len(self._rows):
            self._reserve(2 * end)
        pieces = Counter(report.feedback_id for report in reports)
        for place, report in enumerate(reports, begin):
            names = (f"piece {report.feedback_id}", report.channel, report.batch, report.issue)
            self._rows[place] = (
                hours(report.at),
                1 / pieces[report.feedback_id],
                report.evidence and report.vector is not None,
                report.late,
                *map(self.code, names),
            )
        self.rows = self._rows[:end]

    def _place(self, reports: Sequence[Report]) -> None:
        """Whitens, finds the neighbours of all, and smooths."""
        told = np.array([place for place, report in enumerate(reports) if report.vector is not None], np.intp)
        if not len(told):
            return
        raw = np.array([reports[place].vector for place in told], np.float32)
        self.whitened = whitening(raw)
        self._plain[told] = self.whitened(raw)
        n, k = len(reports), min(NEIGHBOURS, len(reports) - 1)
        for begin in range(0, n, _BLOCK):
            block = slice(begin, min(begin + _BLOCK, n))
            found = self._plain[block] @ self._plain[:n].T
            found[np.arange(len(found)), np.arange(block.start, block.stop)] = -1
            near = np.argpartition(-found, k - 1, axis=1)[:, :k] if k else np.zeros((len(found), 0), np.intp)
            self._near[block, :k] = near
            self._likeness[block, :k] = np.take_along_axis(found, near, 1)
        self._weakest[:n] = self._likeness[:n].min(axis=1)
        self._refine(np.arange(n))

    def _arrive(self, place: int, likeness: Vectors) -> Places:
        """Finds the neighbours of a new row, makes it one of theirs, and says which have changed."""
        k = min(NEIGHBOURS, place)
        near = np.argpartition(-likeness, k - 1)[:k] if k else np.zeros(0, np.intp)
        self._near[place], self._likeness[place] = 0, 0
        self._near[place, :k], self._likeness[place, :k] = near, likeness[near]
        changed = np.flatnonzero(likeness > self._weakest[:place])
        weakest = self._likeness[changed].argmin(axis=1)
        self._near[changed, weakest], self._likeness[changed, weakest] = place, likeness[changed]
        changed = np.append(changed, place)
        self._weakest[changed] = self._likeness[changed].min(axis=1)
        return changed

    def _refine(self, places: Places) -> None:
        for begin in range(0, len(places), _BLOCK):
            some = places[begin : begin + _BLOCK]
            weight = np.maximum(self._likeness[some], 0) ** POWER
            weight /= np.maximum(weight.sum(axis=1, keepdims=True), 1e-9)
            around = np.einsum("nk,nkd->nd", weight, self._plain[self._near[some]])
            self._smooth[some] = unit(self._plain[some] + around)


def _grown(array: NDArray[Any], capacity: int) -> NDArray[Any]:
    larger = np.zeros((capacity, *array.shape[1:]), array.dtype)
    larger[: len(array)] = array
    return larger
