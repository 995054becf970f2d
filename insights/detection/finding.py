"""What the detector finds, and which issue it is about: a known one, or one of its own."""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from feedback.record.states import Scale, SignalKind, SignalTier
from insights.detection.active_issues import ActiveIssues
from insights.detection.candidates import MOST_BEFORE_NEW, Candidate, CandidateSearch, Scope
from insights.detection.index import ObservationIndex
from insights.detection.judgement import Judge
from insights.detection.observation import Indices, Observation, Vectors
from nlp.embed.vectors import unit

NOTHING_JOINS = 1.0
"""The radius of an issue that is watched: until it is certain, new statements go where they would go without it."""

MOST_OF_EVIDENCE = 0.6
"""The share of the evidence that must be of an issue for the finding to be about that issue."""

MOST_OF_ISSUE = 0.5
"""The share of an issue's fresh reports that must be evidence: otherwise something new began within a wide issue."""

FEWEST_EARLIER, EARLIER_SHARE = 2, 0.5
"""An issue was about what is found now, if at least this share of its earlier statements, of so many, lies there."""


@dataclass(frozen=True, slots=True)
class EarlierIssue:
    """An issue that was reported before all that the detector remembers; `centroid` (d,) is of unwhitened vectors."""

    centroid: Vectors


Recall = Callable[[str], EarlierIssue | None]
"""Tells what is known of an issue from before; None where nothing is. Asked only about what was found."""


def recalls_nothing(_: str) -> EarlierIssue | None:
    """Recall no issue: all that there is is remembered."""
    return None


@dataclass(frozen=True, slots=True)
class Finding:
    """The finding that an issue is new, a surge or a regression, with its evidence.

    `issue` is a known one, or with `centroid` (d,) and `radius` (of unwhitened unit vectors; a cosine) one that was
    found by the scan, now or when it came to be watched, and is to be stored under this id. `observed` pieces came in
    the last `window` hours, where `expected` were. `score` is -log10 of how likely so many are; `chance` is how often a
    week chance alone brings the like in this service. `tier` tells whether it is sure enough to be sent. `keys` are the
    statements that it rests on, and `caveats` what speaks against it. `ended` is when the issue had ended, of which
    this is a new outbreak. What slowly grew is `held_against` the time between two moments.
    """

    kind: SignalKind
    tier: SignalTier
    issue: str
    since: dt.datetime
    observed: int
    expected: float
    score: float
    chance: float
    window: int
    feedback_ids: tuple[str, ...]
    keys: tuple[int, ...]
    channels: dict[str, int]
    scope: Scope
    centroid: Vectors | None = None
    radius: float | None = None
    caveats: tuple[str, ...] = ()
    ended: dt.datetime | None = None
    held_against: tuple[dt.datetime, dt.datetime] | None = None

    @property
    def scale(self) -> Scale:
        """Tell whether it began within hours or days, or grew over weeks."""
        return Scale.SLOW if self.scope == "drift" else Scale.SUDDEN


class Identification:
    """Tells which issue a candidate is about, by the observations of one step."""

    def __init__(
        self,
        index: ObservationIndex,
        observations: Sequence[Observation],
        search: CandidateSearch,
        active: ActiveIssues,
        now: dt.datetime,
        recall: Recall = recalls_nothing,
    ) -> None:
        self._index, self._observations, self._recall = index, observations, recall
        self._search, self._active, self._now = search, active, now

    def identify(self, candidate: Candidate) -> tuple[str, bool]:
        """Give the issue that a candidate is about, and whether it is one of its own.

        It is about the known issue that most of the evidence is of, that most of is evidence, and that was about this
        before. Otherwise it is an issue of its own: what is new in a wide known issue is another problem.
        """
        rows = self._index.rows
        issue = Counter(self._observations[row].issue for row in candidate.recent).most_common(1)[0][0]
        if issue is not None and not self._active.signalled(issue) and self.mostly_of(candidate, issue):
            mine = rows["issue"] == self._index.code(issue)
            fresh = self._search.fresh() & mine & (self._search.ages < candidate.window)
            if self._count(candidate, issue) >= MOST_OF_ISSUE * fresh.sum() and self._was_about(candidate, issue):
                return issue, False
        name = "\n".join(sorted({self._observations[row].feedback_id for row in candidate.recent}))
        return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self._now.isoformat()}\n{name}")), True

    def finding(
        self, kind: SignalKind, tier: SignalTier, issue: str, candidate: Candidate, judge: Judge, *, is_new: bool
    ) -> Finding:
        """Tell what was found, with its evidence; `is_new` where the issue is one of its own."""
        members = [self._observations[row] for row in candidate.members]
        recent = [self._observations[row] for row in candidate.recent]
        centroid, radius = self.centroid_and_radius(candidate.members) if is_new else (None, None)
        return Finding(
            kind=kind,
            tier=tier,
            issue=issue,
            since=min(one.at for one in recent),
            observed=len({one.feedback_id for one in recent}),
            expected=candidate.expected,
            score=candidate.score,
            chance=judge.chance(candidate),
            window=int(candidate.window),
            scope=candidate.scope,
            feedback_ids=tuple(dict.fromkeys(one.feedback_id for one in members)),
            keys=tuple(one.key for one in members),
            channels=dict(Counter(one.channel for one in recent)),
            centroid=centroid,
            radius=NOTHING_JOINS if is_new and tier == SignalTier.WATCH else radius,
            caveats=judge.caveats(candidate.recent),
        )

    def known_as(self, candidate: Candidate) -> str | None:
        """Find the signalled issue that a candidate is more of."""
        rows = self._index.rows
        channel = int(rows["channel"][candidate.recent[0]]) if candidate.scope == "channel" else None
        return self._active.known_as(candidate, self.centre(candidate.members), channel)

    def mostly_of(self, candidate: Candidate, issue: str) -> bool:
        """Tell whether most of the evidence is of this issue."""
        return self._count(candidate, issue) >= MOST_OF_EVIDENCE * len(candidate.recent)

    def centre(self, rows: Indices) -> Vectors:
        """Give the direction (d,) of the middle of these rows."""
        return unit(self._index.smooth[rows].sum(axis=0))

    def centroid_and_radius(self, members: Indices) -> tuple[Vectors, float]:
        """Give the centroid (d,) of these rows among unwhitened vectors, and the radius (a cosine) that best tells
        them apart from all others."""
        embedded = [row for row, one in enumerate(self._observations) if one.vector is not None]
        vectors = np.array([self._observations[row].vector for row in embedded])
        inside = np.isin(embedded, members)
        centroid = unit(vectors[inside].sum(axis=0))
        similarity = vectors @ centroid
        order = np.argsort(-similarity)
        gain = np.cumsum(np.where(inside[order], 1, -1))
        return centroid, float(similarity[order[int(gain.argmax())]])

    def _count(self, candidate: Candidate, issue: str) -> int:
        return sum(self._observations[row].issue == issue for row in candidate.recent)

    def was_heard_before(self, issue: str, candidate: Candidate) -> bool:
        """Tell whether an issue was reported before the window more than what is new is."""
        return len(self._earlier(issue, candidate)) > MOST_BEFORE_NEW or self._recall(issue) is not None

    def _was_about(self, candidate: Candidate, issue: str) -> bool:
        """Whether what the issue held before lies where this was found, as far as it held anything.

        Of an issue that nobody spoke of lately its middle tells that: it may have been about something wider.
        """
        inside = candidate.region.depth(self._index.smooth[self._earlier(issue, candidate)]) >= 0
        if len(inside) >= FEWEST_EARLIER:
            return bool(inside.mean() >= EARLIER_SHARE)
        known = self._recall(issue)
        return known is None or bool(candidate.region.depth(self._index.whitened(known.centroid)) >= 0)

    def _earlier(self, issue: str, candidate: Candidate) -> Indices:
        mine = self._index.rows["issue"] == self._index.code(issue)
        return np.flatnonzero(mine & (self._search.ages >= candidate.window))
