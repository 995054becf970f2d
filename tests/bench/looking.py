"""What one more statement costs a service that is watched live: reading what is new, the step, and all of it."""

import datetime as dt
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any
from unittest import mock

import numpy as np
from sqlalchemy import insert
from sqlalchemy.orm import Session

from feedback.process import embedded
from feedback.record import access, services
from feedback.record.db import Record, engine_for
from feedback.record.migrations import migrate
from feedback.record.models import Feedback, Statement, new_id
from feedback.record.settings import Settings
from feedback.record.work.claims import Claimer
from feedback.record.work.queue import WorkQueue
from feedback.record.work.service_work import ask
from insights.detection import detector, window_cache
from tests.bench import Report
from tests.insights.made_up import problem
from workers.actors.notice import NOTICE
from workers.runtime.actor import Worker, work_once
from workers.runtime.model_loader import Tools

SIZES = (1_500, 10_000)
MORE = 40
SUBJECTS, WIDTH = 40, 384


def run(report: Report) -> None:
    with tempfile.TemporaryDirectory() as folder, embedded.servers(Path(folder)) as servers:
        settings = Settings(data=Path(folder))
        engine = engine_for(servers.database_url)
        migrate(engine)
        record = Record(settings, engine)
        worker = Worker(record, Claimer(engine), WorkQueue(servers.redis_url), Tools(settings))
        title = f"Milliseconds of processor time for one more statement (median of {MORE}), by those kept"
        report.table(title, [_measured(worker, size) for size in SIZES])
        worker.claimer.close()
        engine.dispose()


def _measured(worker: Worker, size: int) -> dict[str, Any]:
    slug, random = f"of-{size}", np.random.default_rng(size)
    centres = random.normal(size=(SUBJECTS, WIDTH))
    with worker.record.transaction() as session:
        services.add(session, slug, slug)
        _say(session, slug, size, centres, random, noticed=True)
    times: dict[str, list[float]] = {"reading": [], "step": [], "all": []}
    with _timed(window_cache, "refresh", times["reading"]), _timed(detector, "step", times["step"]):
        for _ in range(MORE + 1):
            with worker.record.transaction() as session:
                _say(session, slug, 1, centres, random, noticed=False)
                ask(session, [access.service(session, slug).id], "notice")
            begin = time.process_time()
            work_once(worker, NOTICE)
            times["all"].append(1_000 * (time.process_time() - begin))
    first = {f"{name}, first": round(each[0], 1) for name, each in times.items()}
    return {"statements": size} | first | {name: round(median(each[1:]), 2) for name, each in times.items()}


@contextmanager
def _timed(module: Any, name: str, into: list[float]) -> Iterator[None]:
    known: Callable[..., Any] = getattr(module, name)

    def timed(*args: Any, **more: Any) -> Any:
        begin = time.process_time()
        found = known(*args, **more)
        into.append(1_000 * (time.process_time() - begin))
        return found

    with mock.patch.object(module, name, timed):
        yield


def _say(
    session: Session, slug: str, number: int, centres: np.ndarray, random: np.random.Generator, *, noticed: bool
) -> None:
    """Statements about one of the subjects each, spread over the last weeks, or said now."""
    service, now = access.service(session, slug), dt.datetime.now(dt.UTC)
    pieces, said = [], []
    for _ in range(number):
        at = now - dt.timedelta(days=float(random.uniform(0, 31))) if noticed else now
        vector = centres[random.integers(SUBJECTS)] + 1.2 * random.normal(size=WIDTH)
        pieces.append(_piece(service.id, at, noticed))
        said.append(_statement(pieces[-1], vector / np.linalg.norm(vector)))
    session.execute(insert(Feedback), pieces)
    session.execute(insert(Statement), said)


def _piece(service_id: int, at: dt.datetime, noticed: bool) -> dict[str, Any]:
    return {
        "id": new_id(),
        "service_id": service_id,
        "channel": "web",
        "receipt": str(uuid.uuid4()),
        "caller": "bench",
        "digest": b"",
        "said_at": at,
        "received_at": at,
        "stage": "done",
        "noticed": noticed,
    }


def _statement(piece: dict[str, Any], vector: np.ndarray) -> dict[str, Any]:
    return {
        "feedback_id": piece["id"],
        "service_id": piece["service_id"],
        "said_at": piece["said_at"],
        "vector": vector.tolist(),
        "embedded_by": "bench",
        **problem("made up"),
    }
