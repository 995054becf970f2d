"""A service at one moment: what may count as evidence, and what about a new report is too much to be chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from insights.habits import Habits, weights
from insights.memory import Memory, Places
from insights.scan import RADII, Find, Mask, Nearby, Region, Ruler, scan
from insights.surprise import WEEK, Floats, expected, exposure, surprise

BUSY = np.array([12.0, 24.0, 48.0, 96.0])
QUIET = np.array([24.0, 48.0, 96.0, 168.0, 336.0])
BUSY_WEEK = 100
"""Hours: the windows of a service, and of one with fewer statements a week than this."""

NEIGHBOURHOOD, CHANNEL, ISSUE = 10.0, 10.0, 2.0
"""Looked at in this way, of so many statements each finds something of the odds of one in so many by mere chance."""

RARE_CHANNEL = 0.25
"""A channel that brings less than this share is looked at by itself too."""

FEWEST_DAYS = 2
MOSTLY = 0.6


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What is too much about one report, and where. `chance`: how often a week chance alone would bring the like.

    `recent`: the places of its reports in the window; `members`: those of the last days beside; `channel`: the only one
    that was looked at; `issue`: the code of the known issue that was looked at.
    """

    chance: float
    score: float
    window: float
    observed: float
    before: float
    expected: float
    recent: Places
    members: Places
    region: Region | None = None
    channel: int | None = None
    issue: int | None = None


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
        rows = self._memory.rows
        channel = int(rows["channel"][place])
        ways = [self._neighbourhood(place, None)]
        if (rows["channel"] == channel).mean() < RARE_CHANNEL:
            ways.append(self._neighbourhood(place, channel))
        if rows["issue"][place] >= 0:
            ways.append(self._issue(int(rows["issue"][place])))
        return min(filter(None, ways), key=lambda suspicion: suspicion.chance, default=None)

    def counts(self) -> Mask:
        """What may count as evidence for something new."""
        rows = self._memory.rows
        return np.asarray(rows["evidence"] & ~self.owned & ~(rows["late"] & (self.ages < self.windows[-1])))

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

    def _neighbourhood(self, place: int, channel: int | None) -> Suspicion | None:
        memory, rows = self._memory, self._memory.rows
        may = self.counts()
        if channel is not None:
            may &= rows["channel"] == channel
        may[place] = False
        likeness = memory.smooth @ memory.smooth[place]
        places = np.append(np.flatnonzero(may & (likeness >= 0.1)), place)
        close = np.append(likeness[places[:-1]] >= RADII[0], True)
        weight = np.ones(len(places))
        weight[close] = weights(rows["batch"][places[close]], rows["piece"][places[close]], self._habits.alike)
        near = Nearby(memory.smooth[places], self.ages[places], weight)
        find = scan(near, self._ruler(channel))
        return self._of_find(find, near, places, channel) if find else None

    def _of_find(self, find: Find, near: Nearby, places: Places, channel: int | None) -> Suspicion:
        way = NEIGHBOURHOOD if channel is None else CHANNEL
        return Suspicion(
            chance=way * self.pace * 10.0**-find.score,
            score=find.score,
            window=find.window,
            observed=find.observed,
            before=find.before,
            expected=find.expected,
            recent=places[find.inside & (near.ages < find.window)],
            members=places[find.inside & (near.ages < max(find.window, BUSY[-1]))],
            region=find.region,
            channel=channel,
        )

    def _issue(self, issue: int) -> Suspicion | None:
        rows = self._memory.rows
        places = np.flatnonzero(self.counts() & (rows["issue"] == issue))
        if not len(places):
            return None
        weight = weights(rows["batch"][places], rows["piece"][places], self._habits.alike)
        ages, ruler = self.ages[places], self._ruler(None)
        k = np.array([weight[ages < window].sum() for window in self.windows])
        b = weight.sum() - k
        scores = surprise(k, b, ruler.volume, ruler.restless)
        best = int(scores.argmax())
        window = float(self.windows[best])
        return Suspicion(
            chance=ISSUE * self.pace * 10.0 ** -float(scores[best]),
            score=float(scores[best]),
            window=window,
            observed=float(k[best]),
            before=float(b[best]),
            expected=float(expected(k, b, ruler.volume)[best]),
            recent=places[ages < window],
            members=places[ages < window],
            issue=issue,
        )
