"""Whether false alarms come as often as a service says it tolerates: services in which nothing ever happens."""

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from insights.detection.detector import Finding, Observation
from nlp.embed.multilingual import MultilingualEmbedder
from tests.bench import Report as Findings
from tests.bench import Row, Skipped
from tests.bench.arranged import DAYS, HISTORY, make
from tests.insights.detection.streams import DAY, START, TOPICS, Service, play, sent
from workers.backtest.of_file import BacktestPiece, by_service, read, read_statements
from workers.backtest.run import backtest

LEARNING, WATCHED = 4, 20
"""Weeks of each service: the first are not counted."""
SERVICES = 50
TOLERANCES = (0.05, 0.2, 1.0)
SEEDS = range(201, 221)
"""Of the streams of real statements, of three services each."""
WEEKDAY = (1.35, 1.1, 1.05, 1.0, 0.95, 0.45, 0.35)
A_DAY = 30
BUSY = 0.03
"""The share of days that bring three times as much."""


def quiet_service(seed: int) -> list[Observation]:
    """A weekly rhythm, busy days, and paper forms of a counter typed in on one day of each week; no event."""
    service = Service(seed)
    rng = np.random.default_rng(seed)
    said: list[Observation] = []
    for day in range(7 * (LEARNING + WATCHED)):
        busy = 3 if rng.random() < BUSY else 1
        said += service.day(day, round(A_DAY * WEEKDAY[day % 7] * busy))
        if day % 7 == seed % 5:
            said += service.typed_in(int(rng.integers(0, TOPICS - 1)), day, int(rng.integers(8, 16)))
    return said


def wandering_services(folder: Path, seed: int) -> list[list[BacktestPiece]]:
    """Real statements whose mix wanders from week to week, with copies and batches; the events are taken out."""
    stream, truth = make(folder, seed)
    events = {piece for event in json.loads(truth.read_text(encoding="utf-8")) for piece in event["ids"]}
    usual = by_service([piece for piece in read(stream)[0] if piece.id not in events])
    return read_statements(usual.values(), MultilingualEmbedder(), lambda *_: None)


def run(report: Findings) -> None:
    histories = [quiet_service(seed) for seed in range(SERVICES)]
    made_up = {
        tolerance: [_false(play(said, tolerance=tolerance)[1]) for said in histories] for tolerance in TOLERANCES
    }
    _tell(report, "made up, without an event", made_up, WATCHED)
    try:
        _tell(report, "of real statements whose mix wanders, the events taken out", _wandering(), (DAYS - HISTORY) / 7)
    except Skipped as missing:
        report.remark(str(missing))


def _wandering() -> dict[float, list[int]]:
    found: dict[float, list[int]] = {tolerance: [] for tolerance in TOLERANCES}
    with tempfile.TemporaryDirectory() as folder:
        for seed in SEEDS:
            for history in wandering_services(Path(folder), seed):
                for tolerance in TOLERANCES:
                    found[tolerance].append(_false([raised.signal for raised in backtest(history, tolerance)]))
    return found


def _false(raised: Sequence[Finding]) -> int:
    """Issues first signalled after the weeks of learning: an issue counts once, as with ../shared/bench."""
    first = {signal.issue: signal.since for signal in reversed(sent(raised))}
    return sum(since >= START + LEARNING * 7 * DAY for since in first.values())


def _tell(report: Findings, what: str, found: dict[float, list[int]], weeks: float) -> None:
    watched = len(next(iter(found.values()))) * weeks
    report.table(f"{watched:,.0f} service-weeks {what}", [_row(sum(n), watched, t) for t, n in found.items()])


def _row(false: int, weeks: float, tolerance: float) -> Row:
    return {"tolerated a week": tolerance, "false alarms a week": false / weeks, "times": false / weeks / tolerance}
