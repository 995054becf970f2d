"""Server-sent events: a service's alerts as they are raised; who reconnects misses nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback.record.db import Record
from feedback.record.errors import FeedbackError, Malformed
from feedback.record.limits import whole_number
from feedback.record.models import Alert, Service
from insights.alerts import payload
from insights.alerts.queries import service_wide

POLL_SECONDS = 1.0
KEEP_ALIVE_POLLS = 15  # without an event, after which a comment keeps proxies from closing the connection
MAX_EVENTS_PER_POLL = 100
MAX_POLLS = 3600  # after which a stream ends; its reader comes back with the last number that it read

ReadEvents = Callable[[int], Sequence[tuple[int, bytes]]]


def position(session: Session, service: Service, last_event_id: str | None) -> int:
    """Tells after which number to read on: that of the last event, or the latest now. Raises `Malformed`."""
    if last_event_id:
        number = whole_number(last_event_id)
        if number is None:
            raise Malformed("Last-Event-ID: this is none of ours")
        return number
    return session.scalar(select(func.max(Alert.number)).where(*service_wide(service))) or 0


def after(session: Session, record: Record, service: Service, number: int) -> list[tuple[int, bytes]]:
    """Lists the events after a number, each encoded and with its own number, in the order of their commits."""
    rows = session.scalars(
        select(Alert)
        .where(*service_wide(service), Alert.number > number)
        .order_by(Alert.number)
        .limit(MAX_EVENTS_PER_POLL)
    ).all()
    return [
        (row.number, _event(row.number, row.type, payload.event(session, row, record.settings.url))) for row in rows
    ]


def _event(number: int, type_: str, event: dict[str, Any]) -> bytes:
    return b"id: %d\nevent: %s\ndata: %s\n\n" % (number, type_.encode(), msgspec.json.encode(event))


async def stream(read: ReadEvents, number: int, *, known: bool) -> AsyncIterator[bytes]:
    """Polls the store for events and yields them; between two polls it holds no connection to the database.

    A reader that comes for the first time (not `known`) gets a number at once, so that it can come back with one.
    """
    if not known:
        yield b"id: %d\n\n" % number
    idle = 0
    for _ in range(MAX_POLLS):
        try:
            events = await asyncio.to_thread(read, number)
        except FeedbackError:  # the key was revoked meanwhile
            return
        for place, event in events:
            number = place
            yield event
        idle = 0 if events else idle + 1
        if idle % KEEP_ALIVE_POLLS == 1:
            yield b": still here\n\n"
        await asyncio.sleep(POLL_SECONDS)
