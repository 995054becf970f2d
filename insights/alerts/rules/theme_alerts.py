"""What several services hear together, though none alone has enough of it, is told to who subscribed to its theme."""

import uuid
from collections import Counter

from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.record.models import Feedback, Service, Subscription, ThemeSignal
from insights.alerts import payload
from insights.alerts.rules import fan_out


def tell(session: Session, signal: ThemeSignal) -> None:
    """Once, to those who may see every service: of the others' reports nobody else may know."""
    mine = (Subscription.theme_id == signal.theme_id, Subscription.service_id.is_(None), Subscription.state == "active")
    listeners = session.scalars(select(Subscription).where(*mine).order_by(Subscription.id)).all()
    if not listeners:
        return
    counts = {int(number): len(ids) for number, ids in signal.reports.items()}
    services = sorted(session.scalars(select(Service).where(Service.id.in_(counts))), key=lambda it: -counts[it.id])
    channels = _channels(session, signal)
    said = payload.of_theme(signal.theme_id, {it.slug: counts[it.id] for it in services}, signal, channels)
    rows = [
        fan_out.row(services[0], one, "signal.surge", said, f"theme:{signal.id}")
        for one in listeners
        if fan_out.matches(fan_out.filters_of(one), "surge", channels, "emerging", "open", signal.observed)
    ]
    fan_out.put(session, services[0], rows)


def _channels(session: Session, signal: ThemeSignal) -> dict[str, int]:
    ids = [uuid.UUID(identity) for mine in signal.reports.values() for identity in mine]
    return Counter(session.scalars(select(Feedback.channel).where(Feedback.id.in_(ids))))
