"""A made-up service whose statements are points about the directions of its topics."""

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from insights.detection import detector
from insights.detection.detector import Finding, Observation, ResolvedIssue, State
from insights.detection.finding import Recall, recalls_nothing
from insights.detection.observation import Vectors
from nlp.embed.vectors import unit

START = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)  # a Monday
DAY = dt.timedelta(days=1)
TOPICS, DIMENSIONS, SPREAD, LOOSE_SPREAD = 20, 96, 0.08, 0.24
NEW = TOPICS - 1
"""The topic that nobody speaks of unless a test says so."""


class Service:
    def __init__(self, seed: int = 5) -> None:
        self.rng = np.random.default_rng(seed)
        self.seed, self.keys = seed, itertools.count()
        self.centres: Vectors = unit(self.rng.normal(size=(TOPICS, DIMENSIONS)).astype(np.float32))

    def again(self) -> "Service":
        """The same, whatever was said in other tests."""
        self.rng = np.random.default_rng(self.seed + 1)
        return self

    def report(self, topic: int, at: dt.datetime, channel: str = "web") -> Observation:
        key = next(self.keys)
        vector = self._point(self.centres[topic])
        return Observation(str(key), at, vector, channel, issue=None if topic == NEW else f"topic {topic}", key=key)

    def near(self, centre: Vectors, report: Observation) -> Observation:
        """The same report, of what lies about this centre."""
        return replace(report, vector=self._point(centre))

    def day(self, day: int, pieces: int = 30) -> list[Observation]:
        """What is usually said on one day, in working hours."""
        share = 1 / np.arange(2, TOPICS + 1)
        topics = self.rng.choice(TOPICS - 1, size=self.rng.poisson(pieces), p=share / share.sum())
        channels = self.rng.choice(["web", "sms", "call"], size=len(topics), p=[0.7, 0.2, 0.1])
        said = zip(topics.tolist(), channels.tolist(), strict=True)
        return [self.report(topic, self._moment(day), channel) for topic, channel in said]

    def days(self, first: int, last: int, pieces: int = 30) -> list[Observation]:
        return [report for day in range(first, last) for report in self.day(day, pieces)]

    def of(self, topic: int, first: int, last: int, a_day: int = 4, channel: str = "web") -> list[Observation]:
        """The same number of reports of one thing every day."""
        return [self.report(topic, self._moment(day), channel) for day in range(first, last) for _ in range(a_day)]

    def beside(self, topic: int, likeness: float, first: int, last: int, a_day: int = 5) -> list[Observation]:
        """Reports every day, not grouped yet, of something else that is so like a topic."""
        other = Service(self.seed + 1)
        other.keys, other.centres[topic] = self.keys, unit(likeness * self.centres[topic] + other.centres[topic])
        return nameless(other.of(topic, first, last, a_day))

    def at_once(self, topic: int, day: int, reports: int, hours: float = 2.0, at: float = 10.0) -> list[Observation]:
        """What strikes, at ten in the morning where no hour is given, and is reported within hours."""
        begin = START + day * DAY + dt.timedelta(hours=at)
        return [self.report(topic, begin + dt.timedelta(hours=hours * place / reports)) for place in range(reports)]

    def typed_in(self, about: int, day: int, forms: int) -> list[Observation]:
        """A week's paper forms, most of them about one thing, entered by one clerk within hours."""
        topics = [about if self.rng.random() < 0.6 else int(self.rng.integers(TOPICS - 1)) for _ in range(forms)]
        said = [self.report(topic, self._moment(day), "import") for topic in topics]
        return [replace(report, batch=f"clerk {day}") for report in said]

    def resolved(self, topic: int, day: int) -> ResolvedIssue:
        return ResolvedIssue(START + day * DAY, self.centres[topic])

    def loosely(self, topic: int, report: Observation) -> Observation:
        """The same report, of a topic's subject and of nothing that others say of it."""
        return replace(report, vector=self._point(self.centres[topic], LOOSE_SPREAD))

    def _point(self, centre: Vectors, spread: float = SPREAD) -> Vectors:
        return unit(centre + spread * self.rng.normal(size=DIMENSIONS).astype(np.float32))

    def _moment(self, day: int) -> dt.datetime:
        return START + day * DAY + dt.timedelta(hours=float(self.rng.uniform(8, 20)))


def play(
    reports: Sequence[Observation],
    state: State | None = None,
    *,
    tolerance: float = 0.02,
    resolved: dict[str, ResolvedIssue] | None = None,
    recall: Recall = recalls_nothing,
) -> tuple[State, list[Finding]]:
    """One by one, each as it is said; a resolved issue is known to be that from then on."""
    state, raised = state or State(), []
    for report in sorted(reports, key=lambda report: report.at):
        known = {issue: it for issue, it in (resolved or {}).items() if it.at <= report.at}
        state, signals = detector.step(state, [report], report.at, tolerance=tolerance, resolved=known, recall=recall)
        raised += signals
    return state, raised


def sent(signals: Sequence[Finding]) -> list[Finding]:
    return [signal for signal in signals if signal.tier == "signal"]


def nameless(reports: Sequence[Observation]) -> list[Observation]:
    """The same before anybody has grouped them."""
    return [replace(report, issue=None) for report in reports]
