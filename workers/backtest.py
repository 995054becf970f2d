"""A history replayed in event time: the very code of the running product over a file, without a database.

Every piece is cleaned, embedded and grouped as it comes; topics are refitted every week on what was there by then.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from insights import detect
from nlp import topics
from nlp.cleaning import Cleaner
from nlp.embed import Embedder

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is."""

CHUNK = 512


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
        found += [{"service": service, **line} for line in _replay(_heard(mine, progress))]
    found.sort(key=lambda line: line["detected_at"])
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


def _heard(pieces: Sequence[Piece], progress: Progress) -> Iterator[list[tuple[detect.Report, str]]]:
    """Each piece as its statements, and their texts."""
    cleaner, embedder, seen = Cleaner(), Embedder(), set[str]()
    for start in range(0, len(pieces), CHUNK):
        chunk = pieces[start : start + CHUNK]
        cleaned = cleaner.clean([piece.text for piece in chunk])
        texts = [statement.text for one in cleaned for statement in one.statements]
        vectors = iter(embedder.encode(texts))
        for piece, one in zip(chunk, cleaned, strict=True):
            batch = f"{piece.source} {piece.submitted_at:%F}" if piece.source else None
            heard = []
            for said in one.statements:
                counts = said.kind in ("problem", "request", "suggestion", "question") and not said.filler
                report = detect.Report(
                    feedback_id=piece.id,
                    at=piece.submitted_at,
                    vector=next(vectors),
                    channel=piece.channel,
                    evidence=counts and said.text not in seen,
                    batch=batch,
                )
                heard.append((report, said.text))
            seen.update(said.text for said in one.statements)
            yield heard
        progress("embedding", start + len(chunk), len(pieces))


def _replay(history: Iterator[list[tuple[detect.Report, str]]]) -> Iterator[dict[str, object]]:
    state, grouped, texts, due = detect.State(), topics.Topics(np.zeros(0, np.int32), ()), [], None
    for heard in history:
        if not heard:
            continue
        now = heard[0][0].at
        due = due or now + dt.timedelta(days=28)
        if now >= due:
            kept = state.reports
            grouped = topics.fit(np.array([r.vector for r in kept]), texts[-len(kept) :])
            issues = [str(label) if label >= 0 else None for label in grouped.labels]
            state = replace(
                state, reports=tuple(replace(r, issue=i) for r, i in zip(kept, issues, strict=True)), active=()
            )
            due = now + dt.timedelta(days=7)
        batch = [report for report, _ in heard]
        texts += [text for _, text in heard]
        if grouped.topics:
            centroids = np.array([topic.centroid for topic in grouped.topics])
            radii = np.array([topic.radius for topic in grouped.topics])
            joined, _ = topics.join(np.array([r.vector for r in batch]), centroids, radii)
            batch = [replace(r, issue=str(i) if i >= 0 else None) for r, i in zip(batch, joined, strict=True)]
        state, signals = detect.step(state, batch, now)
        for signal in signals:
            yield {
                "issue_id": f"{due:%F}-{signal.issue}",
                "kind": signal.kind,
                "detected_at": now.isoformat(),
                "title": grouped.topics[int(signal.issue or 0)].title,
                "feedback_ids": list(signal.feedback_ids),
            }
