"""Which alerts are a service's own, which service a subscription belongs to, and who was told of a signal."""

import uuid
from collections.abc import Sequence

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from feedback.record.models import Alert, Issue, Service, Subscription, ThemeIssue
from feedback.record.states import AlertState


def service_wide(service: Service) -> tuple[ColumnElement[bool], ...]:
    """Selects the alerts on the service's own stream and feed: each one once, however many subscribe to it."""
    return (Alert.service_id == service.id, Alert.subscription_id.is_(None))


def service_of(session: Session, subscription: Subscription) -> Service | None:
    """Finds the subscription's service; for a theme of all services, one that has an issue of it, if there is any."""
    if subscription.service_id is not None:
        return session.get_one(Service, subscription.service_id)
    of_theme = (
        select(Issue.service_id)
        .join(ThemeIssue, ThemeIssue.issue_id == Issue.id)
        .where(ThemeIssue.theme_id == subscription.theme_id)
    )
    return session.scalar(select(Service).where(Service.id.in_(of_theme)).order_by(Service.id).limit(1))


def alerted(session: Session, signal_id: uuid.UUID) -> Sequence[Subscription]:
    """Lists the subscriptions that were sent an alert of a signal, by name."""
    sent = select(Alert.subscription_id).where(Alert.signal_id == signal_id, Alert.state == AlertState.SENT)
    found = select(Subscription).where(Subscription.id.in_(sent))
    return session.scalars(found.order_by(Subscription.name, Subscription.id)).all()
