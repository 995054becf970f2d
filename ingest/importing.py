"""A file of feedback into the store: batch by batch, so that a kill loses nothing and a repeat adds nothing."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import IO

from feedback.record import services
from feedback.record.db import Record
from feedback.record.errors import FeedbackError
from feedback.record.queue import Bell
from ingest.channels.records import RowError
from ingest.channels.table import Row, Source, rows
from ingest.intake import Accepted, accept

AT_ONCE = 500


@dataclass(slots=True)
class Report:
    """What came of a file: how many pieces are new, how many were there already, and which rows were not taken."""

    stored: int = 0
    repeated: int = 0
    refused: list[RowError] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return self.stored + self.repeated + len(self.refused)


def import_file(
    record: Record, bell: Bell, stream: IO[bytes], source: Source, progress: Callable[[Report, int], None]
) -> Report:
    """Stores every row that can be read. `progress` is told the report so far and how many bytes were read."""
    report = Report()
    for batch in _batches(rows(stream, source)):
        report.refused += [row for row in batch if isinstance(row, RowError)]
        _store(record, [row for row in batch if isinstance(row, Row)], report)
        bell.ring("clean")
        progress(report, stream.tell())
    return report


def _batches(found: Iterable[Row | RowError]) -> Iterator[list[Row | RowError]]:
    found = iter(found)
    while batch := list(islice(found, AT_ONCE)):
        yield batch


def _store(record: Record, good: list[Row], report: Report) -> None:
    with record.transaction() as session:
        services.ensure(session, {row.arrival.service: row.service_name for row in good if row.service_name})
        answers = accept(session, record.keys, [row.arrival for row in good], dt.datetime.now(dt.UTC))
    for row, answer in zip(good, answers, strict=True):
        if isinstance(answer, Accepted):
            report.repeated += answer.repeated
            report.stored += not answer.repeated
        else:
            report.refused.append(_refused(row, answer))


def _refused(row: Row, error: FeedbackError) -> RowError:
    return RowError(row.line, str(error))
