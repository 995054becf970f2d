"""Each night: what a service has kept for as long as it keeps feedback is erased, and leaves the disk."""

import datetime as dt
import uuid
from collections.abc import Sequence

import structlog
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from feedback.record import installation
from feedback.record.db import Record
from feedback.record.models import Feedback, Service
from feedback.record.privacy import contacts, erasure, urgent_raw
from feedback.record.states import FeedbackStage
from feedback.record.work.jobs import apart
from insights.alerts.delivery import credentials
from insights.search import vector_index

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
    with apart("vacuum"):
        _sweep(record)
    for kept in (urgent_raw, contacts, credentials, installation):
        with apart("rewrap", kept=kept.__name__), record.transaction() as session:
            kept.rewrap(session, record.keys)


def _expire(record: Record, service: Service, before: dt.datetime) -> int:
    """A batch a transaction, so that nobody waits for a large one."""
    count = 0
    while True:
        with record.transaction() as session:
            over = _over(session, service, before)
            erasure.erase(session, over, by="machine", to=FeedbackStage.EXPIRED)
        count += len(over)
        if len(over) < PIECES_AT_ONCE:
            return count


def _over(session: Session, service: Service, before: dt.datetime) -> Sequence[uuid.UUID]:
    """By when it was received: a history that is imported today is kept from today on."""
    gone = (FeedbackStage.WITHDRAWN, FeedbackStage.EXPIRED, FeedbackStage.HANDED_OVER)
    old = select(Feedback.id).where(
        Feedback.service_id == service.id, Feedback.received_at < before, Feedback.stage.not_in(gone)
    )
    return session.scalars(old.order_by(Feedback.received_at).limit(PIECES_AT_ONCE)).all()


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
