"""One process rings for whatever waits, and does what is due by the clock."""

import datetime as dt
import threading

import structlog
from sqlalchemy import ColumnElement, exists, select, text
from sqlalchemy.orm import Session

from feedback.record import idempotency
from feedback.record.db import Record
from feedback.record.errors import where
from feedback.record.models import Feedback, Service, WideWork
from feedback.record.privacy import contacts, raw
from feedback.record.queue import Bell
from feedback.record.stages import LOCKS, ask, ask_wide, asked_for
from ingest.channels.sms import reassembly
from insights.alerts.delivery import attempts
from workers.actors import answer, retention

log = structlog.get_logger()

EVERY = 1.0  # seconds between two looks
NIGHTLY = 2  # the hour, UTC

WAITING: dict[str, tuple[ColumnElement[bool], ...]] = {
    "clean": (Feedback.stage == "clean",),
    "group": (Feedback.stage == "group",),
    "refit": asked_for("refit"),
    "notice": asked_for("notice"),
    "look_back": asked_for("look_back"),
    "themes": asked_for("themes", WideWork),
    "deliver": attempts.waiting(),
    "answer": answer.waiting(),
}


def schedule(record: Record, bell: Bell, stop: threading.Event) -> None:
    """Until `stop`. Several may run; the one that holds the lock works, and another takes over when it dies."""
    hour: dt.datetime | None = None
    while not stop.wait(EVERY):
        try:
            with record.engine.connect() as watch:
                held = watch.scalar(text("SELECT pg_try_advisory_lock(:c, 2)"), {"c": LOCKS})
                watch.commit()
                while held and not stop.wait(EVERY):
                    watch.execute(text("SELECT 1"))
                    watch.commit()
                    hour = _look(record, bell, hour)
        except Exception as error:
            log.warning("scheduler interrupted", error=type(error).__name__, where=where(error))


def _look(record: Record, bell: Bell, hour: dt.datetime | None) -> dt.datetime:
    now = dt.datetime.now(dt.UTC).replace(minute=0, second=0, microsecond=0)
    if hour != now:
        with record.transaction() as session:
            _days(session, record, now.date())
    with record.transaction() as session:
        if hour != now:
            _hourly(session, now)
        reassembly.give_up_waiting(session, record.keys, dt.datetime.now(dt.UTC))
        waiting = [name for name, where in WAITING.items() if session.scalar(select(exists().where(*where)))]
    bell.ring(*waiting)
    if hour is None or (hour != now and now.hour == NIGHTLY):  # what sleeps at night catches up
        retention.nightly(record, now)
    return now


def _days(session: Session, record: Record, today: dt.date) -> None:
    """Opens tomorrow, and shreds what is over; in a transaction that locks nothing else."""
    raw.day_key(session, record.keys, today)
    raw.day_key(session, record.keys, today + dt.timedelta(days=1))
    for day in raw.shred_days(session, today):
        log.info("raw text shredded", day=str(day))


def _hourly(session: Session, now: dt.datetime) -> None:
    """Signals end although nothing more is said; each night all is grouped anew."""
    services = list(session.scalars(select(Service.id)))
    attempts.forget(session)
    idempotency.forget(session)
    contacts.forget(session)
    if now.hour == NIGHTLY:
        ask(session, services, "refit")
    ask(session, services, "notice")
    ask_wide(session, "themes")
