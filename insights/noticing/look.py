"""A service at one moment: what may count as evidence, and what about a new report is too much to be chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from insights.noticing.habits import Habits, weights
from insights.noticing.memory import Memory, Places, Vectors
from insights.noticing.scan import RADII, Find, Mask, Nearby, Region, Ruler, about, scan
from insights.noticing.surprise import WEEK, Floats, exposure

BUSY = np.array([12.0, 24.0, 48.0, 96.0])
QUIET = np.array([24.0, 48.0, 96.0, 168.0, 336.0])
BUSY_WEEK = 100
"""Hours: the windows of a service, and of one with fewer statements a week than this."""

Way = Literal["neighbourhood", "channel", "issue"]

CHANCES: dict[Way, float] = {"neighbourhood": 40.0, "channel": 40.0, "issue": 10.0}
"""Looked at in this way, of so many statements each finds something of the odds of one in so many by mere chance."""

RARE_CHANNEL = 0.25
"""A channel that brings less than this share is looked at by itself too."""

ANYWHERE_NEAR = 0.1
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
        self.windows = BUSY if self.pace >= BUSY_WEEK else QUIET
        self._rulers: dict[int | None, Ruler] = {}

    def suspect(self, place: int) -> Suspicion | None:
        """What is least likely to be chance about this report, of all the ways to look at it."""
        rows, everything = self._memory.rows, self._memory.rows["evidence"]
        likeness = self._memory.smooth @ self._memory.smooth[place]
        near, places = self._near(place, likeness, everything)
        found = [self._told("neighbourhood", scan(near, self._ruler(None)), near, places)]
        same = rows["channel"] == rows["channel"][place]
        if same.mean() < RARE_CHANNEL:
            some, there = self._near(place, likeness, everything & same)
            ruler = self._ruler(int(rows["channel"][place]))
            found.append(self._told("channel", scan(some, ruler), some, there, float(same.mean())))
        if rows["issue"][place] >= 0:
            members = rows["issue"][places] == rows["issue"][place]
            found.append(self._told("issue", about([members], near, self._ruler(None)), near, places))
        return min(filter(None, found), key=lambda suspicion: suspicion.chance, default=None)

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
            self._rulers[channel] = Ruler(self.windows, volume, self._habits.restless)
        return self._rulers[channel]

    def _near(self, place: int, likeness: Vectors, may: Mask) -> tuple[Nearby, Places]:
        """What of `may` is anywhere near a row, that row last; and the places of all of it."""
        around = may & (likeness >= ANYWHERE_NEAR)
        around[place] = False
        places = np.append(np.flatnonzero(around), place)
        close = np.append(likeness[places[:-1]] >= RADII[0], True)
        weight = np.ones(len(places))
        weight[close] = weights(self._memory.rows[places[close]], self._habits.alike)
        return Nearby(self._memory.smooth[places], self.ages[places], weight, self.fresh()[places]), places

    def _told(self, way: Way, find: Find | None, near: Nearby, places: Places, share: float = 1.0) -> Suspicion | None:
        """`share`: the part of all reports that is looked at in this way."""
        if find is None:
            return None
        inside = near.fresh & find.inside
        return Suspicion(
            way=way,
            chance=CHANCES[way] * share * self.pace * 10.0**-find.score,
            score=find.score,
            window=find.window,
            observed=find.observed,
            before=find.before,
            expected=find.expected,
            recent=places[inside & (near.ages < find.window)],
            members=places[inside & (near.ages < max(find.window, BUSY[-1]))],
            region=find.region,
        )
