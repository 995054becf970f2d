"""A file of feedback into the store: batch by batch, so that a kill loses nothing and a repeat adds nothing."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import IO

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from feedback.record import services
from feedback.record.db import Record
from feedback.record.encryption import KeyRing
from feedback.record.models import AuditEntry, Feedback, Service
from feedback.record.work.queue import WorkQueue
from ingest.channels.files.table import FeedbackTable, ImportRow, ImportSource, RowError, feedback_table
from ingest.intake.accept import Accepted, accept
from ingest.intake.arrival import Arrival

BATCH_ROWS = 500
SAMPLE_ROWS = 5

OnRowError = Callable[[RowError], None]
OnBytesRead = Callable[[int], None]
"""Told how many bytes were read."""


@dataclass(slots=True)
class ImportReport:
    """What came of a file: how many pieces are new, how many were there already, and how many rows were not taken.

    `read` says what the file was taken for, and which of its columns hold what.
    """

    stored: int = 0
    repeated: int = 0
    refused: int = 0
    read: FeedbackTable | None = None

    @property
    def rows(self) -> int:
        return self.stored + self.repeated + self.refused


@dataclass(slots=True)
class DryRun(ImportReport):
    """What would come of it; the first rows as they were read, and the services that it would make."""

    first: list[ImportRow] = field(default_factory=list)
    services: set[str] = field(default_factory=set)


def import_file(
    record: Record,
    work_queue: WorkQueue,
    stream: IO[bytes],
    source: ImportSource,
    refuse: OnRowError,
    progress: OnBytesRead,
) -> ImportReport:
    """Stores every row that can be read, and tells of each other; what it did stands in the audit."""
    report = ImportReport()
    for good in batches(stream, source, report, refuse, progress):
        _store(record, good, report, refuse)
        work_queue.wake("clean")
    _audit(record, source, report)
    return report


def try_file(
    record: Record, stream: IO[bytes], source: ImportSource, refuse: OnRowError, progress: OnBytesRead
) -> DryRun:
    """Read the same, but store nothing."""
    trial = DryRun()
    for good in batches(stream, source, trial, refuse, progress):
        trial.first += good[: SAMPLE_ROWS - len(trial.first)]
        with record.transaction() as session:
            repeated = _there_already(session, [row.arrival for row in good])
            trial.services |= _unknown(session, {row.arrival.service for row in good})
        trial.repeated += repeated
        trial.stored += len(good) - repeated
    return trial


def refusal_columns(names: Sequence[str]) -> list[str]:
    """Returns what our own columns are called in a table of the rows that were not taken, beside columns of `names`."""
    return [name if name not in names else f"{name} of the import" for name in ("line", "reason")]


def batches(
    stream: IO[bytes], source: ImportSource, report: ImportReport, refuse: OnRowError, progress: OnBytesRead
) -> Iterator[list[ImportRow]]:
    """Yields the rows that can be read, up to `BATCH_ROWS` at a time; each other is told of and counted.

    Raises `Malformed` where the file cannot be read at all.
    """
    with feedback_table(stream, source) as found:
        report.read = found
        for batch in _some(found.rows):
            for row in batch:
                if isinstance(row, RowError):
                    report.refused += 1
                    refuse(row)
            yield [row for row in batch if isinstance(row, ImportRow)]
            progress(stream.tell())


def _some(found: Iterable[ImportRow | RowError]) -> Iterator[list[ImportRow | RowError]]:
    found = iter(found)
    while batch := list(islice(found, BATCH_ROWS)):
        yield batch


def accept_rows(session: Session, keys: KeyRing, good: Sequence[ImportRow]) -> tuple[list[Accepted], list[RowError]]:
    """Stores rows that can be read. Returns what was accepted, and which rows were not, each in their order."""
    answers = accept(session, keys, [row.arrival for row in good], dt.datetime.now(dt.UTC))
    accepted = [answer for answer in answers if isinstance(answer, Accepted)]
    asked = zip(good, answers, strict=True)
    return accepted, [row.refused(str(answer)) for row, answer in asked if not isinstance(answer, Accepted)]


def _store(record: Record, good: list[ImportRow], report: ImportReport, refuse: OnRowError) -> None:
    with record.transaction() as session:
        services.ensure(session, {row.arrival.service: row.service_name for row in good if row.service_name})
        accepted, refused = accept_rows(session, record.keys, good)
    repeated = sum(one.repeated for one in accepted)
    report.repeated += repeated
    report.stored += len(accepted) - repeated
    report.refused += len(refused)
    for row in refused:
        refuse(row)


def _audit(record: Record, source: ImportSource, report: ImportReport) -> None:
    with record.transaction() as session:
        service = session.scalar(select(Service.id).where(Service.slug == source.service)) if source.service else None
        counts = {"stored": report.stored, "repeated": report.repeated, "refused": report.refused}
        by, subject = source.batch or "command line", f"file:{source.file}"
        session.add(AuditEntry(service_id=service, by=by, act="import", subject=subject, details=counts))


def _there_already(session: Session, arrivals: Iterable[Arrival]) -> int:
    wanted = {(one.service, one.caller, one.external_id) for one in arrivals if one.external_id}
    own = tuple_(Service.slug, Feedback.caller, Feedback.external_id)
    known = select(func.count()).join_from(Feedback, Service, Service.id == Feedback.service_id).where(own.in_(wanted))
    return session.scalar(known) or 0


def _unknown(session: Session, slugs: set[str]) -> set[str]:
    return slugs - set(session.scalars(select(Service.slug).where(Service.slug.in_(slugs))))
