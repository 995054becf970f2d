"""Server-sent events: what a service tells, as it tells it; who reconnects misses nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback.record.db import Record
from feedback.record.errors import FeedbackError, Malformed
from feedback.record.models import Alert, Service
from insights.alerts import payload
from insights.alerts.rules.preview import told

EVERY = 1.0  # seconds between two looks
SIGN_OF_LIFE = 15  # looks without news after which a comment keeps proxies from closing the connection
AT_ONCE = 100
LIFETIME = 3600  # looks after which a stream ends; its reader comes back with what it read last

Read = Callable[[int], Sequence[tuple[int, bytes]]]


def position(session: Session, service: Service, last_event_id: str | None) -> int:
    """The number after which to read on; without a last event, from now on. Raises `Malformed`."""
    if last_event_id:
        if not last_event_id.isdecimal() or len(last_event_id) > 18:
            raise Malformed("Last-Event-ID: this is none of ours")
        return int(last_event_id)
    return session.scalar(select(func.max(Alert.number)).where(*told(service))) or 0


def after(session: Session, record: Record, service: Service, number: int) -> list[tuple[int, bytes]]:
    """The events since then, each with its number, in the order of their commits."""
    rows = session.scalars(
        select(Alert).where(*told(service), Alert.number > number).order_by(Alert.number).limit(AT_ONCE)
    ).all()
    return [(row.number, _event(row.number, row.type, payload.body(session, row, record.settings.url))) for row in rows]


def _event(number: int, kind: str, content: dict[str, Any]) -> bytes:
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (number, kind.encode(), msgspec.json.encode(content))


async def stream(read: Read, number: int, *, known: bool) -> AsyncIterator[bytes]:
    """Looks into the store again and again, and holds nothing of it in between.

    A reader that comes for the first time (not `known`) gets a number at once, so that it can come back with one.
    """
    if not known:
        yield b"id: %d\n\n" % number
    idle = 0
    for _ in range(LIFETIME):
        try:
            events = await asyncio.to_thread(read, number)
        except FeedbackError:  # the key was revoked meanwhile
            return
        for place, event in events:
            number = place
            yield event
        idle = 0 if events else idle + 1
        if idle % SIGN_OF_LIFE == 1:
            yield b": still here\n\n"
        await asyncio.sleep(EVERY)
