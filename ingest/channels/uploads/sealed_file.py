"""A file that somebody brought, and the rows of it that were not taken: sealed under the key of its day.

It goes once it is taken in; what is left of it is shredded with its day, as all raw text is.
"""

import datetime as dt
import io
from collections.abc import Iterator, Sequence
from typing import IO, Any

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from feedback.record.encryption import KeyRing, open_sealed, seal
from feedback.record.errors import NotFound
from feedback.record.models import DayKey, Service, Upload, UploadPart, new_id
from feedback.record.privacy import raw
from feedback.record.states import UploadPartKind, UploadStage
from ingest.channels.files.table import RowError

PART_BYTES = 1024 * 1024
_LONGEST_NAME = 200


class RefusedRows(msgspec.Struct, frozen=True):
    """Rows that were not taken: the names of their columns, and of each its line, why, and its cells as they came."""

    names: Sequence[str]
    rows: Sequence[tuple[int, str, Sequence[str]]]


def keep(
    session: Session, keys: KeyRing, service: Service, name: str, body: bytes, columns: dict[str, Any], by: str
) -> Upload:
    """Keeps a file that `by` brought, with the `columns` that were proposed, until it is said how it is to be read."""
    today = dt.datetime.now(dt.UTC).date()
    made = Upload(id=new_id(), service_id=service.id, by=by, file=name[-_LONGEST_NAME:], size=len(body), day=today)
    made.stage, made.columns = UploadStage.DRAFT, columns
    session.add(made)
    session.flush()
    key = raw.day_key(session, keys, today)
    for number, at in enumerate(range(0, len(body), PART_BYTES)):
        _add(session, key, made, UploadPartKind.FILE, number, body[at : at + PART_BYTES])
    return made


def _add(session: Session, key: bytes, upload: Upload, kind: UploadPartKind, number: int, plain: bytes) -> None:
    sealed = seal(key, plain, _context(upload, kind, number))
    session.add(UploadPart(upload_id=upload.id, kind=kind, number=number, sealed=sealed))


def _context(upload: Upload, kind: UploadPartKind, number: int) -> bytes:
    return upload.id.bytes + f"{kind}:{number}".encode()


def open_file(session: Session, keys: KeyRing, upload: Upload) -> IO[bytes]:
    """Opens the file. Raises `NotFound` where it is kept no longer."""
    parts = list(_parts(session, keys, upload, UploadPartKind.FILE))
    if upload.size and not parts:
        raise NotFound("the file is kept no longer: bring it again")
    return io.BytesIO(b"".join(parts))


def _parts(session: Session, keys: KeyRing, upload: Upload, kind: UploadPartKind) -> Iterator[bytes]:
    if (key := raw.kept_key(session, keys, upload.day)) is None:
        return
    mine = select(UploadPart.number, UploadPart.sealed).where(
        UploadPart.upload_id == upload.id, UploadPart.kind == kind
    )
    for number, sealed in session.execute(mine.order_by(UploadPart.number)):
        yield open_sealed(key, sealed, _context(upload, kind, number))


def keep_refused(session: Session, keys: KeyRing, upload: Upload, refused: Sequence[RowError]) -> None:
    """Keeps rows that were not taken, as they came, beside those before them. `upload.rows` tells their place."""
    key = raw.kept_key(session, keys, upload.day)
    if refused and key is not None:
        names = next((row.header.written for row in refused if row.header), ())
        rows = RefusedRows(names, [(row.line, row.reason, row.cells) for row in refused])
        _add(session, key, upload, UploadPartKind.REFUSED, upload.rows, msgspec.json.encode(rows))


def refused_rows(session: Session, keys: KeyRing, upload: Upload) -> Iterator[RefusedRows]:
    """Yields the rows that were not taken, in their order, for as long as they are kept."""
    for part in _parts(session, keys, upload, UploadPartKind.REFUSED):
        yield msgspec.json.decode(part, type=RefusedRows)


def discard(session: Session, upload: Upload, *kinds: UploadPartKind) -> None:
    """Deletes the file, the rows that were not taken, or both."""
    session.execute(delete(UploadPart).where(UploadPart.upload_id == upload.id, UploadPart.kind.in_(kinds)))


def forget_shredded(session: Session) -> None:
    """Deletes what no key opens any more: the parts of shredded days, and files that nobody said how to read."""
    shredded = Upload.day.not_in(select(DayKey.day))
    session.execute(delete(UploadPart).where(UploadPart.upload_id.in_(select(Upload.id).where(shredded))))
    session.execute(delete(Upload).where(shredded, Upload.stage == UploadStage.DRAFT))
