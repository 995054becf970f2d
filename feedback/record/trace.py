"""Everything that happened to one piece of feedback, without a word of the citizen.

A title that the machine gave is made of citizens' words, so an issue is named by its id, and by a title only where a
person gave it one.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence

import msgspec
from sqlalchemy import ColumnElement, any_, func, or_, select
from sqlalchemy.orm import Session

from feedback.record.errors import NotFound
from feedback.record.models import (
    Alert,
    AuditEntry,
    Delivery,
    Feedback,
    Issue,
    Moved,
    Refit,
    Regrouping,
    Service,
    Signal,
    Statement,
)
from feedback.record.states import TitledBy


class TracedIssue(msgspec.Struct, frozen=True):
    """An issue that statements of the piece stand in; `title` is null where no person gave it one."""

    id: uuid.UUID
    title: str | None
    statements: int
    assigned_by: str | None


class TracedMove(msgspec.Struct, frozen=True):
    """Statements of the piece that a refit or a person (`by`) took from one issue, or none, to another, or none."""

    at: dt.datetime
    by: str
    statements: int
    from_issue: uuid.UUID | None
    to_issue: uuid.UUID | None
    undone_at: dt.datetime | None


class TracedSignal(msgspec.Struct, frozen=True):
    """A signal that names the piece among its reports."""

    id: uuid.UUID
    issue: uuid.UUID
    kind: str
    tier: str
    detected_at: dt.datetime
    ended_at: dt.datetime | None
    false_at: dt.datetime | None


class TracedDelivery(msgspec.Struct, frozen=True):
    """An attempt to send an alert; `status` is the receiver's answer, where it gave one."""

    at: dt.datetime
    outcome: str
    status: int | None


class TracedAlert(msgspec.Struct, frozen=True):
    """An alert about the piece, or about a signal that names it; without a subscription it stands on the stream."""

    id: uuid.UUID
    type: str
    state: str
    subscription: uuid.UUID | None
    raised_at: dt.datetime
    sent_at: dt.datetime | None
    tried: int
    deliveries: list[TracedDelivery]


class TracedAct(msgspec.Struct, frozen=True):
    """What a person or the machine did with the piece itself, of which the audit keeps account."""

    at: dt.datetime
    by: str
    act: str


class Trace(msgspec.Struct, frozen=True):
    """What happened to a piece: when it was said, where it is, and what became of it and was told about it."""

    id: uuid.UUID
    service: str
    channel: str
    said_at: dt.datetime
    received_at: dt.datetime
    stage: str
    attempts: int
    reason: str | None
    done_at: dt.datetime | None
    verdicts: list[str]
    urgent: str | None
    repeats: uuid.UUID | None
    counts: bool
    statements: int
    issues: list[TracedIssue]
    moves: list[TracedMove]
    signals: list[TracedSignal]
    alerts: list[TracedAlert]
    acts: list[TracedAct]


def trace(session: Session, feedback_id: uuid.UUID) -> Trace:
    """Find all that happened to a piece. Raises `NotFound`."""
    piece = session.get(Feedback, feedback_id)
    if piece is None:
        raise NotFound(f"there is no piece of feedback {feedback_id}")
    statements = session.scalars(select(Statement.id).where(Statement.feedback_id == feedback_id)).all()
    signals = _signals(session, feedback_id)
    return Trace(
        id=piece.id,
        service=session.get_one(Service, piece.service_id).slug,
        channel=piece.channel,
        said_at=piece.said_at,
        received_at=piece.received_at,
        stage=piece.stage,
        attempts=piece.attempts,
        reason=piece.reason,
        done_at=piece.done_at,
        verdicts=[str(verdict["name"]) for verdict in piece.verdicts],
        urgent=str(piece.urgent["kind"]) if piece.urgent else None,
        repeats=piece.copy_of,
        counts=piece.weight > 0,
        statements=len(statements),
        issues=_issues(session, feedback_id),
        moves=_moves(session, statements),
        signals=signals,
        alerts=_alerts(session, feedback_id, [signal.id for signal in signals]),
        acts=_acts(session, feedback_id),
    )


def _issues(session: Session, feedback_id: uuid.UUID) -> list[TracedIssue]:
    rows = session.execute(
        select(Issue, Statement.assigned_by, func.count())
        .join(Statement, Statement.issue_id == Issue.id)
        .where(Statement.feedback_id == feedback_id)
        .group_by(Issue.id, Statement.assigned_by)
        .order_by(Issue.id)
    )
    return [
        TracedIssue(issue.id, issue.title if issue.titled_by == TitledBy.PERSON else None, count, by)
        for issue, by, count in rows
    ]


def _moves(session: Session, statements: Collection[int]) -> list[TracedMove]:
    """Refits first, then people's regroupings, each in their order."""
    if not statements:
        return []
    rows = session.execute(
        select(Moved, Refit, Regrouping)
        .outerjoin(Refit, Refit.id == Moved.refit_id)
        .outerjoin(Regrouping, Regrouping.id == Moved.regrouping_id)
        .where(Moved.statements.op("&&")(list(statements)))
        .order_by(func.coalesce(Refit.finished_at, Regrouping.at), Moved.id)
    )
    found = []
    for moved, refit, regrouping in rows:
        touched = len(set(moved.statements) & set(statements))
        at, by = (refit.finished_at, f"refit {refit.id}") if refit else (regrouping.at, f"a person: {regrouping.kind}")
        undone_at = (refit or regrouping).undone_at
        found.append(TracedMove(at, by, touched, moved.from_id, moved.to_id, undone_at))
    return found


def _signals(session: Session, feedback_id: uuid.UUID) -> list[TracedSignal]:
    naming = select(Signal).where(any_(Signal.feedback_ids) == feedback_id).order_by(Signal.detected_at)
    return [
        TracedSignal(it.id, it.issue_id, it.kind, it.tier, it.detected_at, it.ended_at, it.false_at)
        for it in session.scalars(naming)
    ]


def _alerts(session: Session, feedback_id: uuid.UUID, signals: Sequence[uuid.UUID]) -> list[TracedAlert]:
    about: ColumnElement[bool] = or_(Alert.signal_id.in_(signals), Alert.cause == f"urgent:{feedback_id}")
    alerts = session.scalars(select(Alert).where(about).order_by(Alert.number)).all()
    attempts = session.scalars(
        select(Delivery).where(Delivery.alert_ids.op("&&")([alert.id for alert in alerts])).order_by(Delivery.at)
    ).all()
    return [
        TracedAlert(
            alert.id,
            alert.type,
            alert.state,
            alert.subscription_id,
            alert.raised_at,
            alert.sent_at,
            alert.tried,
            [TracedDelivery(it.at, it.outcome, it.status) for it in attempts if alert.id in it.alert_ids],
        )
        for alert in alerts
    ]


def _acts(session: Session, feedback_id: uuid.UUID) -> list[TracedAct]:
    about = select(AuditEntry).where(AuditEntry.subject == f"feedback:{feedback_id}").order_by(AuditEntry.id)
    return [TracedAct(it.at, it.by, it.act) for it in session.scalars(about)]
