"""One service's history replayed in event time: the detector of the running product, and grouping around it.

Every statement is grouped as it comes; topics are refitted every week on what was there by then.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from insights.detection import detector
from insights.detection.observation import Indices, Vectors
from nlp.embed.vectors import unit
from nlp.group import communities, identity, knn_graph, partition, topics

Heard: TypeAlias = list[tuple[detector.Observation, str]]
"""The statements of one piece, each with its text."""

FIRST_FIT = dt.timedelta(days=7)
REFIT = dt.timedelta(days=7)
RESOLUTION = 3.0
PART = 0.3


@dataclass(frozen=True, slots=True)
class Raised:
    """A signal, when it would have been raised, and how it would have been called."""

    at: dt.datetime
    signal: detector.Finding
    title: str


def replay(history: Iterable[Heard], tolerance: float) -> Iterator[Raised]:
    """All that the detector would have found, what is only watched among it."""
    groups, state, due = Groups(), detector.State(), None
    for heard in history:
        batch = groups.join([report for report, _ in heard])
        groups.texts.update((report.key, text) for report, text in heard)
        if not batch:
            continue
        now = batch[0].at
        due = due or now + FIRST_FIT
        if now >= due:
            state = replace(state, observations=groups.refit(state), version=-1)
            due = now + REFIT
        state, signals = detector.step(state, batch, now, tolerance=tolerance)
        for signal in signals:
            if signal.tier == "signal":
                groups.learn(signal)
            yield Raised(now, signal, groups.title(signal))


def line(raised: Raised) -> dict[str, object]:
    """A signal as a backtest writes it."""
    signal = raised.signal
    return {
        "issue_id": signal.issue,
        "kind": signal.kind,
        "detected_at": raised.at.isoformat(),
        "title": raised.title,
        "feedback_ids": list(signal.feedback_ids),
        "since": signal.since.isoformat(),
        "observed": signal.observed,
        "expected": round(signal.expected, 2),
        "window_hours": signal.window,
        "score": round(signal.score, 2),
        "chance": float(f"{signal.chance:.2g}"),
        "channels": signal.channels,
        "way": signal.scope,
        "against": list(signal.caveats),
    }


class Groups:
    """The issues of one service as far as they are known by now."""

    def __init__(self) -> None:
        self.texts: dict[int, str] = {}
        self.places: dict[str, tuple[Vectors, float]] = {}
        self.signalled: set[str] = set()

    def join(self, batch: Sequence[detector.Observation]) -> list[detector.Observation]:
        told = [report for report in batch if report.vector is not None]
        if not self.places or not told:
            return list(batch)
        centroids = np.array([centroid for centroid, _ in self.places.values()])
        radii = np.array([radius for _, radius in self.places.values()])
        chosen, _ = topics.join(np.array([report.vector for report in told]), centroids, radii)
        issues = [*self.places, None]
        found = {report.key: issues[place] for report, place in zip(told, chosen, strict=True)}
        return [replace(report, issue=found.get(report.key)) for report in batch]

    def learn(self, signal: detector.Finding) -> None:
        self.signalled.add(signal.issue)
        if signal.centroid is not None and signal.radius is not None:
            self.places[signal.issue] = (signal.centroid, signal.radius)

    def title(self, signal: detector.Finding) -> str:
        """The statement that is most like all of them."""
        return self.texts[signal.keys[0]]

    def refit(self, state: detector.State) -> tuple[detector.Observation, ...]:
        """Groups anew what is kept. What has been signalled goes on."""
        told = [place for place, report in enumerate(state.observations) if report.vector is not None]
        vectors = np.array([state.observations[place].vector for place in told])
        issues = [state.observations[place].issue for place in told]
        groups = self._groups(vectors, issues)
        centres = [unit(vectors[group].sum(axis=0)) for group in groups]
        known = [
            identity.Known(issue, frozenset(place for place, i in enumerate(issues) if i == issue), centroid)
            for issue, (centroid, _) in self.places.items()
        ]
        found = [identity.Found(frozenset(group.tolist()), c) for group, c in zip(groups, centres, strict=True)]
        ids = identity.match(known, found).ids
        self.places = {issue: self.places[issue] for issue in self.signalled if issue in self.places}
        target: list[str | None] = [issue if issue in self.places else None for issue in issues]
        for matched, group, centre in zip(ids, groups, centres, strict=True):
            issue = matched or str(uuid.uuid4())
            if issue in self.places and sum(issues[place] == issue for place in group) < PART * len(group):
                issue = str(uuid.uuid4())
            self.places[issue] = (centre, topics.radius(vectors[group] @ centre))
            for place in group:
                target[place] = target[place] or issue
        reports = list(state.observations)
        for where, stands in zip(told, target, strict=True):
            reports[where] = replace(reports[where], issue=stands)
        return tuple(reports)

    def _groups(self, vectors: Vectors, issues: Sequence[str | None]) -> list[Indices]:
        """The rows of each; a signalled issue has one of its own."""
        labels = communities.leiden(knn_graph.graph(vectors), RESOLUTION)
        numbers = {issue: number for number, issue in enumerate(sorted(self.signalled))}
        start = np.array([numbers.get(issue or "", -1) for issue in issues], np.int32)
        free = np.ones(len(labels), bool)
        labels = partition.stand_apart(vectors, labels, start, numbers.values(), free)
        groups = [np.flatnonzero(labels == label) for label in range(labels.max() + 1)]
        return [group for group in groups if len(group) >= partition.MEMBERS]
