"""A worker process: Dramatiq's consumers, the actors of its queues, until it is told to stop."""

import importlib
import threading
from collections.abc import Callable, Collection
from queue import Empty, PriorityQueue
from typing import Any

import dramatiq
import structlog

from feedback.record.db import Record
from feedback.record.errors import where
from feedback.record.work import stages
from feedback.record.work.claims import Claimer
from feedback.record.work.done import KEEP_EVERY_SECONDS, keep
from feedback.record.work.queue import WorkQueue, broker
from feedback.record.work.stages import Stage
from workers.runtime.actor import Worker
from workers.runtime.model_loader import Tools

log = structlog.get_logger()

POLL_MILLISECONDS = 10_000
"""For so long a message may wait whose bell was not heard; each thread of a worker wakes as often, for nothing.

The scheduler rings each second for whatever waits. Redis takes a worker that it has not heard of for a minute for dead.
"""

UNBIDDEN_SECONDS = 1.0
"""While Redis is away nobody can be woken: a process does a batch of each of its stages, and again after so long."""

STOP_MILLISECONDS = 20_000
"""For so long what is in hand may take once the process is to stop."""


def work(record: Record, redis_url: str, stop: threading.Event, queues: Collection[str], threads: int) -> None:
    """Serve these queues until `stop` is set; what is in hand is finished first."""
    messages = broker(redis_url)
    worker = Worker(record, Claimer(record.direct_engine), WorkQueue(redis_url), Tools(record.settings))
    acts = [
        _register(messages, stage, worker, priority)
        for priority, stage in enumerate(stages.STAGES)
        if stage.queue in queues
    ]
    if stages.stage("clean").queue in queues:
        worker.tools.load()
    consumers = dramatiq.Worker(messages, queues=set(queues), worker_timeout=POLL_MILLISECONDS, worker_threads=threads)
    consumers.work_queue = handed = _Handover()
    consumers.start()
    log.info("worker ready", queues=sorted(queues), number=worker.claimer.number)
    unbidden = False
    while not stop.wait(UNBIDDEN_SECONDS if unbidden else KEEP_EVERY_SECONDS):
        keep(record.transaction)
        unbidden = not worker.work_queue.is_reachable()
        for act in acts if unbidden else ():
            if stop.is_set():
                break
            act()
    messages.let_go()
    handed.let_go()
    consumers.stop(timeout=STOP_MILLISECONDS)
    keep(record.transaction)
    worker.claimer.close()


class _Handover(PriorityQueue[Any]):
    """Where Dramatiq's threads wait for messages; once it lets go of them, none waits, as of Python 3.13."""

    _is_over = False

    def let_go(self) -> None:
        with self.not_empty:
            self._is_over = True
            self.not_empty.notify_all()

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        """The next message; raises `Empty` where none came in time, or where nobody waits any longer."""
        with self.not_empty:
            if block and not (self._qsize() or self._is_over):
                self.not_empty.wait(timeout)
            if not self._qsize():
                raise Empty
            return self._get()


def actor_of(stage: Stage) -> Callable[[Worker], None]:
    """Find the function of the stage's name in its file, `workers/actors/NAME.py` where it names no other."""
    file = importlib.import_module(f"workers.actors.{stage.file or stage.name}")
    act: Callable[[Worker], None] = getattr(file, stage.name)
    return act


def _register(messages: dramatiq.Broker, stage: Stage, worker: Worker, priority: int) -> Callable[[], None]:
    act = actor_of(stage)

    def received() -> None:
        try:
            act(worker)
        except Exception as error:  # what was in hand is free again; the scheduler wakes a worker for it
            log.warning("actor failed", actor=stage.name, error=type(error).__name__, where=where(error))

    dramatiq.actor(actor_name=stage.name, queue_name=stage.queue, priority=priority, broker=messages)(received)
    return received
