"""A backtest of the history in a file, without a database."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from feedback.process.progress import Progress
from feedback.record.models import EVIDENCE
from feedback.record.output.files import write_whole
from feedback.record.states import StatementKind
from ingest.cleaning.preparation import SET_APART
from insights.detection import detector
from insights.detection.observation import is_telling
from nlp.clean import copies, minhash
from nlp.embed.multilingual import MultilingualEmbedder
from nlp.embed.strata import is_mapped, stratum_of
from workers.backtest.run import Raised, backtest, line
from workers.backtest.store import BacktestStatement
from workers.file_tools import parallel_clean
from workers.runtime.model_loader import Remembered

BacktestPiece = list[BacktestStatement]
"""The statements of one piece."""

CHUNK = 512
LONG_AGO = dt.datetime(1, 1, 1, tzinfo=dt.UTC)
WEEK = dt.timedelta(days=7)


class BacktestLine(msgspec.Struct):
    """A line of the input as it is written."""

    id: str | int
    service: str
    channel: str
    text: str
    submitted_at: str
    source: str | None = None


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
class ServiceBacktest:
    """Says how many signals one service would have been sent at one tolerance, and how many only shown (`watched`)."""

    service: str
    tolerance: float
    weeks: float
    signals: int
    watched: int


@dataclass(frozen=True, slots=True)
class BacktestSummary:
    """Says what came of a backtest. `bad`: line number and fault of each line that could not be read."""

    pieces: int
    services: int
    signals: int
    bad: tuple[tuple[int, str], ...]
    sent: tuple[ServiceBacktest, ...] = field(default=())


def backtest_file(
    source: Path,
    target: Path,
    *,
    tolerance: float = 0.02,
    others: Sequence[float] = (),
    model: Path | None = None,
    multilingual: Path | None = None,
    progress: Progress = lambda *_: None,
) -> BacktestSummary:
    """Write the signals that the history in `source` would have raised to `target`, each when it would have been.

    Both are JSON lines. In: id, service, channel, text, submitted_at, perhaps source; in any order. Out: service,
    issue_id, kind, detected_at, title, feedback_ids; by detected_at. A bad line is reported and loses no other.
    `others`: tolerances to count signals at too, to choose from; `model`, `multilingual`: folders of other encoders.
    """
    pieces, bad = read(source)
    services = by_service(pieces)
    lines, sent = [], []
    embedder = MultilingualEmbedder(model, multilingual)
    every = read_statements(services.values(), embedder, progress)
    for (service, mine), history in zip(services.items(), every, strict=True):
        for at in dict.fromkeys((tolerance, *others)):
            raised = _backtest(service, history, at, embedder, progress)
            sent.append(_sent(mine, at, raised))
            if at == tolerance:
                lines += [{"service": service, **line(one)} for one in raised if one.signal.tier == "signal"]
    lines.sort(key=lambda row: str(row["detected_at"]))
    write_whole(target, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in lines))
    return BacktestSummary(len(pieces), len(services), len(lines), tuple(bad), tuple(sent))


def by_service(pieces: Sequence[Piece]) -> dict[str, list[Piece]]:
    found: dict[str, list[Piece]] = {}
    for piece in pieces:
        found.setdefault(piece.service, []).append(piece)
    return found


def read(source: Path) -> tuple[list[Piece], list[tuple[int, str]]]:
    pieces, bad = [], []
    with source.open("rb") as handle:
        for number, row in enumerate(handle, 1):
            if row.strip():
                try:
                    pieces.append(_piece(msgspec.json.decode(row, type=BacktestLine)))
                except (msgspec.DecodeError, RecursionError, ValueError) as fault:
                    bad.append((number, type(fault).__name__))
    return sorted(pieces, key=lambda piece: piece.submitted_at), bad


def _piece(row: BacktestLine) -> Piece:
    at = dt.datetime.fromisoformat(row.submitted_at)
    at = at.replace(tzinfo=at.tzinfo or dt.UTC)
    return Piece(str(row.id), row.service, row.channel, row.text, at, row.source)


def read_statements(services: Any, embedder: MultilingualEmbedder, progress: Progress) -> list[list[BacktestPiece]]:
    """Clean and embed the pieces of each service, in their order."""
    pieces = [piece for service in services for piece in service]
    cleaned = parallel_clean.clean(
        [piece.text for piece in pieces], lambda done, total: progress("cleaning", done, total)
    )
    told = [said for one in cleaned for said in one.statements if not said.filler]
    vectors: list[Any] = []
    for begin in range(0, len(told), CHUNK):
        chunk = told[begin : begin + CHUNK]
        vectors += list(embedder.encode([said.text for said in chunk], [said.language for said in chunk]))
        progress("embedding", len(vectors), len(told))
    ready, both = iter(vectors), iter(zip(pieces, cleaned, strict=True))
    return [_of_one(service, both, ready, embedder.embedded_by) for service in services]


def _of_one(
    service: Sequence[Piece], both: Any, vectors: Any, embedded_by: Callable[[str], str]
) -> list[BacktestPiece]:
    """What a copy says is no further evidence; nor is filler, which has no vector. Nothing tells who sent it."""
    seen: dict[tuple[str, ...], dt.datetime] = {}
    key, history = 0, []
    for _ in service:
        piece, one = next(both)
        apart = any(verdict.name in SET_APART for verdict in one.verdicts)
        words = tuple(minhash.words(one.text))
        copy = (
            len(words) >= copies.LEAST_WORDS_WITHOUT_SENDER
            and piece.submitted_at - seen.get(words, LONG_AGO) <= copies.COPY_SPAN
        )
        seen[words] = piece.submitted_at
        statements: BacktestPiece = []
        for said in one.statements:
            report = detector.Observation(
                feedback_id=piece.id,
                at=piece.submitted_at,
                vector=None if said.filler else next(vectors),
                channel=piece.channel,
                evidence=said.kind in EVIDENCE and not (said.filler or copy or apart),
                batch=f"{piece.source} {piece.submitted_at:%F}" if piece.source else None,
                key=key,
                praise=said.kind == StatementKind.PRAISE and not (said.filler or copy or apart),
                telling=is_telling(said.kind, said.severity, said.language),
            )
            by = embedded_by(said.language)
            stratum = stratum_of(said.language, said.kind, by)
            statements.append(BacktestStatement(report, said.text, stratum, not apart, is_mapped(by), said.language))
            key += 1
        history.append(statements)
    return history


def _backtest(
    service: str,
    history: Sequence[BacktestPiece],
    tolerance: float,
    embedder: MultilingualEmbedder,
    progress: Progress,
) -> list[Raised]:
    what = f"backtest of {service} at {tolerance:g}"

    def told(every: int = 200) -> Any:
        for number, piece in enumerate(history):
            if number % every == 0:
                progress(what, number, len(history))
            yield piece
        progress(what, len(history), len(history))

    view = embedder.second_view()
    return list(backtest(told(), tolerance, embedder.encode, second_view=view and Remembered(view)))


def _sent(pieces: Sequence[Piece], tolerance: float, raised: Sequence[Raised]) -> ServiceBacktest:
    weeks = (pieces[-1].submitted_at - pieces[0].submitted_at) / WEEK
    signals = sum(one.signal.tier == "signal" for one in raised)
    return ServiceBacktest(pieces[0].service, tolerance, weeks, signals, len(raised) - signals)
