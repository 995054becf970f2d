"""A history replayed in event time: the very code of the running product over a file, without a database.

Every piece is cleaned, embedded and grouped as it comes; topics are refitted every week on what was there by then.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

import numpy as np

from insights import detect
from insights.noticing.memory import Vectors, unit
from nlp import communities, identity, neighbours, topics
from nlp.cleaning import Cleaner
from nlp.embed import Embedder

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is."""

Heard: TypeAlias = list[tuple[detect.Report, str]]
"""The statements of one piece, each with its text."""

CHUNK = 512
FIRST_FIT = dt.timedelta(days=7)
REFIT = dt.timedelta(days=7)
RESOLUTION = 3.0
PART = 0.3
SAME_TEXT = dt.timedelta(days=3)
LONG_AGO = dt.datetime(1, 1, 1, tzinfo=dt.UTC)
EVIDENCE = {"problem", "request", "suggestion", "question"}


@dataclass(frozen=True, slots=True)
class Piece:
    """A line of the input."""

    id: str
    service: str
    channel: str
    text: str
    submitted_at: dt.datetime
    source: str | None


@dataclass(frozen=True, slots=True)
class Summary:
    """What came of it. `bad`: line number and fault of each line that could not be read."""

    pieces: int
    services: int
    signals: int
    bad: tuple[tuple[int, str], ...]


def backtest(source: Path, target: Path, *, tolerance: float = 0.02, progress: Progress = lambda *_: None) -> Summary:
    """Write the signals that the history in `source` would have raised to `target`, each when it would have been.

    Both are JSON lines. In: id, service, channel, text, submitted_at, perhaps source; in any order. Out: service,
    issue_id, kind, detected_at, title, feedback_ids; by detected_at. A bad line is reported and loses no other.
    """
    pieces, bad = _read(source)
    found = []
    services = sorted({piece.service for piece in pieces})
    for service in services:
        mine = [piece for piece in pieces if piece.service == service]
        found += [{"service": service, **line} for line in replay(_heard(mine, progress), tolerance)]
    found.sort(key=lambda line: str(line["detected_at"]))
    target.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in found), encoding="utf-8")
    return Summary(len(pieces), len(services), len(found), tuple(bad))


def _read(source: Path) -> tuple[list[Piece], list[tuple[int, str]]]:
    pieces, bad = [], []
    with source.open(encoding="utf-8") as handle:
        for number, line in enumerate(handle, 1):
            if line.strip():
                try:
                    pieces.append(_piece(json.loads(line)))
                except (ValueError, KeyError, TypeError, AttributeError) as fault:
                    bad.append((number, type(fault).__name__))
    return sorted(pieces, key=lambda piece: piece.submitted_at), bad


def _piece(row: dict[str, str]) -> Piece:
    at = dt.datetime.fromisoformat(row["submitted_at"])
    at = at.replace(tzinfo=at.tzinfo or dt.UTC)
    return Piece(row["id"], row["service"], row["channel"], row["text"], at, row.get("source"))


def _heard(pieces: Sequence[Piece], progress: Progress) -> Iterator[Heard]:
    """Each piece as its statements. What repeats a text of the last days word for word is no further evidence."""
    cleaner, embedder, seen = Cleaner(), Embedder(), dict[str, dt.datetime]()
    keys = itertools.count()
    for start in range(0, len(pieces), CHUNK):
        chunk = pieces[start : start + CHUNK]
        cleaned = cleaner.clean([piece.text for piece in chunk])
        vectors = iter(embedder.encode([said.text for one in cleaned for said in one.statements]))
        for piece, one in zip(chunk, cleaned, strict=True):
            heard = []
            for said in one.statements:
                copy = piece.submitted_at - seen.get(said.text, LONG_AGO) < SAME_TEXT
                seen[said.text] = piece.submitted_at
                report = detect.Report(
                    feedback_id=piece.id,
                    at=piece.submitted_at,
                    vector=next(vectors),
                    channel=piece.channel,
                    evidence=said.kind in EVIDENCE and not said.filler and not copy,
                    batch=f"{piece.source} {piece.submitted_at:%F}" if piece.source else None,
                    key=next(keys),
                )
                heard.append((report, said.text))
            yield heard
        progress("embedding", start + len(chunk), len(pieces))


def replay(history: Iterable[Heard], tolerance: float) -> Iterator[dict[str, object]]:
    """The signals of one service, in event time."""
    groups, state, due = _Groups(), detect.State(), None
    for heard in history:
        batch = groups.join([report for report, _ in heard])
        groups.texts.update((report.key, text) for report, text in heard)
        if not batch:
            continue
        now = batch[0].at
        due = due or now + FIRST_FIT
        if now >= due:
            state = replace(state, reports=groups.refit(state), version=-1)
            due = now + REFIT
        state, signals = detect.step(state, batch, now, tolerance=tolerance)
        for signal in signals:
            groups.learn(signal)
            yield {
                "issue_id": signal.issue,
                "kind": signal.kind,
                "detected_at": now.isoformat(),
                "title": groups.title(signal),
                "feedback_ids": list(signal.feedback_ids),
                "since": signal.since.isoformat(),
                "observed": signal.observed,
                "expected": round(signal.expected, 2),
                "window_hours": signal.window,
                "score": round(signal.score, 2),
                "chance": float(f"{signal.chance:.2g}"),
                "channels": signal.channels,
                "way": signal.way,
            }


class _Groups:
    """The issues of one service as far as they are known by now."""

    def __init__(self) -> None:
        self.texts: dict[int, str] = {}
        self.places: dict[str, tuple[Vectors, float]] = {}
        self.signalled: set[str] = set()

    def join(self, batch: Sequence[detect.Report]) -> list[detect.Report]:
        if not self.places or not batch:
            return list(batch)
        centroids = np.array([centroid for centroid, _ in self.places.values()])
        radii = np.array([radius for _, radius in self.places.values()])
        chosen, _ = topics.join(np.array([report.vector for report in batch]), centroids, radii)
        issues = list(self.places)
        return [replace(r, issue=issues[i] if i >= 0 else None) for r, i in zip(batch, chosen, strict=True)]

    def learn(self, signal: detect.Signal) -> None:
        self.signalled.add(signal.issue)
        if signal.centroid is not None and signal.radius is not None:
            self.places[signal.issue] = (signal.centroid, signal.radius)

    def title(self, signal: detect.Signal) -> str:
        """The statement that is most like all of them."""
        return self.texts[signal.keys[0]]

    def refit(self, state: detect.State) -> tuple[detect.Report, ...]:
        """Groups anew what is kept. What has been signalled goes on, as a part of a larger group if need be."""
        vectors = np.array([report.vector for report in state.reports])
        labels = communities.leiden(neighbours.graph(vectors), RESOLUTION)
        groups = [np.flatnonzero(labels == label) for label in range(labels.max() + 1)]
        groups = [group for group in groups if len(group) >= topics.MEMBERS]
        centres = [unit(vectors[group].sum(axis=0)) for group in groups]
        issues = [report.issue for report in state.reports]
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
            self.places[issue] = (centre, float(np.quantile(vectors[group] @ centre, topics.SPREAD)))
            for place in group:
                target[place] = target[place] or issue
        return tuple(replace(report, issue=issue) for report, issue in zip(state.reports, target, strict=True))
