"""What a subscription wants to be told no more: an alert that somebody acknowledged, an issue that is muted."""

import datetime as dt
import uuid

from sqlalchemy import delete, func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from feedback.record.access import Principal, Role
from feedback.record.errors import NotFound
from feedback.record.models import Alert, Issue, Quiet, Subscription
from insights.alerts.rules import subscriptions


def acknowledge(session: Session, who: Principal, alert_id: uuid.UUID) -> Alert:
    """Notes that somebody has seen an alert: its subscription is told no more of that signal, however it grows.

    Raises `NotFound` for an alert that the asker may not see, and `Forbidden` unless they are an editor.
    """
    found = session.get(Alert, alert_id)
    if found is None or found.subscription_id is None:
        raise NotFound("there is no such alert")
    subscriptions.find(session, who, found.subscription_id, Role.editor)
    found.acknowledged_at = found.acknowledged_at or func.now()
    found.acknowledged_by = found.acknowledged_by or who.caller
    session.flush()
    return found


def mute(session: Session, subscription: Subscription, issue: Issue, until: dt.datetime | None) -> None:
    """Mutes an issue for one subscription, for good if `until` is none. Urgent feedback is told all the same."""
    muted = insert(Quiet).values(subscription_id=subscription.id, issue_id=issue.id, until=until)
    keys = ["subscription_id", "issue_id"]
    session.execute(muted.on_conflict_do_update(index_elements=keys, set_={"until": until}))


def unmute(session: Session, subscription: Subscription, issue_id: uuid.UUID) -> None:
    """Lets a subscription be told of an issue again."""
    session.execute(delete(Quiet).where(Quiet.subscription_id == subscription.id, Quiet.issue_id == issue_id))
