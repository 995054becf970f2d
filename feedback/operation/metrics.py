"""What Prometheus reads of the whole installation: it is stored, so that one process tells of all of them."""

import os
import threading
import time
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from prometheus_client import REGISTRY, CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from feedback.operation import load
from feedback.operation.replica import Lag, ReplicaWatch, lag_of_standby
from feedback.record.db import Record
from feedback.record.models import WorkDone
from feedback.record.privacy import raw
from feedback.record.work.stages import STAGES

FRESH_SECONDS = 5.0
"""So long what was read stands: who scrapes more often costs the store nothing."""


class InstallationMetrics(Collector):
    """Reads the figures when it is asked, from the store that `of` names; where that is away, it says so alone."""

    def __init__(self) -> None:
        self._record: Record | None = None
        self._replica: ReplicaWatch[Lag | None] | None = None
        self._lock = threading.Lock()
        self._read_at, self._found = float("-inf"), list[Metric]()

    def of(self, record: Record) -> None:
        """Has it tell of this store."""
        with self._lock:
            self._record, self._read_at = record, float("-inf")
            self._replica = ReplicaWatch(partial(lag_of_standby, record), None) if record.has_replica else None

    def describe(self) -> Iterable[Metric]:
        """Names nothing beforehand: to be registered must not ask the store."""
        return ()

    def collect(self) -> Iterable[Metric]:
        """Returns the figures, at most some seconds old."""
        with self._lock:
            if self._record and time.monotonic() - self._read_at > FRESH_SECONDS:
                self._found, self._read_at = _read(self._record, self._replica), time.monotonic()
            return list(self._found)


METRICS = InstallationMetrics()
REGISTRY.register(METRICS)


def registry() -> CollectorRegistry:
    """Returns all there is to tell: where several processes serve on one port, the figures of all of them."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    ours = CollectorRegistry()
    MultiProcessCollector(ours)  # type: ignore[no-untyped-call]
    ours.register(METRICS)
    return ours


def _read(record: Record, replica: ReplicaWatch[Lag | None] | None) -> list[Metric]:
    try:
        with record.transaction() as session:
            found = _figures(session)
        found += _of_replica([replica.look()] if replica else [])
    except SQLAlchemyError:
        return [_gauge("feedback_store_up", "Whether PostgreSQL answers", (), [(0,)])]
    return [_gauge("feedback_store_up", "Whether PostgreSQL answers", (), [(1,)]), *found]


def _figures(session: Session) -> list[Metric]:
    waiting, aside = load.stages(session), load.set_aside(session)
    return [
        _gauge(
            "feedback_oldest_uncleaned_seconds",
            "How long the oldest raw text has waited to be cleaned",
            (),
            [(raw.oldest_uncleaned_seconds(session),)],
        ),
        _gauge("feedback_stage_waiting", "Rows that wait", ("stage",), [(it.stage, it.waiting) for it in waiting]),
        _gauge(
            "feedback_stage_oldest_seconds",
            "How long the oldest row has waited",
            ("stage",),
            [(it.stage, it.oldest_seconds) for it in waiting],
        ),
        _gauge("feedback_workers", "Worker processes that live", (), [(load.workers(session),)]),
        _gauge("feedback_schedulers", "Schedulers that work", (), [(load.schedulers(session),)]),
        _gauge(
            "feedback_set_aside",
            "What was set aside, of pieces those of the last week",
            ("stage",),
            [(it.name, aside.get(it.name, 0)) for it in STAGES],
        ),
        *_done(*load.done(session)),
        _gauge("feedback_refits_last_hour", "Trainings of topics that ended", (), [(load.refits(session),)]),
        _gauge("feedback_connections", "Connections to PostgreSQL", ("process", "state"), load.connections(session)),
        _gauge("feedback_pieces_last_hour", "Pieces that came, by stage", ("stage",), load.pieces(session)),
        _gauge("feedback_signals_last_hour", "Signals found", ("kind", "tier"), load.signals(session)),
        _gauge("feedback_alerts_last_hour", "Alerts raised", ("type", "state"), load.alerts(session)),
        _gauge("feedback_deliveries_last_hour", "Attempts to deliver", ("way", "outcome"), load.deliveries(session)),
    ]


def _done(stages: Sequence[WorkDone], failed_jobs: int) -> list[Metric]:
    """Every stage is told from the first on: of a counter that comes later, what it had counted by then is not seen."""
    by_stage = (
        ("feedback_stage_done", "Rows that a stage has done", "done"),
        ("feedback_stage_failed", "Tries of rows that failed", "failed"),
        ("feedback_stage_seconds", "How long workers were at it", "seconds"),
    )
    return [
        *(
            _filled(CounterMetricFamily(name, tells, labels=("stage",)), [(it.work, getattr(it, of)) for it in stages])
            for name, tells, of in by_stage
        ),
        _filled(CounterMetricFamily("feedback_jobs_failed", "Jobs of the clock that failed"), [(failed_jobs,)]),
    ]


def _of_replica(found: Sequence[Lag | None]) -> list[Metric]:
    """How far each replica that answers is behind; there is one, or none."""
    behind = [lag for lag in found if lag]
    return [
        _gauge("feedback_replica_up", "Whether the replica answers", (), [(lag is not None,) for lag in found]),
        _gauge(
            "feedback_replica_behind_seconds",
            "How old the last is that the replica has, where it is behind",
            (),
            [(lag.seconds if lag.size else 0,) for lag in behind],
        ),
        _gauge("feedback_replica_behind_bytes", "What the replica has yet to get", (), [(it.size,) for it in behind]),
    ]


def _gauge(name: str, tells: str, labels: Sequence[str], rows: Iterable[Sequence[Any]]) -> Metric:
    return _filled(GaugeMetricFamily(name, tells, labels=labels), rows)


def _filled(made: GaugeMetricFamily | CounterMetricFamily, rows: Iterable[Sequence[Any]]) -> Metric:
    for *values, number in rows:
        made.add_metric([str(value) for value in values], float(number))
    return made
