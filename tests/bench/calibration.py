"""Whether false alarms come as often as a service says it tolerates: services in which nothing ever happens."""

import numpy as np

from insights.detect import Report
from tests.bench import Report as Findings
from tests.bench import Row
from tests.insights.noticing.streams import DAY, START, TOPICS, Service, play, sent

LEARNING, WATCHED = 4, 20
"""Weeks of each service: the first are not counted."""
SERVICES = 50
TOLERANCES = (0.05, 0.2, 1.0)
WEEKDAY = (1.35, 1.1, 1.05, 1.0, 0.95, 0.45, 0.35)
A_DAY = 30
BUSY = 0.03
"""The share of days that bring three times as much."""


def quiet_service(seed: int) -> list[Report]:
    """A weekly rhythm, busy days, and paper forms of a counter typed in on one day of each week; no event."""
    service = Service(seed)
    rng = np.random.default_rng(seed)
    said: list[Report] = []
    for day in range(7 * (LEARNING + WATCHED)):
        busy = 3 if rng.random() < BUSY else 1
        said += service.day(day, round(A_DAY * WEEKDAY[day % 7] * busy))
        if day % 7 == seed % 5:
            said += service.typed_in(int(rng.integers(0, TOPICS - 1)), day, int(rng.integers(8, 16)))
    return said


def run(report: Findings) -> None:
    histories = [quiet_service(seed) for seed in range(SERVICES)]
    rows = [_row(histories, tolerance) for tolerance in TOLERANCES]
    report.table(f"{SERVICES * WATCHED:,} service-weeks without an event", rows)


def _row(histories: list[list[Report]], tolerance: float) -> Row:
    begin = START + LEARNING * 7 * DAY
    raised = [signal for said in histories for signal in sent(play(said, tolerance=tolerance)[1])]
    false = sum(signal.since >= begin for signal in raised)
    weeks = SERVICES * WATCHED
    return {"tolerated a week": tolerance, "false alarms a week": false / weeks, "times": false / weeks / tolerance}
