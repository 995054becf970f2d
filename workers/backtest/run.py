"""A backtest: one service's history gone through in event time, as the running product would have lived it.

The detector and the regrouping are those of the product; what the product keeps in its database is kept in memory
here. Every statement joins an issue as it comes; topics are trained again every week on the last 32 days.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from feedback.record.calendar import bank_holidays_began
from feedback.record.states import Nation
from insights.detection import detector
from nlp.embed.vectors import Encode
from workers.backtest.past import BacktestPast
from workers.backtest.store import BacktestStatement, BacktestStore

FIRST_REFIT = dt.timedelta(days=7)
"""How long after its first statement a service is grouped for the first time."""

REFIT_EVERY = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Raised:
    """A signal, when it would have been raised, and the title that its issue would have had by then."""

    at: dt.datetime
    signal: detector.Finding
    title: str


def backtest(
    history: Iterable[Sequence[BacktestStatement]],
    tolerance: float,
    encode: Encode | None = None,
    *,
    second_view: Encode | None = None,
    nation: Nation = Nation.ENGLAND,
    time_zone: str = "Europe/London",
) -> Iterator[Raised]:
    """Yield all that the detector would have found, what is only watched among it.

    `history`: the statements of each piece, in the order in which they came; `encode`: texts to unit rows (n, d), by
    which titles are chosen and filler is recognised; `second_view`: the same in the multilingual encoder's own space,
    by which other languages join issues; `nation` and `time_zone`: whose bank holidays are kept, and where.
    """
    store, state, due, past = BacktestStore(encode, second_view), detector.State(), None, BacktestPast(tolerance)
    for piece in history:
        batch = store.join(piece)
        if not batch:
            continue
        now = batch[0].at
        due = due or now + FIRST_REFIT
        if now >= due:
            state = replace(state, observations=store.refit(state.observations), version=-1)
            due = now + REFIT_EVERY
        holidays = bank_holidays_began(nation, time_zone, now - detector.HISTORY, now)
        state, signals = detector.step(
            state, batch, now, tolerance=tolerance, holidays=holidays, recall=partial(past.earlier, now=now)
        )
        past.hear(batch, state)
        if past.is_due(now):
            state, slow = past.look(state, now)
            signals += slow
        store.learn(signals)
        for signal in signals:
            yield Raised(now, signal, store.issues[uuid.UUID(signal.issue)].title)


def line(raised: Raised) -> dict[str, object]:
    """Return a signal as a backtest writes it."""
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
        "scale": signal.scale,
        "against": list(signal.caveats),
    }
