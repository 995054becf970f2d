"""A service at one moment: what may count as evidence, and what about a new report is too much to be chance."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from insights.detection.index import ObservationIndex
from insights.detection.observation import FloatArray, Indices, Mask, Vectors
from insights.detection.reference import RADII, Neighbourhood, RecentReference, Reference
from insights.detection.scan import Cluster, Region, cluster_about, cluster_at, scan
from insights.detection.statistics.baseline import Baseline, weights
from insights.detection.statistics.gamma_poisson import LEAST_REPORTS, NO_HOLIDAYS, WEEK_HOURS, exposure

BUSY_WEEK_STATEMENTS = 100
"""Statements a week from which a service is busy, and not quiet."""

BUSY_WINDOWS = np.array([3.0, 24.0, 48.0, 96.0])
QUIET_WINDOWS = np.array([24.0, 48.0, 96.0, 168.0, 336.0])
"""Hours."""

LEAST_REPORTS_BUSY = 4
"""Reports below which nothing is a finding in a busy service: of so many statements three agree by chance."""

Scope = Literal["neighbourhood", "channel", "issue", "return", "drift"]
"""Where something was found: about a report, in one channel alone, in a known issue, about a resolved one; or over
weeks, where it slowly grew."""

P_VALUE_POWER = 0.69
"""What is sought among many regions is as rare as its p-value to this power: small ones are met more often than the
test promises, as rates wander and people repeat each other."""

CHANCES: dict[Scope, float] = {"neighbourhood": 0.66, "channel": 1.67, "issue": 0.53}
"""How often each statement finds something of a p-value of one by mere chance, by scope."""

QUIET_CHANCES = 2.1
"""Times as often in a quiet service, which is looked at over longer and over more windows."""

BURST_HOURS, BURST_CHANCES = 24.0, 4.0
"""Times as often in windows of less than a day: what people say comes in bursts of minutes and hours by itself."""

MOST_BEFORE_NEW = 2
"""Reports before the window, up to which what is found may be new."""

RETURN_CHANCES = 200.0
"""How often a week chance finds something about one known centre, for a p-value of one: few reports come near it, and
one resolved issue in a hundred a month may be reopened by mere chance."""

NEAR_CENTRE = 0.28
"""The similarity to a centre from which a report can be one more of what lies about it."""

RARE_CHANNEL_SHARE = 0.15
"""A channel that brings less than this share is looked at by itself too, unless it is a clerk's who types it in."""

REPORTS_AT_ONCE = 64
"""Reports that are held against all others together, so that what is remembered is read from memory once for them."""

ANYWHERE_NEAR = 0.12
"""The similarity below which a report lies in no region about another."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A cluster about one report that may become a finding.

    `chance` is how often a week chance alone would bring the like. `recent` are the rows of its reports in the window,
    `members` those of the last days as well, where they are not usual there.
    """

    scope: Scope
    chance: float
    score: float
    window: float
    before: float
    expected: float
    recent: Indices
    members: Indices
    region: Region


class CandidateSearch:
    """Looks about reports for candidates, with what does not change within one step of the detector.

    `explained` (n,) marks the reports of what has been signalled, no longer evidence for anything else. `ages` (n,),
    `now` and `holidays` (h,), the moments at which bank holidays began, are in hours.
    """

    def __init__(
        self,
        index: ObservationIndex,
        now: float,
        baseline: Baseline,
        explained: Mask,
        holidays: FloatArray = NO_HOLIDAYS,
    ) -> None:
        self._index, self._baseline, self._holidays = index, baseline, now - holidays
        self.explained = explained
        self.ages: FloatArray = np.maximum(now - index.rows["at"], 0.0)
        pieces_a_week = float(index.rows["share"].sum() / max(self.ages.max(initial=0.0), 24.0) * WEEK_HOURS)
        busy = pieces_a_week >= BUSY_WEEK_STATEMENTS
        self.windows, self.least = (BUSY_WINDOWS, LEAST_REPORTS_BUSY) if busy else (QUIET_WINDOWS, LEAST_REPORTS)
        self._looks_a_week = pieces_a_week * (1.0 if busy else QUIET_CHANCES)
        self._references: dict[int | None, RecentReference] = {}
        self._channel_shares: dict[int, float] = {}
        self._similarities: dict[int, Vectors] = {}

    def about_report(self, row: int) -> Candidate | None:
        """Find what is least likely to be chance about this report, in all scopes."""
        rows = self._index.rows
        similarity = self._similarity(row)
        around = self._around(row, similarity, rows["evidence"])
        near, reference = self._neighbourhood(around, similarity), self._reference(None)
        found = [self._scanned("neighbourhood", near, around, reference)]
        channel = int(rows["channel"][row])
        if rows["batch"][row] < 0 and (share := self._channel_share(channel)) < RARE_CHANNEL_SHARE:
            same = around[rows["channel"][around] == channel]
            about = self._neighbourhood(same, similarity)
            found.append(self._scanned("channel", about, same, self._reference(channel), share))
        if rows["issue"][row] >= 0:
            members = rows["issue"][around] == rows["issue"][row]
            if reference.has_risen(members, near):
                cluster, _ = cluster_about([members], near, reference)
                found.append(self._candidate("issue", cluster, near, around))
        return min(filter(None, found), key=lambda candidate: candidate.chance, default=None)

    def about_centre(self, row: int, centre: Vectors, age: float, *, with_explained: bool = False) -> Candidate | None:
        """Find what is too much about a centre (d,), by what was said of it in the last `age` hours, and in no others.

        None where this report is not near the centre. `with_explained` lets what has been signalled count as well.
        """
        similarity = self._index.smooth @ centre
        if similarity[row] < NEAR_CENTRE:
            return None
        since = self.ages < age
        around = self._around(row, similarity, self._index.rows["evidence"] & since)
        near = self._neighbourhood(around, similarity)
        if with_explained:
            near = replace(near, fresh=~self._index.rows["late"][around])
        volume = exposure(self.ages[since], self._index.rows["share"][since], self.windows, self._holidays)
        cluster = cluster_at(
            centre, near, RecentReference(self.windows, volume, self._baseline.rate_variance, self.least)
        )
        candidate = self._candidate("return", cluster, near, around)
        return replace(candidate, chance=RETURN_CHANCES * 10.0**-cluster.score)

    def fresh(self) -> Mask:
        """Mark (n,) what may count as evidence for something new."""
        rows = self._index.rows
        return np.asarray(rows["evidence"] & ~self.explained & ~rows["late"])

    def _reference(self, channel: int | None) -> RecentReference:
        if channel not in self._references:
            rows = self._index.rows
            mine = slice(None) if channel is None else rows["channel"] == channel
            volume = exposure(self.ages[mine], rows["share"][mine], self.windows, self._holidays)
            self._references[channel] = RecentReference(self.windows, volume, self._baseline.rate_variance, self.least)
        return self._references[channel]

    def _channel_share(self, channel: int) -> float:
        """What a channel brings of everything."""
        if channel not in self._channel_shares:
            channels = self._index.rows["channel"]
            self._channel_shares[channel] = np.count_nonzero(channels == channel) / len(channels)
        return self._channel_shares[channel]

    def _similarity(self, row: int) -> Vectors:
        """The similarity (n,) of all rows to this one; those behind it, which came with it, are asked for next."""
        if row not in self._similarities:
            smooth = self._index.smooth
            several = smooth[row : row + REPORTS_AT_ONCE]
            self._similarities = dict(enumerate(several @ smooth.T, row))
        return self._similarities[row]

    def _around(self, row: int, similarity: Vectors, allowed: Mask) -> Indices:
        """The allowed rows that are anywhere near; the row itself last."""
        around = allowed & (similarity >= ANYWHERE_NEAR)
        around[row] = False
        return np.append(np.flatnonzero(around), row)

    def _neighbourhood(self, around: Indices, similarity: Vectors) -> Neighbourhood:
        rows = self._index.rows
        close = similarity[around] >= RADII[0]
        close[-1] = True
        weight = np.ones(len(around))
        weight[close] = weights(rows, around[close], self._baseline.batch_correlation)
        fresh = ~(self.explained[around] | rows["late"][around])
        return Neighbourhood(self._index.smooth[around], self.ages[around], weight, fresh)

    def _scanned(
        self, scope: Scope, near: Neighbourhood, around: Indices, reference: Reference, share: float = 1.0
    ) -> Candidate | None:
        cluster = scan(near, reference)
        return self._candidate(scope, cluster, near, around, share) if cluster else None

    def _candidate(
        self, scope: Scope, cluster: Cluster, near: Neighbourhood, around: Indices, share: float = 1.0
    ) -> Candidate:
        """`share` is the part of all reports that is looked at in this scope."""
        inside = near.fresh & cluster.inside
        reach = max(cluster.window, BUSY_WINDOWS[-1])
        if cluster.window < BURST_HOURS and cluster.before > MOST_BEFORE_NEW:
            reach = cluster.window  # What was said there in the days before was usual, and is no part of it.
        looks = self._looks_a_week * share * (BURST_CHANCES if cluster.window < BURST_HOURS else 1.0)
        return Candidate(
            scope=scope,
            chance=CHANCES.get(scope, 1.0) * looks * 10.0 ** (-P_VALUE_POWER * cluster.score),
            score=cluster.score,
            window=cluster.window,
            before=cluster.before,
            expected=cluster.expected,
            recent=around[inside & (near.ages < cluster.window)],
            members=around[inside & (near.ages < reach)],
            region=cluster.region,
        )
