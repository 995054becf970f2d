"""What is wrong with an installation, and what to do: one diagnosis for each thing that an operator can mend."""

import datetime as dt
import os
import shutil
import socket
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from feedback.operation import load, replica
from feedback.record.db import ERASURE_LEDGER, Record
from feedback.record.errors import FeedbackError
from feedback.record.migrations import alembic_config
from feedback.record.models import DayKey, StoredSettings, Subscription
from feedback.record.privacy import erasure_ledger, raw
from feedback.record.settings import Settings
from feedback.record.work.queue import WorkQueue
from nlp.embed import checkpoint

SLOW_STAGE_SECONDS = {"pipeline": 300, "deliveries": 300, "services": 3_600}
"""By queue: what has waited for longer is not being worked on as it should be."""

MAX_LAG_SECONDS = 30
MIN_FREE_BYTES = 1_000_000_000
MAX_CLOCK_SECONDS = 5
LATEST_ERASED = 10_000
CONNECT_SECONDS = 3.0


class Diagnosis(NamedTuple):
    """One thing that was looked at: whether it is `well`, what was found, and what to do where it is not."""

    about: str
    well: bool
    found: str
    do: str = ""


def examine(settings: Settings, record: Record, work_queue: WorkQueue) -> Iterator[Diagnosis]:
    """Looks at everything, the ground first; where PostgreSQL does not answer, at what does not need it."""
    yield _attempt("keys", lambda: _keys(settings))
    yield _attempt("disk", lambda: _disk(settings.data))
    yield _attempt("model", lambda: _model(settings))
    yield _attempt("mail", lambda: _mail(record.settings))
    yield _redis(work_queue)
    try:
        with record.transaction() as session:
            yield from _stored(session, record)
    except SQLAlchemyError as error:
        yield Diagnosis(
            "PostgreSQL", False, f"does not answer ({type(error).__name__})", "start it, or set DATABASE_URL"
        )
        return
    if settings.database_read_url:
        yield _replica(record)


def _attempt(about: str, look: Callable[[], Diagnosis]) -> Diagnosis:
    try:
        return look()
    except (OSError, ValueError, FeedbackError, ImportError) as error:
        return Diagnosis(about, False, f"cannot be read ({type(error).__name__})", "see that this user may read it")


def _stored(session: Session, record: Record) -> Iterator[Diagnosis]:
    version = session.scalar(select(func.current_setting("server_version")))
    yield Diagnosis("PostgreSQL", True, f"answers (version {version})")
    yield _clock(session)
    schema = _schema(session)
    yield schema
    if not schema.well:
        return
    yield _opens(session, record)
    yield _living("workers", load.workers(session), "start `feedback work` (or `feedback up`)")
    yield _living("scheduler", load.schedulers(session), "start `feedback schedule` (or `feedback up`)")
    yield from (_stage(it) for it in load.stages(session))
    yield _uncleaned(session)
    yield _aside(session)
    yield _erased(session, record.settings.data / ERASURE_LEDGER)


def _keys(settings: Settings) -> Diagnosis:
    """Where they are, and that nobody else may read them."""
    known = len(settings.keys())
    kept = settings.key_file
    if not settings.secret_keys and kept.stat().st_mode & 0o077:
        return Diagnosis("keys", False, f"{kept} can be read by others", f"chmod 600 {kept}")
    return Diagnosis("keys", True, f"the key of keys can be read ({known} of them)")


def _disk(folder: Path) -> Diagnosis:
    there = next(place for place in (folder, *folder.resolve().parents) if place.exists())
    free = shutil.disk_usage(there).free
    found = f"{free / 1e9:,.1f} GB are free for {folder}"
    if not os.access(there, os.W_OK):
        return Diagnosis("disk", False, f"{there} cannot be written", "see that this user may write there")
    return Diagnosis("disk", free > MIN_FREE_BYTES, found, "make room: backups and logs first")


def _model(settings: Settings) -> Diagnosis:
    folder = settings.embedding_model or checkpoint.bundled()
    (inner,) = [place for kind, place in checkpoint.modules(folder) if kind == "Transformer"][:1]
    missing = [name for name in ("config.json", "model.safetensors") if not (inner / name).is_file()]
    do = "name another folder in FEEDBACK_EMBEDDING_MODEL, or install anew"
    return Diagnosis("model", not missing, f"{folder} lacks {', '.join(missing)}" if missing else "is there", do)


def _mail(settings: Settings) -> Diagnosis:
    if not settings.smtp_url:
        return Diagnosis("mail", True, "none is set: alerts and answers by mail wait")
    server = urlsplit(settings.smtp_url)
    try:
        socket.create_connection((server.hostname or "", server.port or 25), CONNECT_SECONDS).close()
    except OSError:
        return Diagnosis(
            "mail", False, f"{server.hostname} does not answer", "see the mail server that is set, and the network"
        )
    return Diagnosis("mail", True, f"{server.hostname} answers")


def _redis(work_queue: WorkQueue) -> Diagnosis:
    answers, found = work_queue.is_reachable(), "does not answer, or is full: all is slower"
    return Diagnosis("Redis", answers, "answers" if answers else found, "see REDIS_URL, and its maxmemory")


def _replica(record: Record) -> Diagnosis:
    """Whether pages are read from it, and how old what they show is."""
    about, state = "replica", replica.state(record.replica)
    if state != "ok":
        found = "does not answer" if state == "away" else "does not answer: the primary stands in"
        return Diagnosis(about, False, found, "start it, or see DATABASE_READ_URL")
    try:
        lag = replica.lag(record)
    except SQLAlchemyError as error:
        return Diagnosis(about, False, f"does not tell how far it is behind ({type(error).__name__})", "see its log")
    behind = f"{lag.size / 1e6:,.1f} MB behind; the last that it has is of {lag.seconds:,.0f} s ago"
    well = not lag.size or lag.seconds <= MAX_LAG_SECONDS
    return Diagnosis(about, well, behind if lag.size else "has all that is stored", "see its log, and the network")


def _clock(session: Session) -> Diagnosis:
    theirs = session.scalars(select(func.clock_timestamp())).one()
    apart = abs((dt.datetime.now(dt.UTC) - theirs).total_seconds())
    found = f"{apart:.0f} s from that of PostgreSQL"
    return Diagnosis("clock", apart <= MAX_CLOCK_SECONDS, found, "set both by NTP")


def _schema(session: Session) -> Diagnosis:
    connection = session.connection()
    now = MigrationContext.configure(connection).get_current_revision() or "none"
    head = ScriptDirectory.from_config(alembic_config(connection)).get_current_head()
    found = f"revision {now}" + ("" if now == head else f", but this version has {head}")
    return Diagnosis("schema", now == head, found, "run `feedback migrate`, or the version that the database is of")


def _opens(session: Session, record: Record) -> Diagnosis:
    """Whether the key of keys is the one that the latest of what is sealed was sealed with.

    A backup brings no keys of days: what it holds of receivers and of settings tells after a restore.
    """
    day = session.scalar(select(func.max(DayKey.day)))
    receiver = session.scalar(select(Subscription).order_by(Subscription.created_at.desc()).limit(1))
    groups = session.scalars(select(StoredSettings)).all()
    try:
        if day:
            raw.kept_key(session, record.keys, day)
        if receiver:
            record.keys.unwrap(receiver.sealed, Subscription.sealed_for(receiver.id))
        for group in groups:
            record.keys.unwrap(group.sealed, StoredSettings.sealed_for(group.name))
    except FeedbackError:
        do = "set FEEDBACK_SECRET_KEY as it was, or bring secret.key of the data folder back"
        return Diagnosis("sealed text", False, "another key of keys sealed it", do)
    return Diagnosis("sealed text", True, "opens" if day or receiver or groups else "there is none")


def _living(about: str, count: int, do: str) -> Diagnosis:
    return Diagnosis(about, count > 0, f"{count} at work", do)


def _stage(it: load.StageLoad) -> Diagnosis:
    found = f"{it.waiting:,} wait, the oldest for {it.oldest_seconds:,.0f} s" if it.waiting else "nothing waits"
    well = it.oldest_seconds <= SLOW_STAGE_SECONDS[it.queue]
    return Diagnosis(f"stage {it.stage}", well, found, f"see the log of the workers that serve --queue {it.queue}")


def _uncleaned(session: Session) -> Diagnosis:
    waited = raw.oldest_uncleaned_seconds(session)
    found = f"the oldest has waited for {waited / 3600:,.1f} h to be cleaned"
    return Diagnosis(
        "raw text", waited <= raw.WARN_AFTER.total_seconds(), found, "after two days it is shredded: clean it"
    )


def _aside(session: Session) -> Diagnosis:
    aside = load.set_aside(session)
    found = ", ".join(f"{count:,} by {stage}" for stage, count in aside.items()) or "nothing within a week"
    return Diagnosis("set aside", not aside, found, "mend the cause, then `feedback requeue`")


def _erased(session: Session, ledger: Path) -> Diagnosis:
    """Whether anything is there again that was taken back."""
    if ledger.exists() and not os.access(ledger, os.W_OK):
        return Diagnosis("erasures", False, f"{ledger} cannot be written", "see that this user may write it")
    back = erasure_ledger.back_again(session, deque(erasure_ledger.read(ledger), LATEST_ERASED))
    found = f"{len(back):,} pieces that were taken back are stored again" if back else "none is stored again"
    return Diagnosis("erasures", not back, found, f"`feedback erase --id` for each id of {ledger}")
