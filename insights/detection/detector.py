"""What has started to go wrong in one service: a pure step(state, batch, now) -> state, signals.

Workers feed it from the database, the backtest from a file. A state is its `reports` (the statements of the last 32
days), its `active` issues and its `calibration`: from those it can be built anew at any time, and behaves the
same. The arrays beside them are a cache.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from insights.detection.active_issues import SAME, Standing
from insights.detection.caveats import YOUNG, days, doubts
from insights.detection.centroid import outline
from insights.detection.index import KEPT, Places, Report, Vectors, hours
from insights.detection.look import FEWEST_DAYS, MOSTLY, Look, Suspicion
from insights.detection.signal import Active, Kind, Resolved, Signal, Tier
from insights.detection.state import State
from insights.detection.statistics.baseline import Habits, learn
from insights.detection.statistics.calibration import STIR
from nlp.embed.vectors import unit

__all__ = ["FEWEST", "KEPT", "Active", "Report", "Resolved", "Signal", "State", "Tier", "step"]

FEWEST = 30
"""Statements in four weeks, below which nothing can be told."""

WATCH = 10.0
"""What chance would bring this many times as often as is tolerated is shown, and not sent."""

SETTLED = 96.0
"""Hours after a signal from which on its issue can be signalled again: until then it is still unfolding."""

YOUNGEST = 7.0
"""Days of history before which nobody knows what is usual on which day of the week."""

NOTHING_BEFORE = 2

FEWEST_EARLIER, ABOUT = 2, 0.5
"""An issue was about what is found now, if at least this share of its earlier statements, of so many, lies there."""

NOTHING_JOINS = 1.0
"""The radius of an issue that is watched: until it is certain, new statements go where they would go without it."""


def step(
    state: State,
    batch: Sequence[Report],
    now: dt.datetime,
    *,
    tolerance: float = 0.02,
    resolved: Mapping[str, Resolved] | None = None,
    review: bool = False,
) -> tuple[State, list[Signal]]:
    """Take in what was newly cleaned, and say what it makes certain, and what is to be watched.

    `now`: nothing later is looked at; `tolerance`: false alarms a week; `resolved`: the issues that people hold to be
    resolved; `review`: judge all that was said lately, as after an import, and not the batch alone.
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
        resolved: Mapping[str, Resolved],
    ) -> None:
        self.now, self.tolerance, self.resolved = now, tolerance, resolved
        self.state = state
        self.batch = sorted((r if r.at <= now else replace(r, at=now) for r in batch), key=lambda report: report.at)
        self.reports = list(state.reports)
        self.memory = state.laid_out(self.batch)
        self._forget()
        self.calibration = state.calibration
        self.joined: dict[int, str] = {}
        self.signals: list[Signal] = []

    def run(self, review: bool) -> tuple[State, list[Signal]]:
        first = len(self.reports)
        self.standing = Standing(self.memory, self.state.active, self.resolved, hours(self.now))
        self.reports += self.batch
        self.memory.append(self.reports[len(self.memory.rows) :])
        habits = self._habits()
        self.look = Look(self.memory, hours(self.now), habits[1], self.standing.owned())
        self.age = float(self.look.ages.max(initial=0.0)) / 24
        if self.age >= YOUNG:
            self.calibration = self.calibration.begun(hours(self.now))
        begin = 0 if review else first
        rows = self.memory.rows[begin:]
        recent = rows["evidence"] & ~rows["late"] & (self.look.ages[begin:] < self.look.windows[-1])
        for place in np.flatnonzero(recent) + begin:
            self._judge(int(place))
        self.memory.version += 1
        state = replace(
            self.state,
            reports=tuple(self.reports),
            active=tuple(self.standing.active.values()),
            calibration=self.calibration,
            joined=self.joined,
            memory=self.memory,
            version=self.memory.version,
            habits=habits,
        )
        return state, self.signals

    def _judge(self, place: int) -> None:
        owner = self.reports[place].issue if self.look.owned[place] else self.standing.belongs(place)
        if owner is not None:
            self._extend(owner, np.array([place]))
            self._escalated(owner, place)
        elif np.count_nonzero(self.look.ages < YOUNG * 24) >= FEWEST and not self._returned(place):
            self._suspect(place)

    def _returned(self, place: int) -> bool:
        """Whether this report makes certain that a resolved issue is back; only what was said since then counts."""
        for issue, it in self.resolved.items():
            if issue in self.standing.active:
                continue
            centre = self.memory.whitened(it.centroid)
            found = self.look.since(place, centre, hours(self.now) - hours(it.at))
            if not found or self._tier(found) != "signal":
                continue
            if self._centre(found.members) @ centre >= SAME or self._mostly(found, issue):
                self._raise("regression", "signal", issue, found, fresh=False)
                return True
        return False

    def _escalated(self, issue: str, place: int) -> None:
        """A signalled issue is signalled again when it has become much more than it was then."""
        active = self.standing.active.get(issue)
        age = hours(self.now) - hours(active.told or active.begun) if active else 0.0
        if not active or not self._claimed(issue) or age < SETTLED:
            return
        found = self.look.since(place, self.standing.region(active).centre, age, explained=True)
        if found and self._tier(found) == "signal" and self._mostly(found, issue):
            self._raise("surge", "signal", issue, found, fresh=False)

    def _suspect(self, place: int) -> None:
        found = self.look.suspect(place)
        if found is None:
            return
        tier = self._tier(found)
        if tier:
            self._find(found, tier)
        if tier != "signal":
            self._learn(found)

    def _tier(self, found: Suspicion) -> Tier | None:
        if not self._many(found) or self._chance(found) > WATCH * self.tolerance:
            return None
        return "signal" if self._sound(found) and self._chance(found) <= self.tolerance else "watch"

    def _many(self, found: Suspicion) -> bool:
        return len(np.unique(self.memory.rows["piece"][found.recent])) >= self.look.least

    def _sound(self, found: Suspicion) -> bool:
        """Evidence of one day alone is watched, however much it is, and so is all in a service's first week."""
        return days(self.memory, found.recent) >= FEWEST_DAYS and self.age >= YOUNGEST

    def _learn(self, found: Suspicion) -> None:
        """What is just beyond chance, and more of nothing that is known, tells how often that is so in this service."""
        stirs = self.age >= YOUNG and found.chance <= STIR and self._many(found) and self._sound(found)
        if stirs and self._known(found) is None:
            self.calibration = self.calibration.met((self.reports[p].key for p in found.recent), hours(self.now))

    def _chance(self, found: Suspicion) -> float:
        """A service of less than four weeks is looked at with the more caution the younger it is."""
        corrected = self.state.calibration.factor(hours(self.now))
        return found.chance * corrected * YOUNG / min(max(self.age, 1.0), YOUNG)

    def _find(self, found: Suspicion, tier: Tier) -> None:
        watched = self.standing.watched(self._centre(found.members))
        issue, fresh = self._identify(found)
        if known := self._known(found):
            if tier == "signal":
                self._extend(known, found.members)
        elif tier == "watch" and (watched or issue in self.standing.active):
            self._prolong(watched or issue)
        elif (kind := self._kind(issue, found)) is not None:
            self._raise(kind, tier, watched if watched and fresh else issue, found, fresh=fresh)

    def _known(self, found: Suspicion) -> str | None:
        channel = int(self.memory.rows["channel"][found.recent[0]]) if found.way == "channel" else None
        return self.standing.more_of(self._centre(found.members), found.recent, found.members, channel)

    def _claimed(self, issue: str) -> bool:
        return issue in self.standing.active and self.standing.active[issue].tier == "signal"

    def _kind(self, issue: str, found: Suspicion) -> Kind | None:
        """What was said before an issue was resolved is no sign that it is back."""
        if issue in self.resolved:
            since = min(self.reports[place].at for place in found.recent)
            return "regression" if since > self.resolved[issue].at else None
        return "new" if found.before <= NOTHING_BEFORE else "surge"

    def _raise(self, kind: Kind, tier: Tier, issue: str, found: Suspicion, *, fresh: bool) -> None:
        members = [self.reports[place] for place in found.members]
        recent = [self.reports[place] for place in found.recent]
        centroid, radius = outline(members, self.reports) if fresh else (None, None)
        if tier == "watch" and radius is not None:
            radius = NOTHING_JOINS
        self.signals.append(
            Signal(
                kind=kind,
                tier=tier,
                issue=issue,
                since=min(report.at for report in recent),
                observed=len({report.feedback_id for report in recent}),
                expected=found.expected,
                score=found.score,
                chance=self._chance(found),
                window=int(found.window),
                way=found.way,
                feedback_ids=tuple(dict.fromkeys(report.feedback_id for report in members)),
                keys=tuple(report.key for report in members),
                channels=dict(Counter(report.channel for report in recent)),
                centroid=centroid,
                radius=radius,
                against=doubts(self.memory, found.recent, self.age),
            )
        )
        self.standing.active[issue] = self._stands(issue, tier, found)
        if tier == "signal":
            self.calibration = self.calibration.without(report.key for report in members)
            self._extend(issue, found.members)

    def _stands(self, issue: str, tier: Tier, found: Suspicion) -> Active:
        if (known := self.standing.active.get(issue)) and known.tier == tier:
            return replace(known, told=self.now)
        begun = min(self.reports[place].at for place in found.members)
        region = found.region.drawn(self.memory.smooth[found.members])
        return Active(issue, begun, self.now, region, found.expected / found.window, tier, self.now)

    def _identify(self, found: Suspicion) -> tuple[str, bool]:
        """The known issue that most of the evidence is of, that most of is evidence and that was about this before.

        Or a new one: what is new in a wide known issue is a problem of its own.
        """
        rows = self.memory.rows
        issue = Counter(self.reports[place].issue for place in found.recent).most_common(1)[0][0]
        if issue is not None and not self._claimed(issue) and self._mostly(found, issue):
            lately = self.look.fresh() & (rows["issue"] == self.memory.code(issue)) & (self.look.ages < found.window)
            if self._count(found, issue) >= 0.5 * lately.sum() and self._was_about(found, issue):
                return issue, False
        name = "\n".join(sorted({self.reports[place].feedback_id for place in found.recent}))
        return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self.now.isoformat()}\n{name}")), True

    def _was_about(self, found: Suspicion, issue: str) -> bool:
        """Whether what the issue held before lies where this was found, as far as it held anything."""
        earlier = (self.memory.rows["issue"] == self.memory.code(issue)) & (self.look.ages >= found.window)
        inside = found.region.depth(self.memory.smooth[earlier]) >= 0
        return bool(len(inside) < FEWEST_EARLIER or inside.mean() >= ABOUT)

    def _mostly(self, found: Suspicion, issue: str) -> bool:
        return self._count(found, issue) >= MOSTLY * len(found.recent)

    def _count(self, found: Suspicion, issue: str) -> int:
        return sum(self.reports[place].issue == issue for place in found.recent)

    def _centre(self, places: Places) -> Vectors:
        return unit(self.memory.smooth[places].sum(axis=0))

    def _extend(self, issue: str, places: Places) -> None:
        """These reports are the issue's, and evidence for nothing else."""
        self._prolong(issue)
        for place in places:
            if self.reports[place].issue != issue:
                self.joined[self.reports[place].key] = issue
                self.reports[place] = replace(self.reports[place], issue=issue)
        self.memory.assign(places, issue)
        self.look.owned[places] = True

    def _prolong(self, issue: str) -> None:
        if issue in self.standing.active:
            self.standing.active[issue] = replace(self.standing.active[issue], last_report=self.now)

    def _habits(self) -> tuple[float, Habits]:
        if self.state.habits and hours(self.now) - self.state.habits[0] < 24:
            return self.state.habits
        return hours(self.now), learn(self.memory, hours(self.now))

    def _forget(self) -> None:
        """Once in a while; rows older than what is kept do no harm."""
        if self.reports and self.reports[0].at < self.now - KEPT - dt.timedelta(days=1):
            gone = next((i for i, r in enumerate(self.reports) if r.at >= self.now - KEPT), len(self.reports))
            self.reports = self.reports[gone:]
            self.memory.drop(gone)
