"""What has started to go wrong in one service: a pure step(state, batch, now) -> state, signals.

Workers feed it from the database, the backtest from a file. `State` holds the last 32 days of statements. What it holds
beside them is small: the issues that are being reported on now (`State.active`). Everything else follows from rows.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from insights.surprise import Exposure, expected, surprise

WINDOWS = (12, 24, 48, 96)
BASELINE = 28 * 24
KEPT = 32 * 24
ACTIVE = 120
"""Hours: what counts as recent, what it is compared with, what is kept, how long an issue stays active unreported."""

Kind = Literal["new", "surge", "regression"]
Tier = Literal["signal", "watch"]


@dataclass(frozen=True, slots=True)
class Report:
    """One statement as the detector hears it.

    `at`: when it was said; `vector`: (d,) unit; `batch`: who entered it in bulk and when; `evidence`: whether it may
    count towards a signal; `issue`: the one that it has joined; `late`: more than 48 h old on receipt, so it only
    teaches what is normal.
    """

    feedback_id: str
    at: dt.datetime
    vector: NDArray[np.float32]
    channel: str
    evidence: bool = True
    issue: str | None = None
    batch: str | None = None
    late: bool = False


@dataclass(frozen=True, slots=True)
class Active:
    """An issue that has been signalled and is still being reported."""

    issue: str
    begun: dt.datetime
    last_report: dt.datetime


@dataclass(frozen=True, slots=True)
class Signal:
    """The finding that an issue is new, a surge or a regression, with its evidence.

    `issue`: a known one, or None with `centroid` and `radius` of one that is to be stored. `observed` reports in the
    `window` hours, where `expected` were; `score`: -log10 of how likely so many are. `against`: what speaks against it.
    """

    kind: Kind
    tier: Tier
    issue: str | None
    since: dt.datetime
    observed: int
    expected: float
    score: float
    window: int
    feedback_ids: tuple[str, ...]
    channels: dict[str, int]
    centroid: NDArray[np.float32] | None = None
    radius: float | None = None
    against: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class State:
    """What is remembered of one service; an empty one is a new service."""

    reports: tuple[Report, ...] = ()
    active: tuple[Active, ...] = field(default=())


def step(
    state: State, batch: Sequence[Report], now: dt.datetime, *, threshold: float = 5.5
) -> tuple[State, list[Signal]]:
    """Take in what was newly cleaned, and say what it makes certain. `now`: nothing later is looked at."""
    reports = tuple(r for r in (*state.reports, *batch) if r.at > now - dt.timedelta(hours=KEPT))
    active = {a.issue: a for a in state.active if a.last_report > now - dt.timedelta(hours=ACTIVE)}
    signals = []
    for issue in sorted({r.issue for r in batch if r.issue and r.evidence and not r.late}):
        if issue in active:
            active[issue] = replace(active[issue], last_report=now)
        elif signal := _judge(issue, reports, now, threshold):
            signals.append(signal)
            active[issue] = Active(issue, signal.since, now)
    return State(reports, tuple(active.values())), signals


def _judge(issue: str, reports: Sequence[Report], now: dt.datetime, threshold: float) -> Signal | None:
    hours = np.array([(now - r.at).total_seconds() / 3600 for r in reports])
    mine = np.array([r.issue == issue and r.evidence for r in reports])
    best: tuple[float, int, float] = (0.0, 0, 0.0)
    for window in WINDOWS:
        recent, old = hours < window, (hours >= window) & (hours < window + BASELINE)
        weekly = [((hours >= w * 168) & (hours < w * 168 + window)).sum() for w in (1, 2, 3, 4)]
        exposure = Exposure(float(recent.sum()), float(old.sum()), float(np.mean(weekly)))
        k, b = np.array([float((mine & recent).sum())]), np.array([float((mine & old).sum())])
        best = max(best, (float(surprise(k, b, exposure)[0]), window, float(expected(k, b, exposure)[0])))
    score, window, usual = best
    if score < threshold:
        return None
    found = [r for r, m, h in zip(reports, mine, hours, strict=True) if m and h < window]
    if len({r.at.date() for r in found}) < 2:
        return None
    before = int((mine & (hours >= window)).sum())
    return Signal(
        kind="new" if before <= 2 else "surge",
        tier="signal",
        issue=issue,
        since=min(r.at for r in found),
        observed=len(found),
        expected=usual,
        score=score,
        window=window,
        feedback_ids=tuple(dict.fromkeys(r.feedback_id for r in found)),
        channels=dict(Counter(r.channel for r in found)),
    )
