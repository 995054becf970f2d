"""What becomes of a signal that somebody was told of: that it keeps growing, that it is over; for who asks for it."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from feedback.record.models import Issue, Service, Signal
from feedback.record.states import AlertType, IssueStatus, SignalTier
from insights.alerts import payload
from insights.alerts.rules import fan_out
from insights.alerts.rules.fan_out import Audience
from insights.alerts.rules.filters import wants
from insights.issues import signal_now
from insights.issues.silences import silences

TOLD_FOR = dt.timedelta(days=1)
"""An end is told for so long after it; then nobody waits for it."""


def raise_ends(session: Session, service_id: int, now: dt.datetime) -> None:
    """Raises an alert for each signal that is over and each subscription that was told of it and asks for ends.

    A signal is over when its issue is resolved, when the detector ended it, or when nobody has reported for a time in
    which many reports were usual. What is reported again after that is told as an update.
    """
    recipients = [one for one in fan_out.recipients(session, service_id) if one and wants(one, "ended")]
    rows = _lately(session, service_id, now) if recipients else []
    if not rows:
        return
    service = session.get_one(Service, service_id)
    audience = fan_out.audience(session, service_id, [signal.id for signal, _ in rows], [issue.id for _, issue in rows])
    alerts = []
    for signal, issue in rows:
        told = [one for one in recipients if _waits_for_the_end(audience, one.id, signal)]
        if told and (frozen := _end(session, service, signal, issue, now)):
            for one in told:
                cause = fan_out.next_cause(signal, audience.prior[one.id, signal.id])
                alerts.append(fan_out.alert_row(service, one, AlertType.ENDED, frozen, cause, signal))
    fan_out.insert_alerts(session, service, alerts)


def _lately(session: Session, service_id: int, now: dt.datetime) -> Sequence[Any]:
    """The signals that stand or ended a short while ago; none that another signal about the same issue goes on with."""
    stands = select(Signal.issue_id).where(
        Signal.service_id == service_id, Signal.tier == SignalTier.SIGNAL, Signal.ended_at.is_(None)
    )
    over = and_(Signal.ended_at > now - TOLD_FOR, Signal.issue_id.not_in(stands))
    query = (
        select(Signal, Issue)
        .join(Issue, Issue.id == Signal.issue_id)
        .where(Signal.service_id == service_id, Signal.tier == SignalTier.SIGNAL, Signal.false_at.is_(None))
        .where(or_(Signal.ended_at.is_(None), over), Issue.merged_into.is_(None))
        .order_by(Signal.detected_at, Signal.id)
    )
    return session.execute(query).all()


def _waits_for_the_end(audience: Audience, subscription_id: uuid.UUID, signal: Signal) -> bool:
    prior = audience.prior.get((subscription_id, signal.id))
    return prior is not None and not prior.ended and (subscription_id, signal.issue_id) not in audience.muted


def _end(session: Session, service: Service, signal: Signal, issue: Issue, now: dt.datetime) -> dict[str, Any] | None:
    """What is told of its end; None while it lasts."""
    reported = signal_now.reported(session, [signal])[signal.id]
    [found] = silences(session, [(signal, reported)], now)
    if signal.ended_at is None and not found.is_an_end:
        return None
    ended = {
        "why": "resolved" if issue.status == IssueStatus.RESOLVED else "quiet",
        "last_report_at": reported.last.isoformat(),
        "silent_hours": round(found.hours, 1),
        "usual": round(found.usual, 1),
    }
    return payload.for_signal(service, issue, signal, reported) | {"ended": ended}
