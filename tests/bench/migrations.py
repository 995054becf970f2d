"""How long anybody waits while the schema of 0.1.0 becomes today's, beside many rows.

The installation that 0.1.0 filled (`tests/feedback/record/installations`) is multiplied within PostgreSQL. While all
migrations run, somebody reads each table in turn, and somebody else stores pieces as 0.1.0 did; whoever waits longest
is told, with the migration that was under way. MIGRATED_PIECES says how many pieces there are.
"""

import gzip
import os
import re
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, event, text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from feedback.process import embedded
from feedback.record.db import engine_for
from feedback.record.migrations import migrate
from tests.bench import Report
from tests.tools.old_installation import KEPT

PIECES = 1_000_000
BEFORE_RULES = "0043"
"""The last migration that was run while all else stood still."""
ISSUES_OF_EACH = 500
EVERY_SECONDS = 0.01
SHOWN = 15
COLUMNS = "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' AND table_name = :table"
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
COPY = "md5({0} || '-' || n)::uuid"
OTHERWISE = {
    "feedback": {
        "id": COPY.format("id"),
        "receipt": "receipt || '-' || n",
        "external_id": "NULL",
        "copy_of": "NULL",
        "said_at": "said_at - n * interval '1 second'",
        "received_at": "received_at - n * interval '1 second'",
    },
    "issues": {"id": COPY.format("id")},
    "statements": {
        "id": "nextval('statements_id_seq')",
        "feedback_id": COPY.format("feedback_id"),
        "issue_id": f"md5(issue_id || '-' || mod(n, {ISSUES_OF_EACH}))::uuid",
    },
}
"""What a copy has that is not as it was; n is its number."""


Acts = list[tuple[str, str]]
"""What is done again and again, by the name of its table."""


class Wait(NamedTuple):
    """When somebody began to wait for a table, and for how many seconds."""

    table: str
    began: float
    took: float


def run(report: Report) -> None:
    wanted = int(os.environ.get("MIGRATED_PIECES", PIECES))
    with tempfile.TemporaryDirectory() as folder, embedded.servers(Path(folder)) as servers:
        engine = engine_for(servers.database_url)
        pieces = _filled(engine, wanted)
        done = _noted(engine)
        with _probing(engine) as waits:
            began = time.perf_counter()
            migrate(engine)
            took = time.perf_counter() - began
        held = next(at for at, name in done if name >= BEFORE_RULES)
        for which, of_them in (
            ("the first", [wait for wait in waits if wait.began < held]),
            (f"those after {BEFORE_RULES}", [wait for wait in waits if wait.began >= held]),
        ):
            report.table(f"The longest waits for {which} migrations of {pieces:,} pieces", _longest(of_them, done))
        report.remark(f"{len(waits):,} reads and writes; {len(done)} migrations took {took:.1f} s")
        engine.dispose()


def _filled(engine: Engine, wanted: int) -> int:
    """Brings 0.1.0's database back, and multiplies what citizens said; returns how many pieces there are."""
    with engine.begin() as connection:
        connection.exec_driver_sql(gzip.decompress((KEPT / "0.1.0.sql.gz").read_bytes()).decode())
        connection.exec_driver_sql("RESET ALL")
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")  # no keys are looked after
        first = int(connection.scalar(text("SELECT count(*) FROM feedback")) or 1)
        for table, times in (
            ("issues", ISSUES_OF_EACH),
            ("feedback", wanted // first),
            ("statements", wanted // first),
        ):
            _multiply(connection, table, times)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
        return int(connection.scalar(text("SELECT count(*) FROM feedback")) or 0)


def _multiply(connection: Connection, table: str, times: int) -> None:
    names = [str(name) for name in connection.scalars(text(COLUMNS), {"table": table})]
    values = [OTHERWISE[table].get(name, f'"{name}"') for name in names]
    columns, made = ", ".join(f'"{name}"' for name in names), ", ".join(values)
    rows = f"{table}, generate_series(0, {times - 1}) n"
    connection.exec_driver_sql(f"INSERT INTO {table} ({columns}) SELECT {made} FROM {rows}")


def _noted(engine: Engine) -> list[tuple[float, str]]:
    """When each migration was done, filled in as they are."""
    done: list[tuple[float, str]] = []

    def note(_c: Any, _k: Any, statement: str, *_: Any) -> None:
        if found := re.search(r"UPDATE alembic_version SET version_num='(\d+)'", statement):
            done.append((time.perf_counter(), found[1]))

    event.listen(engine, "before_cursor_execute", note)
    return done


@contextmanager
def _probing(engine: Engine) -> Iterator[list[Wait]]:
    """Somebody reads and somebody writes for as long as this lasts."""
    waits, stop = list[Wait](), threading.Event()
    threads = [threading.Thread(target=_probe, args=(engine, of, waits.append, stop)) for of in (_reads, _writes)]
    for thread in threads:
        thread.start()
    try:
        yield waits
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _reads(connection: Connection) -> Acts:
    return [(name, f'SELECT 1 FROM "{name}" LIMIT 1') for name in connection.scalars(text(TABLES))]


def _writes(connection: Connection) -> Acts:
    """As a version did that knew just the columns that there are now."""
    columns = ", ".join(f'"{name}"' for name in connection.scalars(text(COLUMNS), {"table": "feedback"}))
    values = re.sub(r'"(id|receipt)"', lambda it: f"gen_random_uuid(){'::text' * (it[1] != 'id')}", columns)
    mark = "UPDATE statements SET severity = severity WHERE id = (SELECT min(id) FROM statements)"
    return [
        ("feedback, written", f"INSERT INTO feedback ({columns}) SELECT {values} FROM feedback LIMIT 1"),
        ("statements, written", mark),
    ]


def _probe(
    engine: Engine, of: Callable[[Connection], Acts], tell: Callable[[Wait], None], stop: threading.Event
) -> None:
    acts: Acts = []
    while not stop.wait(EVERY_SECONDS):
        for table, sql in acts:
            began = time.perf_counter()
            try:
                with engine.begin() as connection:
                    connection.exec_driver_sql(sql)
            except (ProgrammingError, IntegrityError):  # there are other tables now, or other columns
                acts = []
            tell(Wait(table, began, time.perf_counter() - began))
        if not acts:
            with engine.begin() as connection:
                acts = of(connection)


def _longest(waits: list[Wait], done: list[tuple[float, str]]) -> list[dict[str, Any]]:
    """The longest wait for each table, with the migration that was under way."""
    by_table = defaultdict(list)
    for wait in waits:
        by_table[wait.table].append(wait)
    worst = {table: max(of_it, key=lambda wait: wait.took) for table, of_it in by_table.items()}
    return [
        {
            "table": it.table,
            "times": len(by_table[it.table]),
            "longest, ms": round(1_000 * it.took),
            "during": next((name for at, name in done if at > it.began), "none"),
        }
        for it in sorted(worst.values(), key=lambda wait: -wait.took)[:SHOWN]
    ]
