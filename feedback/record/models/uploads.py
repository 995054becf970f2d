"""Files of feedback that somebody brings in the browser, sealed until they are taken in."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from feedback.record.models.base import Base, Claimable, Timed, new_id
from feedback.record.states import UploadPartKind


class Upload(Base, Claimable, Timed):
    """A file of feedback about one service; `stage` is an `UploadStage`.

    `day` is the day whose key it is sealed under; `columns` tell how it is to be read (`FileColumns` of
    `ingest/channels/uploads/reading_form.py`). `rows` counts the rows that were seen to so far, `refused` those of them
    that were not taken.
    """

    __tablename__ = "uploads"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)
    service_id: Mapped[int] = mapped_column(ForeignKey("services.id", ondelete="CASCADE"), index=True)
    by: Mapped[str]
    file: Mapped[str]
    size: Mapped[int]
    day: Mapped[dt.date]
    columns: Mapped[dict[str, Any]] = mapped_column(default=dict)
    rows: Mapped[int] = mapped_column(server_default="0", default=0)
    refused: Mapped[int] = mapped_column(server_default="0", default=0)
    ended_at: Mapped[dt.datetime | None]


class UploadPart(Base):
    """A piece of the file, or of the rows of it that were not taken, sealed; `number` is its place."""

    __tablename__ = "upload_parts"

    upload_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("uploads.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[UploadPartKind] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sealed: Mapped[bytes]


class UploadedPiece(Base):
    """Says which pieces of feedback came with which file, so that it can be undone as a whole."""

    __tablename__ = "uploaded_pieces"

    upload_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("uploads.id", ondelete="CASCADE"), primary_key=True)
    feedback_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("feedback.id", ondelete="CASCADE"), primary_key=True, index=True
    )
