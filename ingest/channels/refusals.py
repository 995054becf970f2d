"""What each channel last refused, and why: for whoever sets one up and waits for the first message."""

import threading
import time

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert

from feedback.record.db import Record
from feedback.record.models import ChannelRefusal

NOTED_EVERY_SECONDS = 5.0
_LONGEST_REASON = 200
_noted_at: dict[str, float] = {}
_guard = threading.Lock()


def note(record: Record, channel: str, reason: str) -> None:
    """Notes it, in a transaction of its own; once in a while for each channel, so that a flood costs next to nothing.

    `reason` holds none of a citizen's words.
    """
    with _guard:
        now = time.monotonic()
        if now - _noted_at.get(channel, -NOTED_EVERY_SECONDS) < NOTED_EVERY_SECONDS:
            return
        _noted_at[channel] = now
    values = {"at": func.now(), "reason": reason[:_LONGEST_REASON]}
    fresh = insert(ChannelRefusal).values(channel=channel, **values)
    with record.transaction() as session:
        session.execute(fresh.on_conflict_do_update(index_elements=["channel"], set_=values))
