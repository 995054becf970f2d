"""What nobody acknowledges in time is told to somebody else."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from sqlalchemy import Text, Uuid, and_, case, cast, func, or_, select
from sqlalchemy.orm import Session, aliased

from feedback.record.errors import Malformed
from feedback.record.models import Alert, Feedback, HeldRaw, Issue, Service, Signal, Subscription
from feedback.record.privacy import urgency_dismissals
from feedback.record.states import AlertState, AlertType, IssueStatus, SubscriptionState
from insights.alerts.rules import fan_out
from insights.issues.decisions import lifecycle

TO_BE_ACTED_ON = (AlertType.NEW, AlertType.SURGE, AlertType.REGRESSION, AlertType.UPDATE, AlertType.URGENT)
ESCALATED_FOR = dt.timedelta(days=7)
"""What is older than that is escalated no more: a subscription that begins to escalate sends no old alerts."""


class Escalation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The subscription that is told what nobody acknowledges within so many minutes of its sending."""

    to: uuid.UUID
    after_minutes: Annotated[int, msgspec.Meta(ge=1, le=7 * 24 * 60)]


def require_known(session: Session, subscription: Subscription, wanted: Escalation | None) -> None:
    """Raises `Malformed` unless it leads to another subscription about the same service or theme."""
    if wanted is None:
        return
    target = session.get(Subscription, wanted.to)
    if target is None or target.id == subscription.id or target.service_id != subscription.service_id:
        raise Malformed("this is no other subscription of the same service", field="escalation")


def raise_due(session: Session) -> None:
    """Raises again, for whoever their subscription names, the alerts that nobody acknowledged in time."""
    for alert, subscription, target, root, issue in _due(session):
        service = session.get_one(Service, alert.service_id)
        if _is_seen_to(session, alert) or (issue and lifecycle.is_snoozed_on(issue, lifecycle.today(service))):
            continue
        told = {"root": root, "from": subscription.name or subscription.shown, **subscription.escalation}
        signal = session.get(Signal, alert.signal_id) if alert.signal_id else None
        frozen, cause = {**alert.facts, "escalated": told}, f"escalated:{root}"
        row = fan_out.alert_row(service, target, alert.type, frozen, cause, signal)
        fan_out.insert_alerts(session, service, [row])


def _due(session: Session) -> Sequence[Any]:
    """Alerts, each with its subscription, whom it escalates to, the id of the alert that it all began with, its issue.

    Nobody is told of that first alert twice, whatever leads in a circle.
    """
    told, target = aliased(Alert), aliased(Subscription)
    to = cast(Subscription.escalation["to"].astext, Uuid)
    root = func.coalesce(Alert.facts["escalated"]["root"].astext, cast(Alert.id, Text))
    # What waits for quiet hours or a digest has reached nobody yet; what could not be sent has failed to.
    reached = func.coalesce(Alert.sent_at, case((Alert.tried > 0, Alert.raised_at), else_=Alert.due_at))
    minutes = func.make_interval(0, 0, 0, 0, 0, Subscription.escalation["after_minutes"].as_integer())
    already = select(told.id).where(told.subscription_id == to, told.cause == "escalated:" + root).limit(1)
    query = (
        select(Alert, Subscription, target, root, Issue)
        .join(Subscription, Subscription.id == Alert.subscription_id)
        .join(target, and_(target.id == to, target.state == SubscriptionState.ACTIVE))
        .outerjoin(Issue, Issue.id == Alert.issue_id)
        .where(
            Subscription.escalation.is_not(None),
            Alert.type.in_(TO_BE_ACTED_ON),
            Alert.state != AlertState.DROPPED,
            Alert.acknowledged_at.is_(None),
            Alert.raised_at > func.now() - ESCALATED_FOR,
            Alert.facts["test"].is_(None),
            reached + minutes <= func.now(),
            or_(Issue.id.is_(None), Issue.status == IssueStatus.OPEN),
            already.scalar_subquery().is_(None),
        )
    )
    return session.execute(query.order_by(Alert.number)).all()


def _is_seen_to(session: Session, alert: Alert) -> bool:
    """Whether an urgent piece was released, found not to be urgent, or handed over: it is another service's then."""
    if alert.type != AlertType.URGENT:
        return False
    piece = uuid.UUID(alert.facts["feedback_ids"][0])
    mine = select(HeldRaw.feedback_id).join(Feedback).where(Feedback.service_id == alert.service_id)
    is_held = session.scalar(mine.where(Feedback.id == piece)) is not None
    return not is_held or bool(urgency_dismissals.of_pieces(session, [piece]))
