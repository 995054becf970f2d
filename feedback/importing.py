"""`feedback import`: the file, its progress, and waiting until all of it is processed."""

import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import click
from rich.progress import Progress
from sqlalchemy import func, select

from feedback import up
from feedback.doors import Opened, opened
from feedback.progress import bar
from feedback.record import access
from feedback.record.errors import Malformed
from feedback.record.models import Feedback, ServiceWork
from feedback.record.queue import Bell
from feedback.record.settings import Settings
from feedback.record.stages import OPEN, anyone_works
from feedback.supervise import Supervisor
from ingest.arrival import ChannelName
from ingest.channels.table import Columns, Source
from ingest.importing import Report, import_file

SHOWN = 20  # refused rows that are told one by one; the number of the rest is told


def run(
    settings: Settings,
    *,
    file: Path,
    slug: str | None,
    service_column: str | None,
    channel: ChannelName,
    text_column: str,
    date_column: str,
    id_column: str,
    wait: bool,
) -> None:
    if (slug is None) == (service_column is None):
        raise Malformed("give either --service or --service-column")
    columns = Columns(text=text_column, date=date_column, id=id_column, service=service_column)
    with opened(settings) as door:
        if slug:
            with door.record.transaction() as session:
                access.service(session, slug)
        source = Source(caller=f"import:{slug or ''}", service=slug, channel=channel, batch=file.name, columns=columns)
        with bar() as progress:
            report = _take_in(door, file, source, progress)
            if wait:
                _process(door, progress)
    _tell(report)


def _take_in(door: Opened, file: Path, source: Source, progress: Progress) -> Report:
    task = progress.add_task("reading (kB)", total=file.stat().st_size // 1000)
    with file.open("rb", buffering=1 << 16) as stream:
        return import_file(
            door.record,
            Bell(door.servers.redis_url),
            stream,
            source,
            lambda _, position: progress.update(task, completed=position // 1000),
        )


def _process(door: Opened, progress: Progress) -> None:
    """Until nothing waits; with workers of our own where nobody else works."""
    with ExitStack() as stack:
        with door.record.transaction() as session:
            others = anyone_works(session)
        if not others:
            supervisor = stack.enter_context(Supervisor())
            for child in up.children(door):
                if child.name.startswith(("worker", "scheduler")):
                    supervisor.start(child)
        wait_until_processed(door, progress)


def wait_until_processed(door: Opened, progress: Progress, tick: Callable[[], None] = lambda: None) -> None:
    """Until every piece has reached its end state and every service has been grouped and looked at."""
    total = _waiting(door)
    task = progress.add_task("processing", total=total)
    while (waiting := _waiting(door)) or _services_wait(door):
        total = max(total, waiting)
        progress.update(task, completed=total - waiting, total=total)
        tick()
        time.sleep(0.2)
    progress.update(task, completed=total, total=total)


def _waiting(door: Opened) -> int:
    with door.record.transaction() as session:
        return (
            session.scalar(select(func.count()).select_from(Feedback).where(Feedback.stage.in_(("clean", "group"))))
            or 0
        )


def _services_wait(door: Opened) -> bool:
    with door.record.transaction() as session:
        due = select(ServiceWork.id).where(ServiceWork.stage == OPEN, ServiceWork.asked > ServiceWork.done).limit(1)
        return session.scalar(due) is not None


def _tell(report: Report) -> None:
    click.echo(f"{report.stored:,} pieces taken in, {report.repeated:,} were there already.")
    if report.refused:
        click.echo(f"{len(report.refused):,} rows were not taken:", err=True)
        for row in report.refused[:SHOWN]:
            click.echo(f"  line {row.line}: {row.reason}", err=True)
        if len(report.refused) > SHOWN:
            click.echo(f"  and {len(report.refused) - SHOWN:,} more", err=True)
    sys.stdout.flush()
