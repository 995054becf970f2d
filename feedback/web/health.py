"""What operators and platforms ask: is it alive, is it ready, how is it doing."""

from litestar import Response, Router, get
from litestar.di import NamedDependency
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from feedback.http.dependencies import GivenRecord, WorkQueueDependency
from feedback.operation import metrics as figures
from feedback.operation.replica import ReplicaState, ReplicaWatch
from feedback.record.db import Record
from feedback.record.privacy import raw


@get("/health/live", sync_to_thread=False)
def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@get("/health/ready", sync_to_thread=True)
def ready(
    record: GivenRecord, work_queue: WorkQueueDependency, replica: NamedDependency[ReplicaWatch[ReplicaState] | None]
) -> Response[dict[str, str]]:
    """PostgreSQL answers (else 503). Redis is told too; without it work is only slower.

    So is the replica, where there is one: whoever writes to us needs none. `primary` says that the primary stands in.
    `uncleaned` is there once raw text has waited for more than a day to be cleaned: soon it will be shredded.
    """
    try:
        waited = _oldest_uncleaned_seconds(record)
        store = "ok"
    except SQLAlchemyError:
        waited, store = 0.0, "away"
    told = {"store": store, "redis": "ok" if work_queue.is_reachable() else "away"}
    if replica:
        told["replica"] = replica.look()
    if waited > raw.WARN_AFTER.total_seconds():
        told["uncleaned"] = f"for {waited / 3600:.0f} hours"
    return Response(told, status_code=200 if store == "ok" else 503)


def _oldest_uncleaned_seconds(record: Record) -> float:
    with record.transaction() as session:
        return raw.oldest_uncleaned_seconds(session)


@get("/metrics", media_type="text/plain", sync_to_thread=True)
def metrics() -> Response[bytes]:
    """Show what this process has counted, and how the installation is doing, as Prometheus reads it."""
    return Response(generate_latest(figures.registry()), headers={"Content-Type": CONTENT_TYPE_LATEST})


router = Router("/", route_handlers=[live, ready, metrics], tags=["operators"])
