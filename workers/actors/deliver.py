"""Alerts go out: one subscription is served by one worker at a time, so who is slow or dead delays nobody else."""

import threading
import time
import uuid
from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy.orm import Session

from feedback import tracing
from feedback.record.models import Subscription
from feedback.record.settings import Settings
from feedback.record.states import DeliveryOutcome, WorkStage
from feedback.record.work.stages import stage
from insights.alerts.delivery import attempts
from insights.alerts.delivery.attempts import AttemptResult
from insights.alerts.delivery.envelope import Envelope, pack
from insights.alerts.delivery.transports import Transports
from workers.runtime.actor import Actor, Save, Worker, work_once

RETRY_THREADS = threading.BoundedSemaphore(8)
"""Receivers that failed last time may keep so many threads of a process busy, and no more."""


def deliver(worker: Worker) -> None:
    """Send to one receiver: to those that are well first."""
    if work_once(worker, DELIVER) or not RETRY_THREADS.acquire(blocking=False):
        return
    try:
        work_once(worker, RETRY)
    finally:
        RETRY_THREADS.release()


@lru_cache(maxsize=2)
def transports(settings: Settings) -> Transports:
    return Transports(settings)


def _deliver(worker: Worker, rows: Sequence[Subscription]) -> Save[Subscription]:
    worker.work_queue.wake("deliver")  # whoever else waits is served meanwhile
    [subscription] = rows
    record = worker.record
    with record.transaction() as session:
        envelope = pack(session, record.keys, record.settings, subscription)
    began = time.time_ns()
    outcome = transports(record.settings).send(envelope) if envelope else None
    if tracing.is_on and envelope and outcome:
        _tell(envelope, outcome, began)

    def save(session: Session, mine: Sequence[Subscription]) -> None:
        for row in mine:
            if envelope and outcome:
                attempts.record(session, row, envelope.alert_ids, outcome)

    return save


def _tell(envelope: Envelope, result: AttemptResult, began: int) -> None:
    """An alert was sent or not: it stands in the trace of each piece that it tells of."""
    failure = None if result.outcome == DeliveryOutcome.DELIVERED else result.outcome
    for identity, said in zip(envelope.alert_ids, envelope.events, strict=True):
        about = {"feedback__alert": str(identity), "feedback__alert_type": said["type"]}
        for piece in map(uuid.UUID, said["data"].get("feedback_ids", ())):
            tracing.tell("alert", piece, began, kind="CLIENT", failure=failure, feedback__way=envelope.kind, **about)


DELIVER = Actor(
    stage("deliver"), limit=1, work=_deliver, to=WorkStage.OPEN, only=(Subscription.failing_since.is_(None),)
)
RETRY = Actor(
    stage("deliver"),
    limit=1,
    work=_deliver,
    to=WorkStage.OPEN,
    only=(Subscription.failing_since.is_not(None),),
    order=(Subscription.failing_since,),
)
