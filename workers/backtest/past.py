"""A history's past of up to a year, as the running product would look at it once a day for slow changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from feedback.record.states import SignalTier
from insights.detection import detector, drift
from insights.detection.active_issues import ActiveIssue
from insights.detection.index import ObservationIndex
from insights.detection.statistics.baseline import Baseline
from nlp.embed.vectors import unit


class BacktestPast:
    """What was said so far in one service, and what was signalled of it."""

    def __init__(self, tolerance: float) -> None:
        self._tolerance = tolerance
        self._said: list[detector.Observation] = []
        self._rows: dict[int, int] = {}
        self._told: dict[str, drift.Told] = {}
        self._index: ObservationIndex | None = None
        self._looked_at: dt.datetime | None = None

    def hear(self, batch: Sequence[detector.Observation], state: detector.State) -> None:
        """Take in what was newly said, and what the detector holds to be signalled."""
        for one in batch:
            self._rows[one.key] = len(self._said)
            self._said.append(one)
        for active in state.active:
            if active.tier == SignalTier.SIGNAL:
                self._cover(active.issue, active.begun, batch[-1].at)

    def earlier(self, issue: str, now: dt.datetime) -> detector.EarlierIssue | None:
        """Tell what is known of an issue from before all that the detector remembers."""
        since = now - detector.HISTORY
        mine = [it.vector for it in self._said if it.issue == issue and it.at < since and it.vector is not None]
        return detector.EarlierIssue(unit(np.sum(mine, axis=0))) if mine else None

    def is_due(self, now: dt.datetime) -> bool:
        """Tell whether a day has gone by since the last look."""
        self._looked_at = self._looked_at or now
        return now - self._looked_at >= drift.EVERY

    def look(self, state: detector.State, now: dt.datetime) -> tuple[detector.State, list[detector.Finding]]:
        """Look once, and tell the detector what is signalled now."""
        self._regroup(state)
        since, self._looked_at = self._looked_at or now, now
        baseline = state.baseline[1] if state.baseline else Baseline()
        found = drift.look(
            self._said,
            tuple(self._told.values()),
            {},
            now,
            since=since,
            tolerance=self._tolerance,
            baseline=baseline,
            index=self._indexed(),
        )
        self._index = found.index
        for signal in found.findings:
            self._cover(signal.issue, signal.since, now)
        for key, issue in found.joined.items():
            self._said[self._rows[key]] = replace(self._said[self._rows[key]], issue=issue)
        return _told(state, found, now), list(found.findings)

    def _cover(self, issue: str, since: dt.datetime, until: dt.datetime) -> None:
        known = self._told.get(issue)
        self._told[issue] = drift.Told(issue, min(known.since, since) if known else since, until)

    def _regroup(self, state: detector.State) -> None:
        """Take over the issues of what the detector remembers."""
        moved = []
        for one in state.observations:
            row = self._rows[one.key]
            if self._said[row].issue != one.issue:
                self._said[row] = one
                moved.append(row)
        if self._index:
            for row in moved:
                if row < len(self._index.rows):
                    self._index.assign(np.array([row]), self._said[row].issue)

    def _indexed(self) -> ObservationIndex | None:
        """The index of the last look, with what was said since; None where it no longer fits."""
        if self._index is None or not self._index.fits(len(self._said)):
            return None
        self._index.append(self._said[len(self._index.rows) :])
        return self._index


def _told(state: detector.State, found: drift.Drifts, now: dt.datetime) -> detector.State:
    """What was found is signalled, and its reports are of its issue from now on."""
    if not found.findings:
        return state
    mine = {signal.issue for signal in found.findings}
    active = [one for one in state.active if one.issue not in mine]
    active += [
        ActiveIssue(
            signal.issue,
            signal.since,
            now,
            usual_per_hour=signal.expected / signal.window,
            last_signalled=now,
            slow=True,
        )
        for signal in found.findings
    ]
    observations = tuple(replace(one, issue=found.joined.get(one.key, one.issue)) for one in state.observations)
    return replace(state, active=tuple(active), observations=observations, version=-1)
