"""Signals without the wait for a detector."""

import datetime as dt
from typing import Any

from sqlalchemy import func, select, update

from feedback.record import access
from feedback.record.db import Record
from feedback.record.models import Alert, Issue, Signal, Subscription, new_id
from insights.alerts.rules import fan_out

NOW = dt.datetime.now(dt.UTC)


def raise_signal(record: Record, slug: str = "blue-badge", **more: Any) -> Signal:
    """A new issue that stands out, told to whoever subscribed."""
    with record.transaction() as session:
        service = access.service(session, slug)
        issue = Issue(service_id=service.id, title="Photo upload fails", model="test", centroid=[1.0], radius=0.5)
        session.add(issue)
        session.flush()
        fields = {
            "kind": "new",
            "since": NOW - dt.timedelta(hours=9),
            "last_report_at": NOW,
            "observed": 12,
            "expected": 0.4,
            "score": 7.2,
            "window_hours": 24,
            "feedback_ids": [new_id() for _ in range(12)],
            "channels": {"web": 10, "call": 2},
            "evidence": {"chance": 1e-5},
        }
        signal = Signal(id=new_id(), service_id=service.id, issue_id=issue.id, **(fields | more))
        session.add(signal)
        fan_out.raise_alerts(session, service.id)
        return signal


def tell_again(record: Record, signal: Signal, **changes: Any) -> None:
    with record.transaction() as session:
        if changes:
            session.execute(update(Signal).where(Signal.id == signal.id).values(**changes))
        fan_out.raise_alerts(session, signal.service_id)


def waiting(record: Record) -> list[Alert]:
    with record.transaction() as session:
        return list(session.scalars(select(Alert).where(Alert.state == "waiting").order_by(Alert.number)))


def make_due(record: Record) -> None:
    """As if the time had come for all that waits."""
    with record.transaction() as session:
        session.execute(update(Alert).where(Alert.state == "waiting").values(due_at=func.now()))


def subscription(record: Record) -> Subscription:
    with record.transaction() as session:
        return session.scalars(select(Subscription)).one()
