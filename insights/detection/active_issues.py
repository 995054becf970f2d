"""What has been signalled and is still being reported. What it holds is explained: it is evidence for nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from insights.detection.index import KEPT, Memory, Places, Vectors, hours
from insights.detection.look import BUSY_WEEK
from insights.detection.scan import Mask, Region
from insights.detection.signal import Active, Resolved
from nlp.embed.vectors import unit

ACTIVE_BUSY, ACTIVE_QUIET = 120.0, 504.0
"""Hours that an issue stays active without a report; longer where fewer come."""

STILL = 1.5
"""Times its usual rate, above which an issue is still active."""

LONGEST = 28 * 24.0
"""Hours after which what goes on is usual."""

SAME, SAME_LATER, SAME_TOGETHER = 0.3, 0.6, 0.1
"""The similarity of two regions' centres from which they are one issue: if both began about the same time; if one began
long after the other; and if a refit or what follows puts them together."""

TOGETHER, ALIKE = 72.0, 0.42
"""Two that began within so many hours are together if their centres as they came are so similar: whitening may set two
wordings of one problem as far apart as two problems."""

HALF = 0.5
"""The share of some reports from which they are told by one channel, or are of one issue."""

NEIGHBOURLY = 0.2
"""The similarity below which even the nearest is no neighbour."""

MAJORITY = 3
"""Of a report's five nearest neighbours."""

REACH = 0.1
"""How far outside its region a report may lie whose neighbours are an issue's: from one to the next it would wander."""

SLACK = 0.05
"""How far outside its region a report of an issue still counts as explained by it."""


class Standing:
    """`active`: the issues that stand at `now` (hours), by their id."""

    def __init__(self, memory: Memory, active: Iterable[Active], resolved: Mapping[str, Resolved], now: float) -> None:
        self._memory, self._resolved, self._now = memory, resolved, now
        self.active = {one.issue: one for one in active if self._lasts(one)}

    def owned(self) -> Mask:
        """What an active issue was told with, and its reports since within its region; what else joined is evidence.

        And what was said of a resolved issue before it was that: people have dealt with it.
        """
        rows = self._memory.rows
        owned = np.zeros(len(rows), bool)
        for active in self.active.values():
            if active.tier == "signal":
                members = self.members(active)
                inside = self.region(active).depth(self._memory.smooth[members]) >= -SLACK
                told = rows["at"][members] <= hours(active.told or active.begun)
                owned[members] = inside | told
        for issue, it in self._resolved.items():
            owned |= (rows["issue"] == self._memory.code(issue)) & (rows["at"] <= hours(it.at))
        return owned

    def belongs(self, place: int) -> str | None:
        """The signalled issue that a report is one more of: that of most of its nearest neighbours, not far outside it.

        Or that in whose region it lies, the deepest, unless another issue has more of its neighbours.
        """
        votes = self._votes(place)
        vector = self._memory.smooth[place]
        for active in (one for one in self.active.values() if one.tier == "signal"):
            several = votes[self._memory.code(active.issue)] >= MAJORITY
            if several and self.region(active).depth(vector) >= -REACH:
                return active.issue
        depths = {a.issue: float(self.region(a).depth(vector)) for a in self.active.values() if a.claims}
        best = max(depths, key=depths.__getitem__, default=None)
        if best is None or depths[best] < 0 or votes[self._memory.code(best)] < max(votes.values(), default=0):
            return None
        return best

    def _votes(self, place: int) -> Counter[int]:
        """How many of a report's nearest neighbours are of each issue."""
        near = self._memory.rows["issue"][self._memory.neighbours(place, NEIGHBOURLY)]
        return Counter(near[near >= 0].tolist())

    def watched(self, centre: Vectors) -> str | None:
        """The watched issue that what lies about this centre is more of."""
        return self._nearest({a.issue: SAME for a in self.active.values() if a.tier == "watch"}, centre)

    def more_of(self, centre: Vectors, recent: Places, members: Places, channel: int | None) -> str | None:
        """The signalled issue that what was found about this centre is more of.

        `recent`: its reports in the window; `members`: those of the last days beside. `channel`: the rare one that
        alone brings it; it is more only of what is heard there too.
        """
        least = {
            a.issue: self._least(a, recent, members)
            for a in self.active.values()
            if a.tier == "signal" and (channel is None or self._heard_by(a, channel))
        }
        return self._nearest(least, centre)

    def _least(self, active: Active, recent: Places, members: Places) -> float:
        """How like an issue these have to be to be more of it."""
        rows = self._memory.rows[recent]
        gap = float(rows["at"].min()) - hours(active.begun)
        if gap >= self._span():
            return SAME_LATER
        joined = (rows["issue"] == self._memory.code(active.issue)).mean() >= HALF
        together = joined or (abs(gap) < TOGETHER and self._alike(members, self._core(active)) >= ALIKE)
        return SAME_TOGETHER if together else SAME

    def _alike(self, places: Places, others: Places) -> float:
        """The similarity of the centres of two groups of vectors as they came."""
        plain, back = self._memory.plain, self._memory.whitened.undone
        one, other = (unit(back(plain[group]).sum(axis=0)) for group in (places, others))
        return float(one @ other)

    def _nearest(self, least: Mapping[str, float], centre: Vectors) -> str | None:
        """Of these issues the one most like it, if it is so by at least so much."""
        likeness = {issue: float(centre @ self.region(self.active[issue]).centre) for issue in least}
        enough = [issue for issue in least if likeness[issue] >= least[issue]]
        return max(enough, key=likeness.__getitem__, default=None)

    def _heard_by(self, active: Active, channel: int) -> bool:
        return bool((self._memory.rows["channel"][self._core(active)] == channel).mean() >= HALF)

    def members(self, active: Active) -> Places:
        rows = self._memory.rows
        mine = rows["issue"] == self._memory.code(active.issue)
        return np.flatnonzero(rows["evidence"] & mine & (rows["at"] >= hours(active.begun)))

    def _core(self, active: Active) -> Places:
        members = self.members(active)
        told = members[self._memory.rows["at"][members] <= hours(active.told or active.begun)]
        return told if len(told) else members

    def region(self, active: Active) -> Region:
        """About the centre of what the issue was told with: what joins it moves it nowhere else.

        Without a region of its own, everything.
        """
        if active.issue not in self._memory.outlines:
            total = self._memory.smooth[self._core(active)].sum(axis=0)
            found = active.region or Region(total, -1.0)
            self._memory.outlines[active.issue] = replace(found, centre=unit(total)) if total.any() else found
        region: Region = self._memory.outlines[active.issue]
        return region

    def _lasts(self, active: Active) -> bool:
        """Whether it is still being reported, and more than before it began, and nobody has resolved it since."""
        rows, resolved = self._memory.rows, self._resolved.get(active.issue)
        if resolved and resolved.at >= active.begun:
            return False
        span = self._span()
        age = self._now - hours(active.begun)
        if age < span:
            return True
        lately = (rows["at"][self.members(active)] > self._now - span).sum()
        return bool(age < LONGEST and lately > STILL * active.usual * span)

    def _span(self) -> float:
        return ACTIVE_BUSY if len(self._memory.rows) * 7 / KEPT.days >= BUSY_WEEK else ACTIVE_QUIET
