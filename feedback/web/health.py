"""What operators and platforms ask: is it alive, is it ready, how is it doing."""

from litestar import Response, Router, get
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from feedback.http.dependencies import GivenRecord, WorkQueueDependency


@get("/health/live", sync_to_thread=False)
def live() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@get("/health/ready", sync_to_thread=True)
def ready(record: GivenRecord, work_queue: WorkQueueDependency) -> Response[dict[str, str]]:
    """PostgreSQL answers (else 503). Redis is told too; without it work is only slower."""
    try:
        with record.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
            store = "ok"
    except SQLAlchemyError:
        store = "away"
    redis = "ok" if work_queue.is_reachable() else "away"
    return Response({"store": store, "redis": redis}, status_code=200 if store == "ok" else 503)


router = Router("/", route_handlers=[live, ready], tags=["operators"])
