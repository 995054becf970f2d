"""How long pages, the API, claims and a look at a service take, by how many pieces of feedback the service holds.

Pages and API are all that the table of routes has for staff, so that none is forgotten.

Whatever is asked must not grow with history: each figure of a large service stands beside that of a smaller one. The
table and a plot of it go to docs/scaling.md. SCALE_DATA names a folder where the store is kept for the next time, and
SCALE_SIZES the sizes, with commas between them; ten million pieces take 12 GB.
"""

import datetime as dt
import math
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import psutil
from litestar.testing import TestClient
from sqlalchemy import select, text

from feedback.process import embedded
from feedback.record import access
from feedback.record.db import Record, engine_for
from feedback.record.migrations import migrate
from feedback.record.models import Feedback, Service
from feedback.record.settings import Settings
from feedback.record.states import CredentialKind, WorkKind
from feedback.record.work.claims import Claimer, claim
from feedback.record.work.queue import WorkQueue
from feedback.record.work.service_work import ask
from feedback.record.work.stages import stage
from feedback.web.app import create_app
from insights.channels import hours
from insights.issues import feedback_tallies
from insights.issues.contrasts import kept as contrasts
from insights.issues.tallies import keeping
from tests.bench import Report, scaling_page, scaling_routes
from tests.bench.rows import fill
from workers.actors.notice import NOTICE
from workers.runtime.actor import Worker, work_once
from workers.runtime.model_loader import Tools

SIZES = (100_000, 1_000_000)
MOST_WITH_VECTORS = 1_000_000
ROUNDS, PAGES, BATCHES = 20, 40, 40
LOOKS = 5
TITLE = "Milliseconds: 95 of 100 at most, the least, and the processor's, by the pieces of the service"


class Taken(NamedTuple):
    """Milliseconds that 95 of 100 take at most, the least, and those of the processor, by the mean.

    The last, of our process and PostgreSQL together, tells most on a machine that does other things, too.
    """

    most: float
    least: float
    processor: float


WAITING = (
    "UPDATE feedback SET stage = 'clean', history = false WHERE id IN"
    " (SELECT id FROM feedback WHERE service_id = :s LIMIT :n)"
)
FRESH = """
WITH latest AS (
  SELECT *, gen_random_uuid() AS new_id FROM feedback WHERE service_id = :s ORDER BY said_at DESC LIMIT 20
), came AS (
  INSERT INTO feedback (id, service_id, stage, channel, receipt, caller, digest, said_at, received_at, done_at, history,
                        assisted, language, rating, attributes, read_as, text, hidden, verdicts, weight, noticed)
  SELECT new_id, service_id, 'done', channel, new_id::text, caller, '', now(), now(), now(), false, assisted, language,
         rating, attributes, read_as, text, hidden, verdicts, 1, false
  FROM latest
)
INSERT INTO statements (feedback_id, service_id, position, text, "begin", "end", language, kind, filler, evidence,
                        severity, said_at, vector, embedded_by, issue_id)
SELECT new_id, said.service_id, position, said.text, "begin", "end", said.language, kind, filler, evidence, severity,
       now(), vector, embedded_by, issue_id
FROM latest JOIN statements AS said ON said.feedback_id = latest.id
"""
"""Twenty pieces that say what the latest twenty said, a moment ago."""


def run(report: Report) -> None:
    sizes = [int(size) for size in os.environ.get("SCALE_SIZES", "").split(",") if size] or SIZES
    with _folder() as folder, embedded.servers(folder) as servers:
        engine = engine_for(servers.database_url)
        migrate(engine)
        record, found = Record(Settings(data=folder), engine), dict[str, dict[str, Any]]()
        with record.transaction() as session:
            headers = {"Authorization": f"Bearer {access.create(session, CredentialKind.KEY, access.Role.admin, None)}"}
        claimer = Claimer(engine)
        worker = Worker(record, claimer, WorkQueue(servers.redis_url), Tools(record.settings))
        with TestClient(create_app(record.settings, servers.database_url, servers.redis_url)) as client:
            client.headers.update(headers)
            for size in sizes:
                service = _filled(record, size)
                for name, taken in _measured(client, worker, f"of-{size}", service):
                    columns = {f"{size:,}, {which}": round(it, 1) for which, it in taken._asdict().items()}
                    found.setdefault(name, {"what": name}).update(columns)
                    report.console.print(name, columns)
                    scaling_page.write(list(found.values()), sizes)  # row by row: all of it takes long
        report.table(TITLE, list(found.values()))
        claimer.close()
        engine.dispose()


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as passing:
        yield Path(os.environ.get("SCALE_DATA", passing))


def _filled(record: Record, size: int) -> int:
    """The service of so many pieces, as it is kept or made now."""
    with record.transaction() as session:
        if kept := session.scalar(select(Service.id).where(Service.slug == f"of-{size}")):
            return kept
    with record.engine.begin() as connection:
        service = fill(connection, f"of-{size}", size, vectors=size <= MOST_WITH_VECTORS)
    with record.transaction() as session:
        while keeping.refresh(session) or contrasts.refresh(session):
            pass
        feedback_tallies.refresh(session)
        hours.keep(session, service, dt.datetime.now(dt.UTC))
    with record.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    return service


def _measured(client: TestClient[Any], worker: Worker, slug: str, service: int) -> Iterator[tuple[str, Taken]]:
    for name, path in scaling_routes.of_staff(client, worker.record, service):
        yield name, _taken(lambda path=path: client.get(path).raise_for_status(), ROUNDS)  # type: ignore[misc]
    pages = f"/v1/services/{slug}/feedback?limit=100"
    yield "deep pages of feedback", _taken(_pages(client, pages).__next__, PAGES)
    yield "a claim of 64", _claims(worker, service)
    yield from _looks(worker, service)


def _taken(act: Callable[[], object], times: int) -> Taken:
    taken, before = [], _processor()
    for _ in range(times):
        begin = time.perf_counter()
        act()
        taken.append(1_000 * (time.perf_counter() - begin))
    processor = 1_000 * (_processor() - before) / times
    return Taken(sorted(taken)[math.ceil(0.95 * len(taken)) - 1], min(taken), processor)


def _processor() -> float:
    """Seconds of this process and of the servers beside it, with those of their processes that have ended."""
    mine, taken = psutil.Process(), 0.0
    for each in (mine, *mine.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):
            taken += sum(each.cpu_times()[:4])
    return taken


def _pages(client: TestClient[Any], path: str) -> Iterator[Any]:
    """Page after page, a list followed to the end of what is asked for."""
    cursor = ""
    while True:
        page = client.get(f"{path}{cursor}").raise_for_status().json()
        cursor = f"&cursor={page['next_cursor']}"
        yield page


def _claims(worker: Worker, service: int) -> Taken:
    """Of pieces that have come just now, beside all that is done."""
    record, cleaning = worker.record, stage("clean")
    with record.transaction() as session:
        session.execute(text(WAITING), {"s": service, "n": 64 * BATCHES})

    def once() -> None:
        with record.transaction() as session:
            by = worker.claimer.number
            assert claim(session, Feedback, *cleaning.waiting, by=by, limit=64, order=cleaning.order)

    taken = _taken(once, BATCHES)
    with record.transaction() as session:
        session.execute(text("UPDATE feedback SET stage = 'done', claimed_by = NULL WHERE stage = 'clean'"))
    return taken


def _looks(worker: Worker, service: int) -> Iterator[tuple[str, Taken]]:
    """Each after twenty pieces that nobody has looked at; the first, as after a start, reads all that counts."""

    def once() -> None:
        with worker.record.transaction() as session:
            session.execute(text(FRESH), {"s": service})
            ask(session, [service], WorkKind.NOTICE)
        assert work_once(worker, NOTICE)

    yield "a first look for what is new", _taken(once, 1)
    yield "a look for what is new", _taken(once, LOOKS)
