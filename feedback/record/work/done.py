"""What workers and the scheduler have done, added up in the store: one address tells of them all, wherever they run.

A batch leaves a note in its process, without a lock or a statement of its own, and the process adds them up now and
then. So nobody has to reach each process, and what was counted outlives it.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from queue import SimpleQueue
from typing import NamedTuple

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from feedback.record.models import WorkDone

KEEP_EVERY_SECONDS = 10.0


class Note(NamedTuple):
    """What came of one batch of a stage, or of one job of the clock: rows that were done, rows that failed."""

    work: str
    done: int
    failed: int
    seconds: float


NOTES: SimpleQueue[Note] = SimpleQueue()
"""Those of this process that are not added up yet."""


def keep(transaction: Callable[[], AbstractContextManager[Session]]) -> None:
    """Adds up what is noted; where the store is away it is let go: it is a figure, and nothing is done meanwhile."""
    noted: dict[str, list[Note]] = defaultdict(list)
    for _ in range(NOTES.qsize()):
        note = NOTES.get_nowait()
        noted[note.work].append(note)
    if noted:
        with suppress(SQLAlchemyError), transaction() as session:
            for work in sorted(noted):  # in one order: two who add up never deadlock
                _add(session, work, noted[work])


def _add(session: Session, work: str, notes: Sequence[Note]) -> None:
    _, done, failed, seconds = zip(*notes, strict=True)
    fresh = insert(WorkDone).values(work=work, done=sum(done), failed=sum(failed), seconds=sum(seconds))
    more = {name: getattr(WorkDone, name) + fresh.excluded[name] for name in ("done", "failed", "seconds")}
    session.execute(fresh.on_conflict_do_update(index_elements=["work"], set_=more))
