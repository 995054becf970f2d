"""How an installation is doing, from what is stored: what waits in each stage, who works, what came of late."""

import datetime as dt
import uuid
from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select, text, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from feedback.record.db import CONNECTIONS_OF
from feedback.record.models import (
    Alert,
    Claimable,
    Delivery,
    Feedback,
    Refit,
    Signal,
    Subscription,
    Upload,
    WorkDone,
)
from feedback.record.work.claims import ADVISORY_LOCKS, CLAIMER_LOCKS, SCHEDULER_LOCK, SET_ASIDE
from feedback.record.work.set_aside import FAILED_IN
from feedback.record.work.stages import STAGES

LabelledCounts = tuple[Any, ...]
"""What is counted, and last how many of it."""

HOUR, WEEK = dt.timedelta(hours=1), dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class StageLoad:
    """What waits in one stage: how many rows, and for how many seconds the oldest has waited (0 where none does)."""

    stage: str
    queue: str
    waiting: int
    oldest_seconds: float


def stages(session: Session) -> list[StageLoad]:
    """Tells what waits in each stage, the most urgent stage first."""
    found = []
    for it in STAGES:
        age = func.extract("epoch", func.now() - func.min(it.since))
        waiting, oldest = session.execute(select(func.count(), age).select_from(it.model).where(*it.waiting)).one()
        found.append(StageLoad(it.name, it.queue, waiting, max(0.0, float(oldest or 0))))
    return found


_HELD = text(
    "SELECT count(DISTINCT objid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = :c"
    " AND (:n = 0 OR objid = :n) AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


_CONNECTIONS = text(
    "SELECT coalesce(substring(application_name FROM :ours), 'other'), coalesce(state, 'unknown'), count(*)"
    " FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' GROUP BY 1, 2"
)


def workers(session: Session) -> int:
    """Counts the worker processes that live, on all machines."""
    return int(session.scalar(_HELD, {"c": CLAIMER_LOCKS, "n": 0}) or 0)


def schedulers(session: Session) -> int:
    """Returns 1 where a scheduler works; those that stand by are not counted."""
    return int(session.scalar(_HELD, {"c": ADVISORY_LOCKS, "n": SCHEDULER_LOCK}) or 0)


def pieces(session: Session) -> list[LabelledCounts]:
    """Counts what came in the last hour, by the stage that it has come to."""
    came = select(Feedback.stage, func.count()).where(Feedback.id >= _since(HOUR))
    return [tuple(row) for row in session.execute(came.group_by(Feedback.stage))]


def set_aside(session: Session) -> dict[str, int]:
    """Counts what was set aside, by the stage that it failed in; of pieces and files, those of the last week."""
    lately: dict[type[Claimable], ColumnElement[bool]] = {it: it.id >= _since(WEEK) for it in (Feedback, Upload)}
    found: Counter[str] = Counter()
    for model, failed_in in FAILED_IN.items():
        aside = select(failed_in, func.count()).where(model.stage == SET_ASIDE, lately.get(model, true()))
        found.update({str(stage): count for stage, count in session.execute(aside.group_by(text("1")))})
    return dict(found)


def done(session: Session) -> tuple[list[WorkDone], int]:
    """Returns what each stage has done since that is counted, and how often a job of the clock failed."""
    found = {it.work: it for it in session.scalars(select(WorkDone))}
    stages = [found.pop(it.name, WorkDone(work=it.name, done=0, failed=0, seconds=0.0)) for it in STAGES]
    return stages, sum(it.failed for it in found.values())


def refits(session: Session) -> int:
    """Counts the trainings of topics that ended in the last hour."""
    return session.scalar(select(func.count()).where(Refit.finished_at >= func.now() - HOUR)) or 0


def connections(session: Session) -> list[LabelledCounts]:
    """Counts the connections to PostgreSQL, by the process that holds them and by what it does with them."""
    return [tuple(row) for row in session.execute(_CONNECTIONS, {"ours": f"^{CONNECTIONS_OF}(.*)"})]


def signals(session: Session) -> list[LabelledCounts]:
    """Counts the signals of the last hour, by kind and tier."""
    return _lately(session, Signal.id, Signal.kind, Signal.tier)


def alerts(session: Session) -> list[LabelledCounts]:
    """Counts the alerts of the last hour, by type and state."""
    return _lately(session, Alert.id, Alert.type, Alert.state)


def deliveries(session: Session) -> list[LabelledCounts]:
    """Counts the attempts to deliver alerts of the last hour, by way and outcome."""
    tried = select(Subscription.kind, Delivery.outcome, func.count())
    tried = tried.join_from(Delivery, Subscription, Subscription.id == Delivery.subscription_id)
    found = session.execute(tried.where(Delivery.id >= _since(HOUR)).group_by(Subscription.kind, Delivery.outcome))
    return [tuple(row) for row in found]


def _lately(session: Session, identity: InstrumentedAttribute[uuid.UUID], *by: Any) -> list[LabelledCounts]:
    found = session.execute(select(*by, func.count()).where(identity >= _since(HOUR)).group_by(*by))
    return [tuple(row) for row in found]


def _since(age: dt.timedelta) -> uuid.UUID:
    """The least id of that time: ids are ordered by it (UUID of version 7), so that their index finds what is new."""
    milliseconds = int((dt.datetime.now(dt.UTC) - age).timestamp() * 1000)
    return uuid.UUID(int=milliseconds << 80)
