"""Alerts go out: one subscription is served by one worker at a time, so who is slow or dead delays nobody else."""

import threading
from collections.abc import Sequence
from functools import cache

from sqlalchemy.orm import Session

from feedback.record.models import Subscription
from feedback.record.settings import Settings
from feedback.record.stages import OPEN
from insights.alerts.delivery import attempts
from insights.alerts.delivery.envelope import pack
from insights.alerts.delivery.transports import Ways
from workers.runtime.stage import Save, Station, Worker, work_once

SUSPECT = threading.BoundedSemaphore(8)
"""Receivers that failed last time may keep so many threads of a process busy, and no more."""


def deliver(worker: Worker) -> None:
    """To those that are well first."""
    if work_once(worker, DELIVER) or not SUSPECT.acquire(blocking=False):
        return
    try:
        work_once(worker, RETRY)
    finally:
        SUSPECT.release()


@cache
def ways(settings: Settings) -> Ways:
    return Ways(settings)


def _deliver(worker: Worker, rows: Sequence[Subscription]) -> Save[Subscription]:
    worker.bell.ring("deliver")  # whoever else waits is served meanwhile
    [subscription] = rows
    record = worker.record
    with record.transaction() as session:
        parcel = pack(session, record.keys, record.settings, subscription)
    outcome = ways(record.settings).send(parcel) if parcel else None

    def save(session: Session, mine: Sequence[Subscription]) -> None:
        for row in mine:
            if parcel and outcome:
                attempts.record(session, row, parcel.alert_ids, outcome)

    return save


WELL = (*attempts.waiting(), Subscription.failing_since.is_(None))
FAILING = (*attempts.waiting(), Subscription.failing_since.is_not(None))

DELIVER = Station("deliver", Subscription, WELL, (Subscription.id,), 1, _deliver, OPEN)
RETRY = Station("deliver", Subscription, FAILING, (Subscription.failing_since,), 1, _deliver, OPEN)
