"""Files of feedback: everything that can be read is taken, once."""

import datetime as dt
import io
from typing import Any

import pytest
from sqlalchemy import func, select

from feedback.record.db import Record
from feedback.record.models import AuditEntry, Feedback, Service
from feedback.record.work.queue import WorkQueue
from ingest.channels.files import importing
from ingest.channels.files.importing import ImportReport, import_file, try_file
from ingest.channels.files.table import Columns, ImportSource, RowError

FILE = b"""id,date,directorate,text
a1,2013-05-02,Mental Health,The ward was noisy
a2,2013-05-02,Community Services,Nobody came to the appointment
a3,2013-05-03,,No directorate is named
a4,yesterday,Mental Health,A date that nobody can read
a5,2013-05-04,Mental Health,
a6,2013-05-04,Mental Health,"Two lines
of words"
"""
SOURCE = ImportSource(caller="import:", file="file.csv", batch="The ward", columns=Columns(service="directorate"))


def run(
    record: Record, work_queue: WorkQueue, refuse: Any = lambda _: None, progress: Any = lambda _: None
) -> ImportReport:
    return import_file(record, work_queue, io.BytesIO(FILE), SOURCE, refuse, progress)


def count(record: Record) -> int:
    with record.transaction() as session:
        return session.scalar(select(func.count()).select_from(Feedback)) or 0


def test_each_row_that_cannot_be_read_is_reported_with_its_line_and_loses_no_other(
    record: Record, work_queue: WorkQueue
) -> None:
    refused: list[RowError] = []
    report = run(record, work_queue, refused.append)
    assert (report.stored, report.repeated, report.refused) == (3, 0, 3)
    assert [row.line for row in refused] == [4, 5, 6]
    assert count(record) == 3


def test_services_are_made_from_the_names_in_their_column(record: Record, work_queue: WorkQueue) -> None:
    run(record, work_queue)
    with record.transaction() as session:
        found = {service.slug: service.name for service in session.scalars(select(Service))}
    assert found == {"mental-health": "Mental Health", "community-services": "Community Services"}


def test_a_second_import_takes_nothing_twice(record: Record, work_queue: WorkQueue) -> None:
    run(record, work_queue)
    report = run(record, work_queue)
    assert (report.stored, report.repeated) == (0, 3)
    assert count(record) == 3


def test_an_import_that_was_killed_goes_on_where_it_was(
    record: Record, work_queue: WorkQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BATCH_ROWS", 2)

    def killed(position: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(record, work_queue, progress=killed)
    assert count(record) == 2
    report = run(record, work_queue)
    assert (report.stored, report.repeated) == (1, 2)


def test_a_date_without_a_time_is_spread_over_its_day_and_is_history(record: Record, work_queue: WorkQueue) -> None:
    run(record, work_queue)
    with record.transaction() as session:
        for row in session.scalars(select(Feedback)):
            assert row.history
            assert row.said_at.time() != dt.time()
            assert row.said_at.year == 2013


def test_a_trial_says_what_would_be_taken_and_stores_nothing(record: Record) -> None:
    refused: list[RowError] = []
    trial = try_file(record, io.BytesIO(FILE), SOURCE, refused.append, lambda _: None)
    assert (trial.stored, trial.repeated, trial.refused) == (3, 0, 3)
    assert [row.line for row in refused] == [4, 5, 6]
    assert trial.services == {"mental-health", "community-services"}
    assert [row.arrival.external_id for row in trial.first] == ["a1", "a2", "a6"]
    assert count(record) == 0


def test_a_trial_knows_what_is_there_already(record: Record, work_queue: WorkQueue) -> None:
    run(record, work_queue)
    trial = try_file(record, io.BytesIO(FILE), SOURCE, lambda _: None, lambda _: None)
    assert (trial.stored, trial.repeated, trial.services) == (0, 3, set())


def test_who_entered_a_file_stands_in_the_audit_and_at_each_piece(record: Record, work_queue: WorkQueue) -> None:
    run(record, work_queue)
    with record.transaction() as session:
        entry = session.scalars(select(AuditEntry)).one()
        assert (entry.act, entry.by, entry.details["stored"]) == ("import", "The ward", 3)
        assert {(row.batch, row.assisted) for row in session.scalars(select(Feedback))} == {("The ward", True)}
