"""How much an attack left behind."""

from sqlalchemy import func, select

from feedback.record.db import Record
from feedback.record.models import Feedback


def stored(record: Record) -> int:
    """Pieces of feedback in the store."""
    with record.transaction() as session:
        return session.scalar(select(func.count()).select_from(Feedback)) or 0
