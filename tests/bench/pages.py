"""How long the server works on each page for staff, by how many pieces of feedback the service holds."""

import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median
from typing import Any

from litestar.testing import TestClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from feedback.process import embedded
from feedback.record import access
from feedback.record.db import Record, engine_for
from feedback.record.migrations import migrate
from feedback.record.settings import Settings
from feedback.record.states import CredentialKind
from feedback.web.app import create_app
from insights.issues import feedback_tallies
from insights.issues.contrasts import kept
from insights.issues.tallies import keeping
from tests.bench import Report
from tests.bench.rows import fill

SIZES = (10_000, 100_000, 1_000_000)
MOST_WITH_VECTORS = 100_000
ROUNDS = 15


def run(report: Report, sizes: tuple[int, ...] = SIZES) -> None:
    with tempfile.TemporaryDirectory() as folder, embedded.servers(Path(folder)) as servers:
        engine = engine_for(servers.database_url)
        migrate(engine)
        record, rows = Record(Settings(data=Path(folder)), engine), []
        with record.transaction() as session:
            headers = {"Authorization": f"Bearer {access.create(session, CredentialKind.KEY, access.Role.admin, None)}"}
        with TestClient(create_app(record.settings, servers.database_url, servers.redis_url)) as client:
            for size in sizes:
                with engine.begin() as connection:
                    fill(connection, f"of-{size}", size, vectors=size <= MOST_WITH_VECTORS)
                with record.transaction() as session:
                    feedback_tallies.refresh(session)
                    while keeping.refresh(session) or kept.refresh(session):
                        pass
                with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                    connection.execute(text("VACUUM ANALYZE"))
                with record.transaction() as session:
                    pages = dict(staff_pages(session, f"of-{size}"))
                rows.append({"pieces": size} | {name: _milliseconds(client, at, headers) for name, at in pages.items()})
        report.table(f"Milliseconds from request to page (median of {ROUNDS}), by the pieces of the service", rows)
        engine.dispose()


def staff_pages(session: Session, slug: str) -> Iterator[tuple[str, str]]:
    """The pages that are measured, by name: of a service, and of the issue of which most was said."""
    largest = session.scalar(
        text("SELECT issue_id FROM statements WHERE issue_id IS NOT NULL AND service_id = :service"
             " GROUP BY issue_id ORDER BY count(*) DESC LIMIT 1"),
        {"service": access.service(session, slug).id},
    )  # fmt: skip
    yield "today", "/dashboard"
    yield "service", f"/dashboard/{slug}"
    yield "issue", f"/dashboard/issues/{largest}"
    yield "feedback", f"/dashboard/{slug}/feedback"
    yield "quality", f"/dashboard/{slug}/quality"


def _milliseconds(client: TestClient[Any], path: str, headers: Mapping[str, str]) -> float:
    taken = []
    for _ in range(ROUNDS + 1):
        begin = time.perf_counter()
        assert client.get(path, headers=dict(headers), follow_redirects=False).status_code == 200, path
        taken.append(1_000 * (time.perf_counter() - begin))
    return round(median(taken[1:]), 1)
