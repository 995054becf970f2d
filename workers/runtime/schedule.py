"""One process wakes the workers for whatever waits, and does what is due by the clock."""

import datetime as dt
import itertools
import threading
from collections.abc import Collection
from functools import lru_cache

import structlog
from sqlalchemy import ColumnElement, Connection, exists, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from feedback.record import idempotency
from feedback.record.access import links
from feedback.record.db import Record
from feedback.record.errors import where
from feedback.record.models import Service, UntalliedIssue
from feedback.record.privacy import contacts, raw, senders, urgency_dismissals
from feedback.record.states import WorkKind
from feedback.record.work import done, stages
from feedback.record.work.claims import ADVISORY_LOCKS, SCHEDULER_LOCK
from feedback.record.work.jobs import apart
from feedback.record.work.queue import WorkQueue
from feedback.record.work.service_work import ask, ask_wide
from ingest.channels.sms import reassembly
from ingest.channels.uploads import sealed_file
from insights.alerts.delivery import attempts
from insights.alerts.rules import escalation, silent_channels
from insights.channels import hours
from insights.issues import feedback_tallies
from insights.issues.contrasts import kept
from insights.issues.tallies import keeping
from workers.runtime import retention
from workers.runtime.mailbox import MailboxWatch

log = structlog.get_logger()

LOOK_EVERY_SECONDS = 1.0
LOOKS_UNTIL_OVERDUE = 10
"""Looks from one at what nobody waits for by the second to the next: at rest they were most of what the process did."""
UNTALLIED, SURGES = "untallied", "surges"  # what waits for the scheduler itself
NIGHTLY_HOUR, DRIFT_HOUR = 2, 4  # UTC; what has slowly changed is looked for among what was grouped anew


def schedule(record: Record, work_queue: WorkQueue, stop: threading.Event) -> None:
    """Wake and tidy until `stop`. Several may run: one holds the lock and works; when it dies another takes over."""
    hour: dt.datetime | None = None
    mailbox = MailboxWatch(record, work_queue)
    while not stop.wait(LOOK_EVERY_SECONDS):
        try:
            with record.direct_engine.connect().execution_options(isolation_level="AUTOCOMMIT") as watch:
                watch.detach()  # it ends with its lock, which would outlast it in the pool
                lock = {"c": ADVISORY_LOCKS, "n": SCHEDULER_LOCK}
                held = watch.scalar(text("SELECT pg_try_advisory_lock(:c, :n)"), lock)
                turns = itertools.count()
                while held and not stop.wait(LOOK_EVERY_SECONDS):
                    mailbox.look_if_due()
                    if next(turns) % LOOKS_UNTIL_OVERDUE == 0:
                        watch.execute(text("DISCARD PLANS"))  # made when the tables were smaller
                        _overdue(record)
                    hour = _look(record, watch, work_queue, hour)
        except Exception as error:
            log.warning("scheduler interrupted", error=type(error).__name__, where=where(error))


def _waiting(watch: Connection) -> Collection[str]:
    """Names the stages that something waits for; `UNTALLIED` and `SURGES` where issues and surges are to be looked at.

    One statement, and the same to the letter each time: it is read and planned once, not each second.
    """
    asked = watch.exec_driver_sql(_what_waits(stages.STAGES)).mappings().one()
    return [name for name, waits in asked.items() if waits]


@lru_cache(maxsize=1)
def _what_waits(table: tuple[stages.Stage, ...]) -> str:
    found: dict[str, ColumnElement[bool]] = {it.name: exists().where(*it.waiting) for it in table}
    ours = {UNTALLIED: exists().select_from(UntalliedIssue), SURGES: kept.is_due()}
    asked = select(*(waits.label(name) for name, waits in (found | ours).items()))
    return str(asked.compile(dialect=postgresql.psycopg.dialect(), compile_kwargs={"literal_binds": True}))


def _look(record: Record, watch: Connection, work_queue: WorkQueue, hour: dt.datetime | None) -> dt.datetime:
    waiting = _waiting(watch)  # first: it fails where the lock is lost
    now = dt.datetime.now(dt.UTC).replace(minute=0, second=0, microsecond=0)
    if hour != now:
        with apart("days"), record.transaction() as session:
            _days(session, record, now.date())
        _hourly(record, now)
    if UNTALLIED in waiting:
        with apart("tallies"), record.transaction() as session:
            kept.note_changed(session, keeping.refresh(session))
    if SURGES in waiting:
        with apart("what is new in surges"), record.transaction() as session:
            kept.refresh(session)
    work_queue.wake(*(name for name in waiting if name not in (UNTALLIED, SURGES)))
    if hour is None or (hour != now and now.hour == NIGHTLY_HOUR):  # what sleeps at night catches up
        retention.nightly(record, now)
    return now


def _overdue(record: Record) -> None:
    with apart("parts of texts"), record.transaction() as session:
        reassembly.give_up_waiting(session, record.keys, dt.datetime.now(dt.UTC))
    with apart("what is not urgent"), record.transaction() as session:
        urgency_dismissals.destroy_held(session)
    with apart("escalation"), record.transaction() as session:
        escalation.raise_due(session)
    with apart("counts of services"), record.transaction() as session:  # right whenever they are read, summed up or not
        feedback_tallies.refresh(session)
    done.keep(record.transaction)


def _days(session: Session, record: Record, today: dt.date) -> None:
    """Opens tomorrow, and shreds what is over; in a transaction that locks nothing else."""
    raw.day_key(session, record.keys, today)
    raw.day_key(session, record.keys, today + dt.timedelta(days=1))
    for day, uncleaned in raw.shred_days(session, today).items():
        log.info("raw text shredded", day=str(day))
        if uncleaned:
            log.error("raw text shredded before it was cleaned", day=str(day), pieces=uncleaned)


def _hourly(record: Record, now: dt.datetime) -> None:
    forgetting = (
        attempts.delete_old,
        idempotency.forget,
        contacts.shred_expired,
        senders.forget_senders,
        sealed_file.forget_shredded,
        links.forget_old,
    )
    for job in (*forgetting, _tell_uncleaned):
        with apart(job.__name__), record.transaction() as session:
            job(session)
    with apart("work for services"), record.transaction() as session:
        _ask(session, now)
    _tell_silences(record)


def _tell_silences(record: Record) -> None:
    with record.transaction() as session:
        services = session.scalars(select(Service)).all()
    for service in services:
        now = dt.datetime.now(dt.UTC)
        with apart("silent channels", service=service.slug), record.transaction() as session:
            hours.keep(session, service.id, now)
            silent_channels.raise_silences(session, service, now)


def _tell_uncleaned(session: Session) -> None:
    """An operator has a day left to mend what keeps feedback from being cleaned; then its raw text is shredded."""
    seconds = raw.oldest_uncleaned_seconds(session)
    if seconds > raw.WARN_AFTER.total_seconds():
        log.error("feedback waits to be cleaned, and will be shredded", hours=round(seconds / 3600))


def _ask(session: Session, now: dt.datetime) -> None:
    """Signals end although nothing more is said; each night all is grouped anew, and looked at for slow changes;
    an encoder may have changed, and what was said since is to be found.
    """
    services = list(session.scalars(select(Service.id)))
    if now.hour == NIGHTLY_HOUR:
        ask(session, services, WorkKind.REFIT)
    ask(session, services, WorkKind.NOTICE, WorkKind.EMBED, WorkKind.INDEX)
    if now.hour == DRIFT_HOUR:
        ask(session, services, WorkKind.DRIFT)
    ask_wide(session, WorkKind.THEMES)
