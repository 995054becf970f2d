"""What has slowly got worse in one service: a look once a day over weeks, held against up to a year of them.

What trickles in, or triples within weeks, stands out on no day. So the reports of the last day are looked about as in
`scan.py`, in a ladder of windows from two to eight weeks, with a test of its own (`statistics/weekly.py`). What has
been signalled already is no evidence for it. What may be chance it names apart, to be watched.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from feedback.record.states import SignalKind, SignalTier
from insights.detection.active_issues import ActiveIssues, ResolvedIssue
from insights.detection.candidates import P_VALUE_POWER, Candidate, CandidateSearch, Scope
from insights.detection.finding import Finding, Identification
from insights.detection.index import ObservationIndex
from insights.detection.judgement import SLOW_SHARE, Judge
from insights.detection.observation import FloatArray, Indices, Mask, Observation, Vectors, hours, moment
from insights.detection.reference import Neighbourhood, WeeklyReference
from insights.detection.scan import WORTHWHILE_SCORE, Cluster
from insights.detection.statistics.baseline import Baseline
from insights.detection.statistics.gamma_poisson import WEEK_HOURS
from insights.detection.statistics.weekly import step_variance
from nlp.embed.vectors import unit

PAST = dt.timedelta(weeks=61)
"""How much of a service's past is looked at: the longest window, and the same weeks of the year before."""

EVERY = dt.timedelta(days=1)
"""How often a service is looked at."""

WEEKS = np.array([2, 3, 4, 6, 8])
"""The windows. Shorter ones are the detector's; in longer ones wandering rates come as far by themselves."""

FEWEST_WEEKS = 8
"""Weeks of history before which nothing is called slow. Each window has a baseline at least as long as itself."""

LEAST_REPORTS = 5

SEARCHED_FACTOR = 2.0
"""What is found by searching has wandered farther than the issues by which a service shows its steps, as variances."""

CHANCES = 0.1
"""How often each statement finds a slow change of a p-value of one by chance: what many find for days is one thing."""

SAME_ISSUE = 0.5
"""The similarity to the middle of what has been signalled from which a slow change is more of it."""

MOST_EXPECTED_OF_NEW = 1.0
"""Reports expected in the window, up to which what grows is new and no surge."""

BLOCK_ROWS = 128


@dataclass(frozen=True, slots=True)
class Told:
    """A signal of this issue covers what was said of it between these moments."""

    issue: str
    since: dt.datetime
    until: dt.datetime


@dataclass(frozen=True, slots=True)
class Drifts:
    """What a look found; `joined` tells which statements, by key, are of which issue now. `index` is a cache.

    `watched` may well be chance: nothing joins it, and it is no news.
    """

    findings: tuple[Finding, ...]
    joined: Mapping[int, str]
    index: ObservationIndex
    watched: tuple[Finding, ...] = ()


def look(
    observations: Sequence[Observation],
    told: Sequence[Told],
    resolved: Mapping[str, ResolvedIssue],
    now: dt.datetime,
    *,
    since: dt.datetime,
    tolerance: float,
    baseline: Baseline,
    index: ObservationIndex | None = None,
) -> Drifts:
    """Find what has slowly grown, about the reports that were said after `since`.

    `observations` are those of the past, `index` one over them, if there is one. `told` are the signals that stand or
    stood, `resolved` the issues that people hold to be resolved. `tolerance` is how many false alarms a week are borne.
    """
    found = index or ObservationIndex(observations)
    return _Look(observations, found, told, resolved, now, tolerance, baseline).run(hours(since))


def good_news(
    index: ObservationIndex,
    observations: Sequence[Observation],
    told: Sequence[Told],
    now: dt.datetime,
    *,
    since: dt.datetime,
    tolerance: float,
    baseline: Baseline,
) -> Drifts:
    """Find praise that has grown, about what praised after `since`, as `look` finds what has got worse.

    `index` is the one over the observations, `told` is the good news that stands or stood.
    """
    praise, tier = index.of_praise(), SignalTier.GOOD_NEWS
    return _Look(observations, praise, told, {}, now, tolerance, baseline, tier).run(hours(since))


class _WeeklySearch(CandidateSearch):
    """Looks about reports over weeks; `windows` is empty where the past is too short for any."""

    def __init__(self, index: ObservationIndex, now: float, baseline: Baseline, explained: Mask) -> None:
        super().__init__(index, now, baseline, explained)
        self.weeks_known = int(min(self.ages.max(initial=0.0), PAST / dt.timedelta(hours=1)) // WEEK_HOURS)
        self.weeks = WEEKS[self.weeks_known >= np.maximum(2 * WEEKS, FEWEST_WEEKS)]
        self.windows, self.least = self.weeks * WEEK_HOURS, LEAST_REPORTS
        volume = self._by_week(np.ones(len(self.ages), bool))
        variance = SEARCHED_FACTOR * step_variance(self._by_issue(), volume)
        self._weekly = WeeklyReference(self.weeks, volume, variance, self.least)

    def promising(self, rows: Indices) -> Indices:
        """Choose the rows about which more is said than usual, so that a closer look is worthwhile."""
        around = np.flatnonzero(self._index.rows["evidence"])
        smooth, share = self._index.smooth[around], self._index.rows["share"][around]
        near = Neighbourhood(smooth, self.ages[around], share, ~self.explained[around])
        chosen = np.zeros(len(rows), bool)
        for begin in range(0, len(rows), BLOCK_ROWS):
            block = slice(begin, begin + BLOCK_ROWS)
            tested = self._weekly.tested(smooth @ self._index.smooth[rows[block]].T, near)
            chosen[block] = tested.score.max(axis=(1, 2)) >= WORTHWHILE_SCORE
        return rows[chosen]

    def about_report(self, row: int) -> Candidate | None:
        """Find what is least likely to be chance about this report, whatever channel and issue it is of."""
        similarity = self._index.smooth @ self._index.smooth[row]
        around = self._around(row, similarity, self._index.rows["evidence"])
        return self._scanned("drift", self._neighbourhood(around, similarity), around, self._weekly)

    def _candidate(
        self, scope: Scope, cluster: Cluster, near: Neighbourhood, around: Indices, share: float = 1.0
    ) -> Candidate:
        found = super()._candidate(scope, cluster, near, around, share)
        return replace(found, chance=CHANCES * self._looks_a_week * 10.0 ** (-P_VALUE_POWER * cluster.score))

    def _by_week(self, mask: Mask) -> FloatArray:
        week = (self.ages[mask] // WEEK_HOURS).astype(np.intp)
        share = self._index.rows["share"][mask]
        return np.asarray(np.bincount(week, share, minlength=self.weeks_known)[: self.weeks_known], np.float64)

    def _by_issue(self) -> FloatArray:
        rows = self._index.rows
        issues = np.unique(rows["issue"][rows["issue"] >= 0])
        weekly = [self._by_week(rows["evidence"] & (rows["issue"] == issue)) for issue in issues]
        return np.reshape(weekly, (len(issues), self.weeks_known))


class _Look:
    """One look's working copy."""

    def __init__(
        self,
        observations: Sequence[Observation],
        index: ObservationIndex,
        told: Sequence[Told],
        resolved: Mapping[str, ResolvedIssue],
        now: dt.datetime,
        tolerance: float,
        baseline: Baseline,
        tier: SignalTier = SignalTier.SIGNAL,
    ) -> None:
        self._observations, self._index, self._resolved = list(observations), index, resolved
        self._told, self._now, self._tier = told, hours(now), tier
        self._search = _WeeklySearch(index, self._now, baseline, self._explained())
        active = ActiveIssues(index, (), resolved, self._now)
        self._identification = Identification(index, self._observations, self._search, active, now)
        age = float(self._search.ages.max(initial=0.0)) / 24
        borne = SLOW_SHARE * tolerance
        self._judge = Judge(index, self._observations, self._search, factor=1.0, age=age, tolerance=borne)
        self._findings: list[Finding] = []
        self._joined: dict[int, str] = {}
        self._doubtful: list[Candidate] = []

    def run(self, since: float) -> Drifts:
        if len(self._search.weeks):
            rows = self._index.rows
            new = np.flatnonzero(rows["evidence"] & (rows["at"] > since) & ~self._search.explained)
            for row in self._search.promising(new):
                if not self._search.explained[row] and (candidate := self._search.about_report(int(row))):
                    self._weigh(candidate)
        return Drifts(tuple(self._findings), self._joined, self._index, tuple(self._watched()))

    def _explained(self) -> Mask:
        """Mark (n,) what a signal covers, and what was said of a resolved issue before it was resolved."""
        rows = self._index.rows
        explained = np.zeros(len(rows), bool)
        for one in self._told:
            explained |= self._covered(one)
        for issue, it in self._resolved.items():
            explained |= (rows["issue"] == self._index.code(issue)) & (rows["at"] <= hours(it.at))
        return explained

    def _covered(self, told: Told) -> Mask:
        rows = self._index.rows
        during = (rows["at"] >= hours(told.since)) & (rows["at"] <= hours(told.until))
        return np.asarray(during & (rows["issue"] == self._index.code(told.issue)))

    def _weigh(self, candidate: Candidate) -> None:
        tier = self._judge.tier(candidate)
        if tier != SignalTier.SIGNAL:
            self._doubtful += [candidate] if tier else []
        elif found := self._finding(self._tier, candidate):
            self._findings.append(found)
            self._index.assign(candidate.members, found.issue)
            self._told = (*self._told, Told(found.issue, found.since, self._observations[-1].at))
            self._joined |= dict.fromkeys(found.keys, found.issue)

    def _watched(self) -> Iterator[Finding]:
        """What may be chance, the least likely first, where nothing surer explains it; each rise once."""
        for candidate in sorted(self._doubtful, key=lambda one: one.chance):
            if self._search.explained[candidate.members].any():
                continue
            if found := self._finding(SignalTier.WATCH, candidate):
                yield found

    def _finding(self, tier: SignalTier, candidate: Candidate) -> Finding | None:
        """What a candidate tells, by which it is explained; None where that is no news."""
        self._search.explained[candidate.members] = True
        issue, is_new = self._identification.identify(candidate)
        kind = self._kind(issue, candidate)
        if kind is None or self._is_told(issue, candidate):
            return None
        found = self._identification.finding(kind, tier, issue, candidate, self._judge, is_new=is_new)
        begun = self._now - self._search.weeks_known * WEEK_HOURS, self._now - candidate.window
        return replace(found, held_against=(moment(begun[0]), moment(begun[1])))

    def _kind(self, issue: str, candidate: Candidate) -> SignalKind | None:
        """What was said before an issue was resolved is no sign that it is back."""
        if issue in self._resolved:
            since = float(self._index.rows["at"][candidate.recent].min())
            return SignalKind.REGRESSION if since > hours(self._resolved[issue].at) else None
        before = candidate.expected > MOST_EXPECTED_OF_NEW or self._identification.was_heard_before(issue, candidate)
        return SignalKind.SURGE if before else SignalKind.NEW

    def _is_told(self, issue: str, candidate: Candidate) -> bool:
        """Whether this is more of what a signal told of within the window."""
        centre = self._identification.centre(candidate.members)
        begun = self._now - candidate.window
        lately = [one for one in self._told if hours(one.until) >= begun]
        return any(one.issue == issue or self._centre(one) @ centre >= SAME_ISSUE for one in lately)

    def _centre(self, told: Told) -> Vectors:
        return unit(self._index.smooth[self._covered(told) & self._index.rows["evidence"]].sum(axis=0))
