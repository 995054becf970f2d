"""Each night: what a service has kept for as long as it keeps feedback is erased, and leaves the disk."""

import datetime as dt
import uuid

import structlog
from sqlalchemy import select, text, tuple_
from sqlalchemy.orm import Session

from feedback.record import installation
from feedback.record.db import Record
from feedback.record.models import Feedback, Service
from feedback.record.privacy import contacts, erasure, urgent_raw
from feedback.record.states import FeedbackStage
from feedback.record.work.jobs import apart
from insights.alerts.delivery import credentials
from insights.search import service_indexes, vector_index

log = structlog.get_logger()

PIECES_AT_ONCE = 500
TABLES_WITH_WORDS = (
    "feedback",
    "statements",
    "search_vectors",
    "issues",
    "issue_events",
    "contacts",
    "held_raw",
    "alerts",
    "deliveries",
)
"""The tables that a citizen's words, or the way to them, were in."""


Place = tuple[dt.datetime, uuid.UUID]
"""Of a piece in the order in which they were received."""


def nightly(record: Record, now: dt.datetime) -> None:
    """Erase what is kept no longer, vacuum, and seal under the newest key. Done again, it finds nothing to do."""
    with record.transaction() as session:
        services = session.scalars(select(Service)).all()
    for service in services:
        with apart("retention", service=service.slug):
            before = now - dt.timedelta(days=service.properties.retention_days)
            if count := _expire(record, service, before):
                log.info("kept no longer", service=service.slug, pieces=count)
    for service in services:
        with apart("search index", service=service.slug):
            _complete(record, service.id)
    with apart("search indexes of services that are no more"):
        service_indexes.remove_others(record.direct_engine, [service.id for service in services])
    with apart("vacuum"):
        _sweep(record)
    for kept in (urgent_raw, contacts, credentials, installation):
        with apart("rewrap", kept=kept.__name__), record.transaction() as session:
            kept.rewrap(session, record.keys)


def _expire(record: Record, service: Service, before: dt.datetime) -> int:
    """A batch a transaction, so that nobody waits for a large one. Each goes on where the last one ended: what remains
    of a piece would be passed again each time.
    """
    count, over = 0, list[Place]()
    while True:
        with record.transaction() as session:
            over = _over(session, service, before, *over[-1:])
            erasure.erase(session, [identity for _, identity in over], by="machine", to=FeedbackStage.EXPIRED)
        count += len(over)
        if len(over) < PIECES_AT_ONCE:
            return count


def _over(session: Session, service: Service, before: dt.datetime, *last: Place) -> list[Place]:
    """By when it was received: a history that is imported today is kept from today on."""
    gone = (FeedbackStage.WITHDRAWN, FeedbackStage.EXPIRED, FeedbackStage.HANDED_OVER)
    further = (tuple_(Feedback.received_at, Feedback.id) > place for place in last)
    old = select(Feedback.received_at, Feedback.id).where(
        Feedback.service_id == service.id, Feedback.received_at < before, Feedback.stage.not_in(gone), *further
    )
    rows = session.execute(old.order_by(Feedback.received_at, Feedback.id).limit(PIECES_AT_ONCE))
    return [(received_at, identity) for received_at, identity in rows]


def _complete(record: Record, service_id: int) -> None:
    """A batch a transaction."""
    more = True
    while more:
        with record.transaction() as session:
            more = vector_index.complete(session, service_id)


def _sweep(record: Record) -> None:
    """PostgreSQL keeps what was deleted or replaced in its files until it is vacuumed."""
    with record.direct_engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"VACUUM {', '.join(TABLES_WITH_WORDS)}"))
