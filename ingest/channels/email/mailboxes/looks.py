"""What is kept of each look into a mailbox, so that one that fails is seen by those whose mails it holds."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from feedback.record.db import Record
from feedback.record.errors import FeedbackError
from feedback.record.models import Mailbox, Service


@contextmanager
def look(record: Record, name: str, service: str | None) -> Iterator[None]:
    """Keeps that this mailbox was looked into, and how it went; what went wrong is raised on."""
    try:
        yield
    except FeedbackError as error:
        _keep(record, name, service, str(error))
        raise
    _keep(record, name, service, None)


def public_name(url: str) -> str:
    """Returns the address of a mailbox without who signs in to it."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _keep(record: Record, name: str, service: str | None, failure: str | None) -> None:
    now = dt.datetime.now(dt.UTC)
    with record.transaction() as session:
        of = select(Service.id).where(Service.slug == service).scalar_subquery() if service else None
        known = {"service_id": of, "looked_at": now, "failure": failure} | ({} if failure else {"worked_at": now})
        made = insert(Mailbox).values(name=name, **known)
        session.execute(made.on_conflict_do_update(index_elements=["name"], set_=known))
