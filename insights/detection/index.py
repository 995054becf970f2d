"""The last weeks of one service as arrays for looking up. They follow from its observations and hold nothing else.

Vectors are whitened (`statistics/whitening.py`), and each is then smoothed: it takes in its five nearest neighbours
(average query expansion: Chum et al. 2007; weighted by a power of the similarity: Radenovic et al. 2018). Two people's
words for the same thing come closer by what others have said about it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from copy import copy
from typing import Any

import numpy as np
from numpy.typing import NDArray

from insights.detection.observation import Indices, Observation, Vectors, hours
from insights.detection.statistics.whitening import unwhitened, whitening
from nlp.embed.vectors import unit
from nlp.group.knn import nearest

NEIGHBOURS = 5
SIMILARITY_POWER = 3
BLOCK_ROWS = 1024
FEWEST_ROWS_RESERVED = 256

ROW = np.dtype(
    [(name, "f8") for name in ("at", "share")]
    + [(name, "?") for name in ("evidence", "praise", "late", "live", "telling")]
    + [(name, "i4") for name in ("piece", "channel", "batch", "issue", "sender", "network")]
)


class ObservationIndex:
    """Arrays over some observations, one row each, in their order.

    `rows` (n,) holds what is known of each: `at` in hours, `share` of its piece, and codes of piece, channel, batch and
    issue, -1 for none. The code of a `sender` who is not known is that of the piece, that of a `network` that of the
    sender; both are -1 for what somebody sent again. `plain` (n, d) holds whitened and `smooth` (n, d) smoothed unit
    vectors, zero where there is none. `regions` caches the regions of issues whose members have not changed. All of it
    is a cache: `version` tells whose state it belongs to.
    """

    def __init__(self, observations: Sequence[Observation]) -> None:
        self.version = 0
        self.regions: dict[str, Any] = {}
        self._codes: dict[str | None, int] = {None: -1}
        self._dimensions = next((len(one.vector) for one in observations if one.vector is not None), 0)
        self.whitened = unwhitened(self._dimensions)
        self._rows = np.zeros(0, ROW)
        self._plain = np.zeros((0, self._dimensions), np.float32)
        self._smooth = np.zeros((0, self._dimensions), np.float32)
        self._neighbours = np.zeros((0, NEIGHBOURS), np.intp)
        self._similarity = np.zeros((0, NEIGHBOURS), np.float32)
        self._weakest = np.zeros(0, np.float32)
        self.rows = self._rows
        self._reserve(max(FEWEST_ROWS_RESERVED, len(observations)))
        self._add_rows(observations)
        self._build(observations)
        self._built_from = len(observations)

    @property
    def plain(self) -> Vectors:
        """Whitened vectors (n, d) that are not smoothed."""
        return self._plain[: len(self.rows)]

    @property
    def smooth(self) -> Vectors:
        """Whitened and smoothed vectors (n, d)."""
        return self._smooth[: len(self.rows)]

    def code(self, name: str | None) -> int:
        """Give the number that stands for a piece, channel, batch or issue in `rows`."""
        return self._codes.setdefault(name, len(self._codes) - 1)

    def fits(self, count: int) -> bool:
        """Tell whether the whitening still suits so many rows. Where none had a vector, there is no whitening yet."""
        return self._dimensions > 0 and count < 2 * self._built_from

    def of_praise(self) -> ObservationIndex:
        """Return the same index with praise for evidence, and nothing that praise is held against."""
        other = copy(self)
        other._rows, other.regions = self._rows.copy(), {}
        other.rows = other._rows[: len(self.rows)]
        other.rows["evidence"], other.rows["praise"] = self.rows["praise"], False
        return other

    def neighbours(self, row: int, least: float) -> Indices:
        """List the rows nearest to this one, at most five, whose similarity is at least `least`."""
        near: Indices = self._neighbours[row][self._similarity[row] >= least]
        return near

    def append(self, observations: Sequence[Observation]) -> None:
        """Add new rows, and smooth them and whatever has one of them among its neighbours now."""
        if not observations:
            return
        first = len(self.rows)
        self._add_rows(observations)
        new = np.arange(first, len(self.rows))
        self._plain[new] = 0
        self._whiten(observations, first)
        similarity = self._plain[: len(self.rows)] @ self._plain[new].T
        changed = [self._link(int(row), similarity[:row, column]) for column, row in enumerate(new)]
        self._smooth_rows(np.unique(np.concatenate(changed)))

    def drop(self, count: int) -> None:
        """Remove the first so many rows, the oldest."""
        kept = len(self.rows) - count
        for array in (self._plain, self._smooth, self._similarity, self._weakest, self._neighbours):
            array[:kept] = array[count : count + kept].copy()
        self._rows[:kept] = self._rows[count : count + kept].copy()
        self.rows = self._rows[:kept]
        self._neighbours[:kept] -= count
        gone = self._neighbours[:kept] < 0
        self._neighbours[:kept][gone], self._similarity[:kept][gone] = 0, 0
        self._weakest[:kept] = self._similarity[:kept].min(axis=1)

    def assign(self, rows: Indices, issue: str | None) -> None:
        """Set the issue of these rows."""
        self.rows["issue"][rows] = self.code(issue)
        self.regions.clear()

    def update(self, row: int, observation: Observation) -> None:
        """Take over what changes of an observation: its issue, whether it may be evidence, and who sent it."""
        self.rows["evidence"][row] = observation.evidence and observation.vector is not None
        self.rows["sender"][row], self.rows["network"][row] = self._came_by(observation)
        self.assign(np.array([row]), observation.issue)

    def _reserve(self, capacity: int) -> None:
        self._rows, self._neighbours = _grown(self._rows, capacity), _grown(self._neighbours, capacity)
        self._plain, self._smooth = _grown(self._plain, capacity), _grown(self._smooth, capacity)
        self._similarity, self._weakest = _grown(self._similarity, capacity), _grown(self._weakest, capacity)
        self.rows = self._rows[: len(self.rows)]

    def _add_rows(self, observations: Sequence[Observation]) -> None:
        begin, end = len(self.rows), len(self.rows) + len(observations)
        if end > len(self._rows):
            self._reserve(2 * end)
        pieces = Counter(one.feedback_id for one in observations)
        for row, one in enumerate(observations, begin):
            names = (f"piece {one.feedback_id}", one.channel, one.batch, one.issue)
            self._rows[row] = (
                hours(one.at),
                1 / pieces[one.feedback_id],
                one.evidence and one.vector is not None,
                one.praise and one.vector is not None,
                one.late,
                one.live,
                one.telling,
                *map(self.code, names),
                *self._came_by(one),
            )
        self.rows = self._rows[:end]

    def _came_by(self, one: Observation) -> tuple[int, int]:
        if one.sent_again:
            return -1, -1
        sender = self.code(f"sender {one.sender}" if one.sender else f"piece {one.feedback_id}")
        return sender, self.code(f"network {one.network}") if one.network else sender

    def _build(self, observations: Sequence[Observation]) -> None:
        """Whiten all rows, find the neighbours of each, and smooth them; among many, most of its neighbours."""
        raw = [one.vector for one in observations if one.vector is not None]
        if not raw:
            return
        self.whitened = whitening(np.array(raw, np.float32))
        embedded = self._whiten(observations, 0)
        near, similarity = nearest(self._plain[embedded], NEIGHBOURS)
        k = similarity.shape[1]
        self._neighbours[embedded, :k], self._similarity[embedded, :k] = embedded[near], similarity
        self._weakest[embedded] = self._similarity[embedded].min(axis=1)
        self._smooth_rows(np.arange(len(observations)))

    def _whiten(self, observations: Sequence[Observation], first: int) -> Indices:
        """Write the whitened vectors of observations from the row `first` on, and return which rows have one."""
        embedded = [(row, one.vector) for row, one in enumerate(observations, first) if one.vector is not None]
        rows = np.array([row for row, _ in embedded], np.intp)
        if embedded:
            self._plain[rows] = self.whitened(np.array([vector for _, vector in embedded], np.float32))
        return rows

    def _link(self, row: int, similarity: Vectors) -> Indices:
        """Find the neighbours of a new row, make it a neighbour of others, and return which rows have changed."""
        k = min(NEIGHBOURS, row)
        near = np.argpartition(-similarity, k - 1)[:k] if k else np.zeros(0, np.intp)
        self._neighbours[row], self._similarity[row] = 0, 0
        self._neighbours[row, :k], self._similarity[row, :k] = near, similarity[near]
        changed = np.flatnonzero(similarity > self._weakest[:row])
        weakest = self._similarity[changed].argmin(axis=1)
        self._neighbours[changed, weakest], self._similarity[changed, weakest] = row, similarity[changed]
        changed = np.append(changed, row)
        self._weakest[changed] = self._similarity[changed].min(axis=1)
        return changed

    def _smooth_rows(self, rows: Indices) -> None:
        for begin in range(0, len(rows), BLOCK_ROWS):
            some = rows[begin : begin + BLOCK_ROWS]
            weight = np.maximum(self._similarity[some], 0) ** SIMILARITY_POWER
            weight /= np.maximum(weight.sum(axis=1, keepdims=True), 1e-9)
            around = np.einsum("nk,nkd->nd", weight, self._plain[self._neighbours[some]])
            self._smooth[some] = unit(self._plain[some] + around)


def _grown(array: NDArray[Any], capacity: int) -> NDArray[Any]:
    larger = np.zeros((capacity, *array.shape[1:]), array.dtype)
    larger[: len(array)] = array
    return larger
