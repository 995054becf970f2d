"""Issues that have been signalled and are still being reported. Their reports are explained: evidence for nothing else.

The fields that `state.py` stores keep the names under which earlier versions stored them.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import msgspec
import numpy as np

from feedback.record.states import SignalTier
from insights.detection.candidates import BURST_HOURS, BUSY_WEEK_STATEMENTS, Candidate
from insights.detection.index import ObservationIndex
from insights.detection.observation import HISTORY, Indices, Mask, Vectors, hours
from insights.detection.scan import Region
from insights.detection.statistics.endings import last_end
from nlp.embed.vectors import unit

ACTIVE_HOURS_BUSY, ACTIVE_HOURS_QUIET = 120.0, 504.0
"""How long an issue stays active without a report; longer in a quiet service, where fewer come."""

ACTIVE_HOURS_SLOW = 28 * 24.0
"""How long what slowly grew stays active after it was signalled, and over how long it must be back at its level."""

STILL_RAISED = 1.5
"""Times its usual rate, above which an issue is still active."""

USUAL_AFTER_HOURS, USUAL_AFTER_HOURS_SLOW = 28 * 24.0, 182 * 24.0
"""After so long, what goes on is usual; later, where it took weeks to grow."""

SAME_ISSUE, SAME_ISSUE_LATER, SAME_ISSUE_TOGETHER = 0.3, 0.6, 0.1
"""The similarity of two regions' centres from which they are one issue: if both began about the same time; if one began
long after the other (a burst that strikes a day later is long after: it shows to the hour when it began); and if a
refit, or the next two constants, put them together."""

NOT_THE_SAME = 2.0
"""A similarity that nothing has: what strikes a day later, where most of an issue does not lie, is none of it."""

TOGETHER_HOURS, TOGETHER_SIMILARITY = 72.0, 0.42
"""Two that began within so many hours are together if their centres before whitening are so similar: whitening may set
two wordings of one problem as far apart as two problems."""

HALF = 0.5
"""The share of some reports from which one channel is said to bring them, or one issue to hold them."""

NEIGHBOUR_SIMILARITY = 0.2
"""The similarity below which even the nearest is no neighbour."""

NEIGHBOUR_MAJORITY = 3
"""Of a report's five nearest neighbours."""

REACH = 0.1
"""How far outside its region (cosine) a report may lie whose neighbours are an issue's; farther, an issue would wander
from one report to the next."""

SLACK = 0.05
"""How far outside its region (cosine) a report of an issue still counts as explained by it."""


class ActiveIssue(msgspec.Struct, frozen=True, rename={"usual_per_hour": "usual", "last_signalled": "told"}):
    """An issue that has been signalled and is still being reported. Its members are its reports since it began.

    `region` is where it was found, or None where it was known before: then its own reports alone are meant.
    `usual_per_hour` is its rate before it began, so that a known issue ends when it is back at its level. An issue of
    the tier `watch` claims no reports: they are evidence still, and `pieces` are those that it was found in again. A
    `slow` one grew over weeks.
    """

    issue: str
    begun: dt.datetime
    last_report: dt.datetime
    region: Region | None = None
    usual_per_hour: float = 0.0
    tier: SignalTier = SignalTier.SIGNAL
    last_signalled: dt.datetime | None = None
    slow: bool = False
    pieces: tuple[str, ...] = ()

    @property
    def signalled_at(self) -> dt.datetime:
        """When it was last signalled; where that is not known, when it began."""
        return self.last_signalled or self.begun

    @property
    def claims_reports(self) -> bool:
        """Whether a report in its region is one of its own before anybody has grouped it."""
        return self.tier == SignalTier.SIGNAL and self.region is not None


@dataclass(frozen=True, slots=True)
class ResolvedIssue:
    """An issue that people hold to be resolved, and since when. `centroid` (d,) is that of its vectors, unwhitened."""

    at: dt.datetime
    centroid: Vectors


class ActiveIssues:
    """The issues that are active at one moment, by their id in `by_id`. `now` is in hours."""

    def __init__(
        self,
        index: ObservationIndex,
        active: Iterable[ActiveIssue],
        resolved: Mapping[str, ResolvedIssue],
        now: float,
    ) -> None:
        self._index, self._resolved, self._now = index, resolved, now
        self.by_id = {one.issue: one for one in active if self._still_active(one)}

    def signalled(self, issue: str) -> ActiveIssue | None:
        """Look up an active issue that was signalled and is not merely watched."""
        active = self.by_id.get(issue)
        return active if active and active.tier == SignalTier.SIGNAL else None

    def explained(self) -> Mask:
        """Mark (n,) the rows that are evidence for nothing new.

        These are what an active issue was signalled with, its reports since then within its region, and what was said
        of a resolved issue before it was resolved, as people have dealt with it. Whatever else joined is evidence.
        """
        rows = self._index.rows
        explained = np.zeros(len(rows), bool)
        for active in self.by_id.values():
            if active.tier == SignalTier.SIGNAL:
                members = self._members(active)
                inside = self.region(active).depth(self._index.smooth[members]) >= -SLACK
                explained[members] = inside | (rows["at"][members] <= hours(active.signalled_at))
        for issue, it in self._resolved.items():
            explained |= (rows["issue"] == self._index.code(issue)) & (rows["at"] <= hours(it.at))
        return explained

    def issue_of(self, row: int) -> str | None:
        """Find the signalled issue that a report is one more of.

        That is the issue of most of its nearest neighbours, if the report lies not far outside its region; or else the
        one in whose region it lies deepest, unless another issue has more of its neighbours.
        """
        near = self._index.rows["issue"][self._index.neighbours(row, NEIGHBOUR_SIMILARITY)]
        votes = Counter(near[near >= 0].tolist())
        vector = self._index.smooth[row]
        for active in (one for one in self.by_id.values() if one.tier == SignalTier.SIGNAL):
            several = votes[self._index.code(active.issue)] >= NEIGHBOUR_MAJORITY
            if several and self.region(active).depth(vector) >= -REACH:
                return active.issue
        depths = {a.issue: float(self.region(a).depth(vector)) for a in self.by_id.values() if a.claims_reports}
        best = max(depths, key=depths.__getitem__, default=None)
        if best is None or depths[best] < 0 or votes[self._index.code(best)] < max(votes.values(), default=0):
            return None
        return best

    def ended_at(self, active: ActiveIssue) -> float | None:
        """Tell when an issue had ended (in hours) that is reported again since it was told; None where it goes on."""
        at, members = self._index.rows["at"], self._members(active)
        others = np.delete(at, members)
        return last_end(np.sort(at[members]), np.sort(others), hours(active.signalled_at))

    def watched_at(self, centre: Vectors) -> str | None:
        """Find the watched issue that what lies about this centre (d,) is more of."""
        return self._nearest({a.issue: SAME_ISSUE for a in self.by_id.values() if a.tier == SignalTier.WATCH}, centre)

    def known_as(self, candidate: Candidate, centre: Vectors, channel: int | None) -> str | None:
        """Find the signalled issue that a candidate about this centre (d,) is more of.

        `channel` is the rare one that alone brings it: then it is more only of an issue that comes by that channel too.
        """
        least = {
            a.issue: self._similarity_needed(a, candidate)
            for a in self.by_id.values()
            if a.tier == SignalTier.SIGNAL and (channel is None or self._comes_by(a, channel))
        }
        return self._nearest(least, centre)

    def region(self, active: ActiveIssue) -> Region:
        """Give the region about the centre of what the issue was signalled with; what joins it later moves it nowhere.

        An issue without a region of its own gets one that holds everything.
        """
        if active.issue not in self._index.regions:
            total = self._index.smooth[self._core(active)].sum(axis=0)
            found = active.region or Region(total, -1.0)
            self._index.regions[active.issue] = replace(found, centre=unit(total)) if total.any() else found
        region: Region = self._index.regions[active.issue]
        return region

    def _similarity_needed(self, active: ActiveIssue, candidate: Candidate) -> float:
        """How similar a candidate has to be to an issue to be more of it."""
        rows = self._index.rows[candidate.recent]
        gap = float(rows["at"].min()) - hours(active.begun)
        if gap >= self._active_hours():
            return SAME_ISSUE_LATER
        strikes = candidate.window < BURST_HOURS <= gap
        if strikes and not self._lies_in(active, candidate.region):
            return NOT_THE_SAME
        if (rows["issue"] == self._index.code(active.issue)).mean() >= HALF:
            return SAME_ISSUE_TOGETHER
        if strikes:
            return SAME_ISSUE_LATER
        if abs(gap) < TOGETHER_HOURS and self._alike_unwhitened(candidate.members, self._core(active)):
            return SAME_ISSUE_TOGETHER
        return SAME_ISSUE

    def _lies_in(self, active: ActiveIssue, region: Region) -> bool:
        """Whether most reports that an issue was signalled with lie in a region."""
        return bool((region.depth(self._index.smooth[self._core(active)]) >= 0).mean() >= HALF)

    def _alike_unwhitened(self, some: Indices, others: Indices) -> bool:
        """Whether the centres of two groups were alike before whitening."""
        plain, back = self._index.plain, self._index.whitened.undone
        one, other = (unit(back(plain[group]).sum(axis=0)) for group in (some, others))
        return float(one @ other) >= TOGETHER_SIMILARITY

    def _nearest(self, least: Mapping[str, float], centre: Vectors) -> str | None:
        """Of these issues the one most similar to the centre, if it is at least as similar as `least` asks of it."""
        similarity = {issue: float(centre @ self.region(self.by_id[issue]).centre) for issue in least}
        enough = [issue for issue in least if similarity[issue] >= least[issue]]
        return max(enough, key=similarity.__getitem__, default=None)

    def _comes_by(self, active: ActiveIssue, channel: int) -> bool:
        return bool((self._index.rows["channel"][self._core(active)] == channel).mean() >= HALF)

    def _members(self, active: ActiveIssue) -> Indices:
        rows = self._index.rows
        mine = rows["issue"] == self._index.code(active.issue)
        return np.flatnonzero(rows["evidence"] & mine & (rows["at"] >= hours(active.begun)))

    def _core(self, active: ActiveIssue) -> Indices:
        """The members that it was signalled with."""
        members = self._members(active)
        core = members[self._index.rows["at"][members] <= hours(active.signalled_at)]
        return core if len(core) else members

    def _still_active(self, active: ActiveIssue) -> bool:
        """Whether it is still being reported, and more than before it began, and nobody has resolved it since."""
        resolved = self._resolved.get(active.issue)
        if resolved and resolved.at >= active.begun:
            return False
        span = ACTIVE_HOURS_SLOW if active.slow else self._active_hours()
        age = self._now - hours(active.signalled_at if active.slow else active.begun)
        if age < span:
            return True
        recent = (self._index.rows["at"][self._members(active)] > self._now - span).sum()
        usual_after = USUAL_AFTER_HOURS_SLOW if active.slow else USUAL_AFTER_HOURS
        return bool(age < usual_after and recent > STILL_RAISED * active.usual_per_hour * span)

    def _active_hours(self) -> float:
        busy = len(self._index.rows) * 7 / HISTORY.days >= BUSY_WEEK_STATEMENTS
        return ACTIVE_HOURS_BUSY if busy else ACTIVE_HOURS_QUIET
