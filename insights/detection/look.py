"""A service at one moment: what may count as evidence, and what about a new report is too much to be chance."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from insights.detection.index import Memory, Places, Vectors
from insights.detection.scan import RADII, Find, Mask, Nearby, Region, Ruler, about, at, risen, scan
from insights.detection.statistics.baseline import Habits, weights
from insights.detection.statistics.gamma_poisson import LEAST_REPORTS, WEEK, Floats, exposure

BUSY = np.array([24.0, 48.0, 96.0])
QUIET = np.array([24.0, 48.0, 96.0, 168.0, 336.0])
BUSY_WEEK = 100
"""Hours: the windows of a service, and of one with fewer statements a week than this."""

LEAST_BUSY = 4
"""Reports, below which a finding is none in a busy service: of so many statements three agree by chance."""

Way = Literal["neighbourhood", "channel", "issue", "return"]

RARER = 0.69
"""What is sought among many regions is as rare as its odds to this power: long odds are met more often than the test
promises, as rates wander and people repeat each other."""

CHANCES: dict[Way, float] = {"neighbourhood": 0.66, "channel": 1.67, "issue": 0.53}
"""How often each statement finds, in this way, something of odds of one by mere chance."""

QUIET_CHANCES = 2.1
"""Times as often in a quiet service, which is looked at over longer and over more windows."""

RETURNS = 200.0
"""How often a week chance finds something about one known centre, for odds of one: few reports come near it, and one
resolved issue in a hundred a month may be reopened by mere chance."""

NEAR_CENTRE = 0.28
"""How near a centre a report lies that can be one more of what lies about it."""

RARE_CHANNEL = 0.15
"""A channel that brings less than this share is looked at by itself too, unless it is a clerk's who types it in."""

ANYWHERE_NEAR = 0.12
"""A similarity below which a report lies in no region about another."""

FEWEST_DAYS = 2
MOSTLY = 0.6


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What is too much about one report, and where. `chance`: how often a week chance alone would bring the like.

    `recent`: the places of its reports in the window; `members`: those of the last days beside.
    """

    way: Way
    chance: float
    score: float
    window: float
    observed: float
    before: float
    expected: float
    recent: Places
    members: Places
    region: Region


class Look:
    """`owned`: (n,) the reports that belong to what has been signalled, no longer evidence for anything else."""

    def __init__(self, memory: Memory, now: float, habits: Habits, owned: Mask) -> None:
        self._memory, self._habits = memory, habits
        self.now, self.owned = now, owned
        self.ages: Floats = np.maximum(now - memory.rows["at"], 0.0)
        self.pace = self._pace()
        busy = self.pace >= BUSY_WEEK
        self.windows, self.least = (BUSY, LEAST_BUSY) if busy else (QUIET, LEAST_REPORTS)
        self._looks = self.pace * (1.0 if busy else QUIET_CHANCES)
        self._rulers: dict[int | None, Ruler] = {}
        self._shares: dict[int, float] = {}

    def suspect(self, place: int) -> Suspicion | None:
        """What is least likely to be chance about this report, of all the ways to look at it."""
        rows = self._memory.rows
        likeness = self._memory.smooth @ self._memory.smooth[place]
        places = self._around(place, likeness, rows["evidence"])
        near = self._near(places, likeness)
        found = [self._scanned("neighbourhood", near, places)]
        channel = int(rows["channel"][place])
        if rows["batch"][place] < 0 and (share := self._share(channel)) < RARE_CHANNEL:
            there = places[rows["channel"][places] == channel]
            some = self._near(there, likeness)
            found.append(self._scanned("channel", some, there, channel, share))
        if rows["issue"][place] >= 0:
            members, ruler = rows["issue"][places] == rows["issue"][place], self._ruler(None)
            if risen(members, near, ruler):
                found.append(self._told("issue", about([members], near, ruler), near, places))
        return min(filter(None, found), key=lambda suspicion: suspicion.chance, default=None)

    def since(self, place: int, centre: Vectors, age: float, *, explained: bool = False) -> Suspicion | None:
        """What is too much about a centre, by what was said of it in the last `age` hours, and in no others.

        `explained`: what has been signalled counts as well.
        """
        likeness = self._memory.smooth @ centre
        if likeness[place] < NEAR_CENTRE:
            return None
        since = self.ages < age
        places = self._around(place, likeness, self._memory.rows["evidence"] & since)
        near = self._near(places, likeness)
        if explained:
            near = replace(near, fresh=~self._memory.rows["late"][places])
        volume = exposure(self.ages[since], self._memory.rows["share"][since], self.windows)
        find = at(centre, near, Ruler(self.windows, volume, self._habits.restless, self.least))
        return replace(self._told("return", find, near, places), chance=RETURNS * 10.0**-find.score)

    def fresh(self) -> Mask:
        """What may count as evidence for something new."""
        rows = self._memory.rows
        return np.asarray(rows["evidence"] & ~self.owned & ~rows["late"])

    def _pace(self) -> float:
        """Statements a week."""
        known = self._memory.rows["share"].sum()
        return float(known / max(self.ages.max(initial=0.0), 24.0) * WEEK)

    def _ruler(self, channel: int | None) -> Ruler:
        if channel not in self._rulers:
            rows = self._memory.rows
            mine = slice(None) if channel is None else rows["channel"] == channel
            volume = exposure(self.ages[mine], rows["share"][mine], self.windows)
            self._rulers[channel] = Ruler(self.windows, volume, self._habits.restless, self.least)
        return self._rulers[channel]

    def _share(self, channel: int) -> float:
        """What a channel brings of everything."""
        if channel not in self._shares:
            channels = self._memory.rows["channel"]
            self._shares[channel] = np.count_nonzero(channels == channel) / len(channels)
        return self._shares[channel]

    def _around(self, place: int, likeness: Vectors, may: Mask) -> Places:
        """What of `may` is anywhere near; the row itself last."""
        around = may & (likeness >= ANYWHERE_NEAR)
        around[place] = False
        return np.append(np.flatnonzero(around), place)

    def _near(self, places: Places, likeness: Vectors) -> Nearby:
        rows = self._memory.rows
        close = likeness[places] >= RADII[0]
        close[-1] = True
        weight = np.ones(len(places))
        weight[close] = weights(rows, places[close], self._habits.alike)
        fresh = ~(self.owned[places] | rows["late"][places])
        return Nearby(self._memory.smooth[places], self.ages[places], weight, fresh)

    def _scanned(
        self, way: Way, near: Nearby, places: Places, channel: int | None = None, share: float = 1.0
    ) -> Suspicion | None:
        find = scan(near, self._ruler(channel))
        return self._told(way, find, near, places, share) if find else None

    def _told(self, way: Way, find: Find, near: Nearby, places: Places, share: float = 1.0) -> Suspicion:
        """`share`: the part of all reports that is looked at in this way."""
        inside = near.fresh & find.inside
        return Suspicion(
            way=way,
            chance=CHANCES.get(way, 1.0) * share * self._looks * 10.0 ** (-RARER * find.score),
            score=find.score,
            window=find.window,
            observed=find.observed,
            before=find.before,
            expected=find.expected,
            recent=places[inside & (near.ages < find.window)],
            members=places[inside & (near.ages < max(find.window, BUSY[-1]))],
            region=find.region,
        )
