"""What has started to go wrong in one service: a pure step(state, batch, now) -> state, findings.

Workers feed it from the database, the backtest from a file. A state is its `observations` (the statements of the last
32 days), its `active` issues and its `calibration`: from those it can be built anew at any time, and behaves the same.
The arrays beside them are a cache.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import msgspec
import numpy as np

from feedback.record.states import SignalKind, SignalTier
from insights.detection.active_issues import REACH, SAME_ISSUE, ActiveIssue, ActiveIssues, ResolvedIssue
from insights.detection.candidates import BURST_HOURS, BUSY_WINDOWS, MOST_BEFORE_NEW, Candidate, CandidateSearch
from insights.detection.finding import EarlierIssue, Finding, Identification, Recall, recalls_nothing
from insights.detection.judgement import FEWEST_SENDERS, SLOW_SHARE, YOUNG_SERVICE_DAYS, Judge
from insights.detection.observation import HISTORY, Indices, Observation, hours, moment
from insights.detection.state import State
from insights.detection.statistics.baseline import learn

__all__ = [
    "FEWEST_STATEMENTS",
    "HISTORY",
    "ActiveIssue",
    "EarlierIssue",
    "Finding",
    "Observation",
    "ResolvedIssue",
    "State",
    "step",
]

FEWEST_STATEMENTS = 30
"""Statements in four weeks, below which nothing can be told."""

SETTLED_HOURS = 96.0
"""Hours after a signal from which on its issue can be signalled again: until then it is still unfolding."""

BASELINE_LASTS_HOURS = 24
"""How long a baseline is used before it is learnt anew."""


def step(
    state: State,
    batch: Sequence[Observation],
    now: dt.datetime,
    *,
    tolerance: float = 0.02,
    resolved: Mapping[str, ResolvedIssue] | None = None,
    review: bool = False,
    holidays: Sequence[dt.datetime] = (),
    recall: Recall = recalls_nothing,
) -> tuple[State, list[Finding]]:
    """Take in what was newly cleaned, and find what it makes certain, and what is to be watched.

    Nothing later than `now` is looked at. `tolerance` is how many false alarms a week are borne. `resolved` are the
    issues that people hold to be resolved. `review` judges all that was said in the last days, as after an import, and
    not the batch alone. `holidays` are the moments at which bank holidays of the last weeks began: what came in then is
    not what is usual. `recall` is asked of what is found whether its issue was reported before all that is remembered.
    """
    return _Step(state, batch, now, tolerance, resolved or {}, holidays, recall).run(review)


class _Step:
    """One step's working copy; nothing of it outlives the step but the arrays."""

    def __init__(
        self,
        state: State,
        batch: Sequence[Observation],
        now: dt.datetime,
        tolerance: float,
        resolved: Mapping[str, ResolvedIssue],
        holidays: Sequence[dt.datetime],
        recall: Recall,
    ) -> None:
        self._state, self._now, self._resolved = state, now, resolved
        arrived = sorted((one if one.at <= now else replace(one, at=now) for one in batch), key=lambda one: one.at)
        self._observations = list(state.observations)
        self._index = state.indexed(arrived)
        self._forget()
        self._first = len(self._observations)
        self._active = ActiveIssues(self._index, state.active, resolved, hours(now))
        self._observations += arrived
        self._index.append(self._observations[len(self._index.rows) :])
        self._baseline = state.baseline
        if not self._baseline or hours(now) - self._baseline[0] >= BASELINE_LASTS_HOURS:
            self._baseline = hours(now), learn(self._index, hours(now))
        explained, began = self._active.explained(), np.array([hours(holiday) for holiday in holidays])
        self._search = CandidateSearch(self._index, hours(now), self._baseline[1], explained, began)
        age = float(self._search.ages.max(initial=0.0)) / 24
        factor = state.calibration.factor(hours(now))
        borne = (1 - SLOW_SHARE) * tolerance
        self._judge = Judge(self._index, self._observations, self._search, factor=factor, age=age, tolerance=borne)
        self._identification = Identification(self._index, self._observations, self._search, self._active, now, recall)
        self._calibration = state.calibration.started(hours(now)) if age >= YOUNG_SERVICE_DAYS else state.calibration
        self._can_tell = np.count_nonzero(self._search.ages < YOUNG_SERVICE_DAYS * 24) >= FEWEST_STATEMENTS
        self._joined: dict[int, str] = {}
        self._findings: list[Finding] = []

    def run(self, review: bool) -> tuple[State, list[Finding]]:
        begin = 0 if review else self._first
        rows, ages = self._index.rows[begin:], self._search.ages[begin:]
        recent = rows["evidence"] & ~rows["late"] & (ages < self._search.windows[-1])
        for row in np.flatnonzero(recent) + begin:
            self._take(int(row))
        self._index.version += 1
        state = replace(
            self._state,
            observations=tuple(self._observations),
            active=tuple(self._active.by_id.values()),
            calibration=self._calibration,
            joined=self._joined,
            index=self._index,
            version=self._index.version,
            baseline=self._baseline,
        )
        return state, self._findings

    def _forget(self) -> None:
        """Drop what is too old; once a day or so, as old rows do no harm."""
        observations, oldest = self._observations, self._now - HISTORY
        if observations and observations[0].at < oldest - dt.timedelta(days=1):
            gone = next((row for row, one in enumerate(observations) if one.at >= oldest), len(observations))
            self._observations = observations[gone:]
            self._index.drop(gone)

    def _take(self, row: int) -> None:
        """One report is one more of a signalled issue, or makes certain that a resolved one is back, or is news."""
        explained = self._search.explained[row]
        issue = self._observations[row].issue if explained else self._active.issue_of(row)
        if issue is not None:
            self._extend(issue, np.array([row]))
            if not self._strikes_within(issue, row):
                self._check_escalation(issue, row)
        elif self._can_tell and not self._returned(row) and (candidate := self._search.about_report(row)):
            self._weigh(candidate)

    def _returned(self, row: int) -> bool:
        """Whether this report makes certain that a resolved issue is back; only what was said since then counts."""
        for issue, it in self._resolved.items():
            if issue in self._active.by_id:
                continue
            centre = self._index.whitened(it.centroid)
            candidate = self._search.about_centre(row, centre, hours(self._now) - hours(it.at))
            if not candidate or self._judge.tier(candidate) != SignalTier.SIGNAL:
                continue
            there = self._identification.centre(candidate.members) @ centre >= SAME_ISSUE
            if there or self._identification.mostly_of(candidate, issue):
                self._raise(SignalKind.REGRESSION, SignalTier.SIGNAL, issue, candidate)
                return True
        return False

    def _strikes_within(self, issue: str, row: int) -> bool:
        """Raise what strikes within hours among the reports of an issue that has ended, or began a day or more before.

        What joined it in the last hours, after it was told, or after it had ended, is looked about as if it had not:
        what strikes after the end is a new outbreak of it; where most of what the issue was told with lies elsewhere,
        it is a problem of its own.
        """
        active = self._active.signalled(issue)
        ended = self._active.ended_at(active) if active else None
        if not active or (ended is None and hours(self._now) - hours(active.begun) < BURST_HOURS):
            return False
        candidate = self._strike_of(active, row, ended)
        if not candidate:
            return False
        known = self._identification.known_as(candidate)
        if known is None:
            self._settle(candidate, SignalTier.SIGNAL)
        elif known == issue and ended is not None:
            self._raise(SignalKind.SURGE, SignalTier.SIGNAL, issue, candidate, ended=ended)
        return known is None or (known == issue and ended is not None)

    def _strike_of(self, active: ActiveIssue, row: int, ended: float | None) -> Candidate | None:
        """Find what strikes about a report by what its issue was joined by in the last hours alone."""
        rows, explained = self._index.rows, self._search.explained
        mine, usual = rows["issue"] == self._index.code(active.issue), explained.copy()
        since = max(hours(active.signalled_at), ended or 0.0)
        joined = mine & (rows["at"] > since) & (self._search.ages < BUSY_WINDOWS[0])
        if np.count_nonzero(joined) < FEWEST_SENDERS:
            return None
        explained[mine] = ~joined[mine]
        candidate = self._search.about_report(row)
        certain = candidate and self._judge.tier(candidate) == SignalTier.SIGNAL
        explained[:] = usual
        if not candidate or not certain:
            return None
        strikes = candidate.window < BURST_HOURS or (ended is not None and joined[candidate.recent].all())
        return candidate if strikes else None

    def _check_escalation(self, issue: str, row: int) -> None:
        """A signalled issue is signalled again when it has become much more than it was then."""
        active = self._active.signalled(issue)
        age = hours(self._now) - hours(active.signalled_at) if active else 0.0
        if not active or age < SETTLED_HOURS:
            return
        centre = self._active.region(active).centre
        candidate = self._search.about_centre(row, centre, age, with_explained=True)
        certain = candidate and self._judge.tier(candidate) == SignalTier.SIGNAL
        if candidate and certain and self._identification.mostly_of(candidate, issue):
            self._raise(SignalKind.SURGE, SignalTier.SIGNAL, issue, candidate)

    def _weigh(self, candidate: Candidate) -> None:
        """Raise what is beyond chance; what is nearly so, and more of nothing known, teaches how often that happens."""
        tier = self._judge.tier(candidate)
        if tier:
            self._settle(candidate, tier)
        near_miss = tier != SignalTier.SIGNAL and self._judge.is_near_miss(candidate)
        if near_miss and self._identification.known_as(candidate) is None:
            keys = (self._observations[row].key for row in candidate.recent)
            self._calibration = self._calibration.with_near_miss(keys, hours(self._now))

    def _settle(self, candidate: Candidate, tier: SignalTier) -> None:
        """What is beyond chance is more of a known issue, or goes on being watched, or is raised."""
        watched = self._active.watched_at(self._identification.centre(candidate.members))
        issue, is_new = self._identification.identify(candidate)
        if (known := self._identification.known_as(candidate)) and len(more := self._more_of(known, candidate)):
            if tier == SignalTier.SIGNAL:
                self._extend(known, more)
        elif tier == SignalTier.WATCH and (watched or issue in self._active.by_id):
            self._prolong(watched or issue, candidate.members)
        elif kind := self._kind(issue, candidate):
            self._raise(kind, tier, watched if watched and is_new else issue, candidate, is_new=is_new)

    def _more_of(self, known: str, candidate: Candidate) -> Indices:
        """The reports of a candidate that are a known issue's.

        Among what was said for days, what was said just now far from the issue may be how something else begins; where
        all of it was, it has begun.
        """
        members = candidate.members
        if candidate.window < BURST_HOURS:
            return members
        region = self._active.region(self._active.by_id[known])
        near = region.depth(self._index.smooth[members]) >= -REACH
        return np.asarray(members[near | (self._search.ages[members] >= BUSY_WINDOWS[0])])

    def _kind(self, issue: str, candidate: Candidate) -> SignalKind | None:
        """What was said before an issue was resolved is no sign that it is back."""
        if issue in self._resolved:
            since = min(self._observations[row].at for row in candidate.recent)
            return SignalKind.REGRESSION if since > self._resolved[issue].at else None
        is_new = candidate.before <= MOST_BEFORE_NEW and not self._identification.was_heard_before(issue, candidate)
        return SignalKind.NEW if is_new else SignalKind.SURGE

    def _raise(
        self,
        kind: SignalKind,
        tier: SignalTier,
        issue: str,
        candidate: Candidate,
        *,
        is_new: bool = False,
        ended: float | None = None,
    ) -> None:
        found = self._identification.finding(kind, tier, issue, candidate, self._judge, is_new=is_new)
        if ended is not None:
            found = replace(found, ended=moment(ended))
        self._findings.append(found)
        self._activate(issue, tier, candidate)
        if tier == SignalTier.SIGNAL:
            self._calibration = self._calibration.without(found.keys)
            self._extend(issue, candidate.members)

    def _activate(self, issue: str, tier: SignalTier, candidate: Candidate) -> None:
        known = self._active.by_id.get(issue)
        if known and known.tier == tier:
            self._active.by_id[issue] = msgspec.structs.replace(known, last_signalled=self._now)
            return
        begun = min(self._observations[row].at for row in candidate.members)
        region = candidate.region.without_rim(self._index.smooth[candidate.members])
        usual = candidate.expected / candidate.window
        self._active.by_id[issue] = ActiveIssue(issue, begun, self._now, region, usual, tier, self._now)

    def _extend(self, issue: str, rows: Indices) -> None:
        """These reports are the issue's, and evidence for nothing else."""
        self._prolong(issue)
        for row in rows:
            if self._observations[row].issue != issue:
                self._joined[self._observations[row].key] = issue
                self._observations[row] = replace(self._observations[row], issue=issue)
        self._index.assign(rows, issue)
        self._search.explained[rows] = True

    def _prolong(self, issue: str, watched: Iterable[int] = ()) -> None:
        if active := self._active.by_id.get(issue):
            found = [self._observations[row].feedback_id for row in watched]
            pieces = tuple(dict.fromkeys((*active.pieces, *found)))
            self._active.by_id[issue] = msgspec.structs.replace(active, last_report=self._now, pieces=pieces)
