"""How long noticing takes: a backtest over a year, and one more statement when so many are remembered."""

import time
from collections.abc import Sequence
from dataclasses import replace

from insights.detection import detector
from insights.detection.detector import Observation, State
from tests.bench import Report as Findings
from tests.bench import Row
from tests.insights.detection.streams import DAY, START, Service
from workers.backtest.run import backtest
from workers.backtest.store import BacktestStatement

A_DAY, YEAR = 100, 365
REMEMBERED = (1_500, 10_000)
MORE = 200
"""Statements that come in live, one by one."""


def run(report: Findings) -> None:
    said = [replace(it, issue=None) for it in sorted(Service().days(0, YEAR, A_DAY), key=lambda it: it.at)]
    begin, wall = time.process_time(), time.perf_counter()
    found = list(backtest([[BacktestStatement(it)] for it in said], 0.02))
    seconds, elapsed = time.process_time() - begin, time.perf_counter() - wall
    report.table(
        f"A year of {A_DAY} statements a day, vectors at hand",
        [{"statements": len(said), "processor s": seconds, "s": elapsed, "found": len(found)}],
    )
    report.table("One more statement", [_live(remembered) for remembered in REMEMBERED])


def _live(remembered: int) -> Row:
    service = Service()
    history = service.days(0, 31, remembered // 31)
    said = sorted(service.days(31, 32, MORE), key=lambda it: it.at)
    state, _ = detector.step(State(tuple(sorted(history, key=lambda it: it.at))), [], START + 31 * DAY)
    return {"remembered": len(history), "ms a statement": 1000 * _seconds(state, said) / len(said)}


def _seconds(state: State, said: Sequence[Observation]) -> float:
    begin = time.process_time()
    for report in said:
        state, _ = detector.step(state, [report], report.at)
    return time.process_time() - begin
