"""The list of what was taken back, in a file beside the database: a backup that is restored knows nothing of it."""

import datetime as dt
import os
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.record.db import ERASURE_LEDGER
from feedback.record.models import Feedback
from feedback.record.states import FeedbackStage

log = structlog.get_logger()


def note(session: Session, ids: Sequence[uuid.UUID]) -> None:
    """Writes down, before the erasure is committed, what is taken back: it was asked for, even if it fails now.

    A ledger that cannot be written hinders no erasure; the log tells.
    """
    path: Path | None = session.info.get(ERASURE_LEDGER)
    if path is None or not ids:
        return
    now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    lines = "".join(f"{now} {identity}\n" for identity in ids)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        number = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(number, lines.encode())
            os.fsync(number)
        finally:
            os.close(number)
    except OSError as error:
        log.error("erasure not in the ledger", error=type(error).__name__, pieces=len(ids))


def read(path: Path) -> Iterator[uuid.UUID]:
    """Reads the ids of a ledger; a line that a crash cut off is passed over."""
    with suppress(FileNotFoundError), path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            with suppress(ValueError):
                yield uuid.UUID(line.rpartition(" ")[2].strip())


def back_again(session: Session, ids: Iterable[uuid.UUID]) -> list[uuid.UUID]:
    """Returns which of these pieces are stored as if nobody had taken them back."""
    there = select(Feedback.id).where(Feedback.id.in_(list(ids)), Feedback.stage != FeedbackStage.WITHDRAWN)
    return list(session.scalars(there))
