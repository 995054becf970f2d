"""Services with a history: cleaned, embedded and grouped once, and put back for whoever wants it."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import insert, select, text

from feedback.record.db import Record
from feedback.record.models import Base
from insights.detection import detector
from insights.detection.window_cache import WindowCache
from tests.walking import put, walk
from tests.workers.looks import NOW, Look
from tests.workers.texts import USUAL, said
from workers.runtime.actor import Worker

Rows = dict[str, list[dict[str, Any]]]
MadeOnce = Callable[[str, Callable[[], None]], None]

MADE = ("feedback", "issues", "statements", "issue_events", "signals", "refits", "service_work")
NUMBERED = ("statements", "issue_events", "refits", "service_work")


@pytest.fixture(scope="session")
def shelf() -> dict[str, Rows]:
    """The rows of each history, once somebody has made it."""
    return {}


@pytest.fixture
def made_once(worker: Worker, shelf: dict[str, Rows]) -> MadeOnce:
    """Makes the history of this name, or puts back what was made: of pieces that are cleaned, in an empty service."""

    def made(name: str, make: Callable[[], None]) -> None:
        if name in shelf:
            _put_back(worker.record, shelf[name])
        else:
            make()
            shelf[name] = _rows(worker.record)

    return made


@pytest.fixture
def history(worker: Worker, blue_badge: str, made_once: MadeOnce) -> None:
    """Blue Badge, four weeks of a dozen usual pieces a day, the last of them three days ago."""
    others = replace(worker, windows=WindowCache())  # nor does the worker remember it where it is put back
    made_once("history", lambda: usual_weeks(others))


def usual_weeks(worker: Worker) -> None:
    for day in range(3, 31):
        put(worker, *said(USUAL, 12, skip=12 * day), at=NOW - dt.timedelta(days=day, hours=day % 8))
    walk(worker)


def _rows(record: Record) -> Rows:
    with record.engine.connect() as connection:
        tables = Base.metadata.tables
        return {name: [dict(row) for row in connection.execute(select(tables[name])).mappings()] for name in MADE}


def _put_back(record: Record, shelf: Rows) -> None:
    with record.engine.begin() as connection:
        for name in MADE:
            if shelf[name]:
                connection.execute(insert(Base.metadata.tables[name]), sorted(shelf[name], key=_is_below))
        for name in NUMBERED:
            last = f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), COALESCE(max(id), 1)) FROM {name}"
            connection.execute(text(last))


def _is_below(row: Mapping[str, Any]) -> bool:
    """Whether it names another row of its table, which has to be there before it."""
    return row.get("broad_id") not in (None, row["id"])


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[Look]:
    """All that the detector is asked, in the order in which it is."""
    calls: list[Look] = []
    step = detector.step

    def spied(state: detector.State, batch: Sequence[detector.Observation], now: dt.datetime, **told: Any) -> Any:
        look = Look(state, tuple(batch), now, told)
        after, look.signals = step(state, batch, now, **told)
        calls.append(look)
        return after, look.signals

    monkeypatch.setattr(detector, "step", spied)
    return calls
