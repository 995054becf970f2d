"""A file that somebody brought is taken in, batch by batch, so that a kill loses nothing; or taken back."""

import datetime as dt
from collections.abc import Sequence
from typing import IO

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from feedback.record import audit
from feedback.record.db import Record
from feedback.record.models import Service, Upload, UploadedPiece
from feedback.record.privacy import erasure
from feedback.record.states import UploadPartKind
from feedback.record.work.claims import own
from feedback.record.work.queue import WorkQueue
from ingest.channels.files.importing import ImportReport, accept_rows, batches
from ingest.channels.files.table import ImportRow, ImportSource, RowError
from ingest.channels.uploads import sealed_file
from ingest.channels.uploads.reading_form import columns_of

BACK_AT_ONCE = 200
"""Pieces that are taken back in one transaction."""


def take_in(record: Record, work_queue: WorkQueue, upload: Upload) -> None:
    """Takes in what is left of a file, for whoever has claimed it; ends early where it is no longer theirs.

    Raises `NotFound` where the file is kept no longer, `Malformed` where it cannot be read in the form that was given.
    """
    with record.transaction() as session:
        stream = sealed_file.open_file(session, record.keys, upload)
        service = session.get_one(Service, upload.service_id)
    source = columns_of(upload).form.source(service, upload.file)
    _take_in(record, work_queue, upload, stream, source)


def _take_in(record: Record, work_queue: WorkQueue, upload: Upload, stream: IO[bytes], source: ImportSource) -> None:
    report, refused, seen = ImportReport(), list[RowError](), 0
    for good in batches(stream, source, report, refused.append, lambda _: None):
        seen += len(good) + len(refused)
        if seen > upload.rows:
            with record.transaction() as session:
                if not (mine := own(session, Upload, [upload.id], upload.claimed_by or 0)):
                    return
                _store(session, record, mine[0], good, refused, seen)
            work_queue.wake("clean")
        refused.clear()


def _store(
    session: Session, record: Record, upload: Upload, good: Sequence[ImportRow], refused: list[RowError], seen: int
) -> None:
    accepted, not_accepted = accept_rows(session, record.keys, good)
    fresh = [one.id for one in accepted if not one.repeated]
    if fresh:
        session.execute(insert(UploadedPiece), [{"upload_id": upload.id, "feedback_id": one} for one in fresh])
    not_taken = [*refused, *not_accepted]
    upload.rows, upload.refused = seen, upload.refused + len(not_taken)
    sealed_file.keep_refused(session, record.keys, upload, sorted(not_taken, key=lambda row: row.line))


def end(session: Session, upload: Upload) -> None:
    """Lets the file go once all of it is taken in, and audits what came of it."""
    sealed_file.discard(session, upload, UploadPartKind.FILE)
    upload.ended_at = dt.datetime.now(dt.UTC)
    counts = {"rows": upload.rows, "refused": upload.refused}
    audit.note(session, upload.by, "import", f"upload:{upload.id}", upload.service_id, file=upload.file, **counts)


def take_back(record: Record, upload: Upload) -> None:
    """Undoes all that came of a file, for whoever has claimed it: its pieces go as if they had never come."""
    while True:
        with record.transaction() as session:
            if not own(session, Upload, [upload.id], upload.claimed_by or 0):
                return
            mine = select(UploadedPiece.feedback_id).where(UploadedPiece.upload_id == upload.id)
            ids = session.scalars(mine.limit(BACK_AT_ONCE)).all()
            if not ids:
                return
            erasure.forget(session, ids, by=upload.by)


def taken_back(session: Session, upload: Upload) -> None:
    """Lets go of the rows that were not taken, too, and audits it."""
    sealed_file.discard(session, upload, UploadPartKind.FILE, UploadPartKind.REFUSED)
    upload.ended_at = dt.datetime.now(dt.UTC)
    audit.note(session, upload.by, "import undone", f"upload:{upload.id}", upload.service_id, file=upload.file)
