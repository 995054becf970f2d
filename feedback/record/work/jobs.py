"""What the clock makes due is many jobs: one that fails, over one bad row say, stops none of the others."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from feedback.record.errors import where
from feedback.record.work.done import NOTES, Note

log = structlog.get_logger()


@contextmanager
def apart(job: str, **about: object) -> Iterator[None]:
    """Logs what goes wrong within, and goes on after it; raises where the store is away, which is nobody's fault."""
    try:
        yield
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        NOTES.put(Note(job, 0, 1, 0.0))
        log.error("job failed", job=job, error=type(error).__name__, where=where(error), **about)
