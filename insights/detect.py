"""What has started to go wrong in one service: a pure step(state, batch, now) -> state, signals.

Workers feed it from the database, the backtest from a file. A state is its `reports` (the statements of the last 32
days), its `active` issues and how it is `calibrated`: from those it can be built anew at any time, and behaves the
same. The arrays beside them are a cache.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from insights.noticing.habits import Habits, learn
from insights.noticing.look import BUSY_WEEK, FEWEST_DAYS, MOSTLY, Look, Suspicion, Way
from insights.noticing.memory import Memory, Places, Report, Vectors, hours, unit
from insights.noticing.scan import Mask, Region

__all__ = ["Active", "Report", "Signal", "State", "step"]

KEPT = dt.timedelta(days=32)
FEWEST = 30
"""Statements in what is kept, below which nothing can be told."""

ACTIVE_BUSY, ACTIVE_QUIET = 120.0, 504.0
"""Hours that an issue stays active without a report; longer where fewer come."""

STILL = 1.5
"""Times its usual rate, above which an issue is still active."""

LONGEST = 28 * 24.0
"""Hours after which what goes on is usual."""

WATCH = 10.0
"""What chance would bring this many times as often as is tolerated is shown, and not sent."""

SAME = 0.75
"""The similarity of two regions' centres from which they are one issue."""

SLACK = 0.05
"""How far outside its region a report of an issue still counts as explained by it."""

RIM = 0.2

NOTHING_BEFORE = 2

Kind = Literal["new", "surge", "regression"]
Tier = Literal["signal", "watch"]


@dataclass(frozen=True, slots=True)
class Active:
    """An issue that has been signalled and is still being reported. Its members are its reports since it began.

    `region`: where it was found, None where it was known and only its own reports are meant; `usual`: reports an hour
    before it began, so that a known issue ends when it is back at its level.
    """

    issue: str
    begun: dt.datetime
    last_report: dt.datetime
    region: Region | None = None
    usual: float = 0.0


@dataclass(frozen=True, slots=True)
class Signal:
    """The finding that an issue is new, a surge or a regression, with its evidence.

    `issue`: a known one, or with `centroid` and `radius` (of unit vectors as they came; a cosine) one that was found
    just now and is to be stored under this id. `observed` reports in the last `window` hours, where `expected` were;
    `score`: -log10 of how likely so many are; `chance`: how often a week chance alone brings the like in this service.
    `way`: whether it was found in a neighbourhood, in one channel's or about a known issue;
    `keys`: the statements that it rests on, now the issue's; `against`: what speaks against it.
    """

    kind: Kind
    tier: Tier
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
    way: Way
    centroid: Vectors | None = None
    radius: float | None = None
    against: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class State:
    """What is remembered of one service; an empty one is a new service.

    `reports`: of the last 32 days, as they came or were grouped since; `calibrated`: by how much its false alarms
    exceed what is common; `joined`: the statements that the last step put into an issue, by key.
    """

    reports: tuple[Report, ...] = ()
    active: tuple[Active, ...] = ()
    calibrated: float = 1.0
    joined: Mapping[int, str] = field(default_factory=dict)
    memory: Memory | None = field(default=None, repr=False, compare=False)
    version: int = field(default=0, repr=False, compare=False)
    habits: tuple[float, Habits] | None = field(default=None, repr=False, compare=False)


def step(
    state: State,
    batch: Sequence[Report],
    now: dt.datetime,
    *,
    tolerance: float = 0.02,
    resolved: Mapping[str, dt.datetime] | None = None,
    review: bool = False,
) -> tuple[State, list[Signal]]:
    """Take in what was newly cleaned, and say what it makes certain.

    `now`: nothing later is looked at; `tolerance`: false alarms a week; `resolved`: when each issue was that is;
    `review`: judge all that was said lately, as after an import, and not the batch alone.
    """
    return _Step(state, batch, now, tolerance, resolved or {}).run(review)


class _Step:
    """One step's working copy; nothing of it outlives the step but the arrays."""

    def __init__(
        self,
        state: State,
        batch: Sequence[Report],
        now: dt.datetime,
        tolerance: float,
        resolved: Mapping[str, dt.datetime],
    ) -> None:
        self.now, self.tolerance, self.resolved = now, tolerance, resolved
        self.state = state
        self.batch = sorted((replace(r, at=min(r.at, now)) for r in batch), key=lambda report: report.at)
        self.reports = list(state.reports)
        self.memory = _memory(state, self.batch)
        self._forget()
        self.active = {a.issue: a for a in state.active if self._lasts(a)}
        self.joined: dict[int, str] = {}
        self.signals: list[Signal] = []

    def run(self, review: bool) -> tuple[State, list[Signal]]:
        first = len(self.reports)
        self.reports += self.batch
        self.memory.append(self.reports[len(self.memory.rows) :])
        habits = self._habits()
        self.look = Look(self.memory, hours(self.now), habits[1], self._owned())
        told = self.memory.rows["evidence"] & ~self.memory.rows["late"]
        begin = 0 if review else first
        recent = told & (self.look.ages < self.look.windows[-1])
        for place in np.flatnonzero(recent[begin:]) + begin:
            self._judge(int(place))
        self.memory.version += 1
        state = replace(
            self.state,
            reports=tuple(self.reports),
            active=tuple(self.active.values()),
            joined=self.joined,
            memory=self.memory,
            version=self.memory.version,
            habits=habits,
        )
        return state, self.signals

    def _judge(self, place: int) -> None:
        if self.look.owned[place]:
            self._extend(self.reports[place].issue or "", np.array([place]))
            return
        if (issue := self._belongs(place)) is not None:
            self._extend(issue, np.array([place]))
            return
        if len(self.reports) < FEWEST:
            return
        suspicion = self.look.suspect(place)
        if suspicion is None:
            return
        chance = suspicion.chance * self.state.calibrated * self._youth()
        if chance <= self.tolerance and self._sound(suspicion):
            self._find(suspicion, chance)

    def _find(self, suspicion: Suspicion, chance: float) -> None:
        if (known := self._same(suspicion)) is not None:
            self._extend(known, suspicion.members)
            return
        issue, fresh = self._identify(suspicion)
        if issue in self.active:
            self._extend(issue, suspicion.members)
            return
        members = [self.reports[place] for place in suspicion.members]
        recent = [self.reports[place] for place in suspicion.recent]
        since = min(report.at for report in recent)
        centroid, radius = _outline(members, self.reports) if fresh else (None, None)
        self.signals.append(
            Signal(
                kind=self._kind(issue, suspicion),
                tier="signal",
                issue=issue,
                since=since,
                observed=len({report.feedback_id for report in recent}),
                expected=suspicion.expected,
                score=suspicion.score,
                chance=chance,
                window=int(suspicion.window),
                way=suspicion.way,
                feedback_ids=tuple(dict.fromkeys(report.feedback_id for report in members)),
                keys=tuple(report.key for report in members),
                channels=dict(Counter(report.channel for report in recent)),
                centroid=centroid,
                radius=radius,
            )
        )
        self.active[issue] = Active(
            issue, min(r.at for r in members), self.now, self._drawn(suspicion), suspicion.expected / suspicion.window
        )
        self._extend(issue, suspicion.members)

    def _kind(self, issue: str, suspicion: Suspicion) -> Kind:
        if issue in self.resolved:
            return "regression"
        return "new" if suspicion.before <= NOTHING_BEFORE else "surge"

    def _sound(self, suspicion: Suspicion) -> bool:
        """Whether the evidence is of several days."""
        return len({self.reports[place].at.date() for place in suspicion.recent}) >= FEWEST_DAYS

    def _identify(self, suspicion: Suspicion) -> tuple[str, bool]:
        """The known issue that most of the evidence is of and that most of is evidence, or a new one."""
        rows = self.memory.rows
        issues = Counter(self.reports[place].issue for place in suspicion.recent)
        issue, count = issues.most_common(1)[0]
        if issue is not None:
            lately = (
                self.look.fresh() & (rows["issue"] == self.memory.code(issue)) & (self.look.ages < suspicion.window)
            )
            if count >= MOSTLY * len(suspicion.recent) and count >= 0.5 * lately.sum():
                return issue, False
        name = "\n".join(sorted({self.reports[place].feedback_id for place in suspicion.recent}))
        return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self.now.isoformat()}\n{name}")), True

    def _same(self, suspicion: Suspicion) -> str | None:
        """The active issue that this is more of."""
        centre = self._centre(suspicion.members)
        likeness = {a.issue: float(centre @ self._region(a).centre) for a in self.active.values()}
        best = max(likeness, key=likeness.__getitem__, default=None)
        return best if best is not None and likeness[best] >= SAME else None

    def _belongs(self, place: int) -> str | None:
        vector = self.memory.smooth[place]
        depths = {a.issue: float(self._region(a).depth(vector)) for a in self.active.values() if a.region}
        best = max(depths, key=depths.__getitem__, default=None)
        return best if best is not None and depths[best] >= 0 else None

    def _members(self, active: Active) -> Places:
        rows = self.memory.rows
        mine = (
            rows["evidence"] & (rows["issue"] == self.memory.code(active.issue)) & (rows["at"] >= hours(active.begun))
        )
        return np.flatnonzero(mine & rows["evidence"] & (rows["at"] >= hours(active.begun)))

    def _region(self, active: Active) -> Region:
        """About the centre of the issue's members, which moves with them; without a region of its own, everything."""
        if active.issue not in self.memory.outlines:
            total = self.memory.smooth[self._members(active)].sum(axis=0)
            self.memory.outlines[active.issue] = replace(active.region or Region(total, -1.0), centre=unit(total))
        region: Region = self.memory.outlines[active.issue]
        return region

    def _drawn(self, suspicion: Suspicion) -> Region:
        """The region without its sparse rim: it was chosen wide, and is to hold no other issue's reports."""
        region = suspicion.region
        depth = region.depth(self.memory.smooth[suspicion.members])
        return replace(region, radius=region.radius + max(float(np.quantile(depth, RIM)), 0.0))

    def _centre(self, places: Places) -> Vectors:
        return unit(self.memory.smooth[places].sum(axis=0))

    def _extend(self, issue: str, places: Places) -> None:
        """These reports are the issue's, and evidence for nothing else."""
        if issue in self.active:
            self.active[issue] = replace(self.active[issue], last_report=self.now)
        for place in places:
            if self.reports[place].issue != issue:
                self.joined[self.reports[place].key] = issue
                self.reports[place] = replace(self.reports[place], issue=issue)
        self.memory.assign(places, issue)
        self.look.owned[places] = True

    def _owned(self) -> Mask:
        """What an active issue's reports hold within its region; what merely joined it is still evidence."""
        owned = np.zeros(len(self.memory.rows), bool)
        for active in self.active.values():
            members = self._members(active)
            owned[members] = self._region(active).depth(self.memory.smooth[members]) >= -SLACK
        return owned

    def _lasts(self, active: Active) -> bool:
        """Whether it is still being reported, and more than before it began."""
        rows = self.memory.rows
        span = ACTIVE_BUSY if len(rows) / (KEPT.days / 7) >= BUSY_WEEK else ACTIVE_QUIET
        since = hours(self.now) - span
        age = hours(self.now) - hours(active.begun)
        if age < span:
            return True
        lately = (rows["at"][self._members(active)] > since).sum()
        return bool(age < LONGEST and lately > STILL * active.usual * span)

    def _youth(self) -> float:
        """A service of less than four weeks is looked at with the more caution the younger it is."""
        age = float(self.look.ages.max(initial=0.0)) / 24
        return 28 / min(max(age, 1.0), 28.0)

    def _habits(self) -> tuple[float, Habits]:
        if self.state.habits and hours(self.now) - self.state.habits[0] < 24:
            return self.state.habits
        return hours(self.now), learn(self.memory, hours(self.now))

    def _forget(self) -> None:
        """Once in a while; rows older than what is kept do no harm."""
        old = int(np.searchsorted([hours(r.at) for r in self.reports[:1]], hours(self.now - KEPT)))
        if old and self.reports[0].at < self.now - KEPT - dt.timedelta(days=1):
            gone = next((i for i, r in enumerate(self.reports) if r.at >= self.now - KEPT), len(self.reports))
            self.reports = self.reports[gone:]
            self.memory.drop(gone)


def _memory(state: State, batch: Sequence[Report]) -> Memory:
    """The state's own, or one built anew: another step has used it, or its centre and neighbours are out of date."""
    memory, reports = state.memory, state.reports
    if memory and memory.version == state.version and memory.serves(len(reports)):
        return memory
    return Memory((*reports, *batch))


def _outline(members: Sequence[Report], reports: Sequence[Report]) -> tuple[Vectors, float]:
    """Centroid of a found issue among the vectors as they came, and the radius that best tells its reports apart."""
    mine = {id(report) for report in members}
    told = [report for report in reports if report.vector is not None]
    vectors = np.array([report.vector for report in told])
    inside = np.array([id(report) in mine for report in told])
    centroid = unit(vectors[inside].sum(axis=0))
    likeness = vectors @ centroid
    order = np.argsort(-likeness)
    gain = np.cumsum(np.where(inside[order], 1, -1))
    return centroid, float(likeness[order[int(gain.argmax())]])
