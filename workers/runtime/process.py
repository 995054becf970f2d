"""A worker process: Dramatiq's consumers, our actors, until it is told to stop."""

import threading
from collections.abc import Callable, Collection

import dramatiq
import structlog

from feedback.record.db import Record
from feedback.record.errors import where
from feedback.record.queue import QUEUES, Bell, broker
from feedback.record.stages import Claimer
from workers.actors import answer, deliver, look_back, notice, pipeline, refit, themes
from workers.runtime.model_loader import Tools
from workers.runtime.stage import Worker

log = structlog.get_logger()

ACTORS: dict[str, Callable[[Worker], None]] = {
    "deliver": deliver.deliver,
    "notice": notice.notice,
    "group": pipeline.group,
    "clean": pipeline.clean,
    "themes": themes.themes,
    "refit": refit.refit,
    "answer": answer.answer,
    "look_back": look_back.look_back,
}
"""The most urgent first: what is nearest to being told."""

LISTEN = 100  # milliseconds: how long a bell may go unheard while nothing else happens


def work(record: Record, redis_url: str, stop: threading.Event, queues: Collection[str], threads: int) -> None:
    """Serves these queues until `stop` is set; what is in hand is finished first."""
    bells = broker(redis_url)
    worker = Worker(record, Claimer(record.engine), Bell(redis_url), Tools(record.settings))
    for priority, (name, act) in enumerate(ACTORS.items()):
        _register(bells, name, act, worker, priority)
    if "pipeline" in queues:
        worker.tools.load()
    consumers = dramatiq.Worker(bells, queues=set(queues), worker_timeout=LISTEN, worker_threads=threads)
    consumers.start()
    log.info("worker ready", queues=sorted(queues), number=worker.claimer.number)
    stop.wait()
    consumers.stop(timeout=20_000)
    worker.claimer.close()


def _register(bells: dramatiq.Broker, name: str, act: Callable[[Worker], None], worker: Worker, priority: int) -> None:
    def heard() -> None:
        try:
            act(worker)
        except Exception as error:  # what was in hand is free again; the scheduler rings for it
            log.warning("actor failed", actor=name, error=type(error).__name__, where=where(error))

    dramatiq.actor(actor_name=name, queue_name=QUEUES[name], priority=priority, broker=bells)(heard)
