"""How an installation is doing, from what is stored: what waits in each stage, who works, what came of late."""

import datetime as dt
import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import InstrumentedAttribute, Session

from feedback.record.models import Alert, Delivery, Feedback, Signal, Subscription
from feedback.record.states import FeedbackStage
from feedback.record.work.claims import ADVISORY_LOCKS, CLAIMER_LOCKS, SCHEDULER_LOCK
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


def set_aside(session: Session) -> int:
    """Counts what came in the last week and could not be processed."""
    aside = (Feedback.id >= _since(WEEK), Feedback.stage == FeedbackStage.SET_ASIDE)
    return session.scalar(select(func.count()).select_from(Feedback).where(*aside)) or 0


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
