"""What the standing signals of a service have to say, to whom, and when: each once.

An alert is raised in the transaction that raises its signal. It says the same again only when the signal has grown
markedly since this subscription last heard of it; a signal that ended and came back is another signal.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import and_, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from feedback.record.models import (
    Alert,
    Feedback,
    Issue,
    Quiet,
    Service,
    Signal,
    Statement,
    Subscription,
    ThemeIssue,
    new_id,
)
from insights.alerts import payload
from insights.alerts.payload import URGENT
from insights.alerts.rules import digest
from insights.alerts.rules.subscriptions import Filters
from insights.issues.queries import signals

GROWN = 2.0
GROWN_BY = 5
"""Markedly: twice the reports that were last told of, and at least five more."""

STILL_URGENT = dt.timedelta(days=7)
"""An urgent letter that is typed in days late is still urgent; one found in an import of years is not."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What one subscription was told of a signal: the reports of the last alert, and how many alerts there were."""

    observed: int
    times: int
    acknowledged: bool


def tell(session: Session, service_id: int) -> None:
    """Raises what is due; finds nothing to do when called again."""
    standing = session.execute(
        select(Signal, Issue)
        .join(Issue, Issue.id == Signal.issue_id)
        .where(Signal.service_id == service_id, *signals.shown())
        .order_by(Signal.detected_at, Signal.id)
    ).all()
    if not standing:
        return
    service = session.get_one(Service, service_id)
    signal_ids = [signal.id for signal, _ in standing]
    heard, reports = _heard(session, signal_ids), _reports(session, signal_ids)
    quiet = _quiet(session, [issue.id for _, issue in standing])
    listeners, themes = _listeners(session, service_id), _themes(session, [issue.id for _, issue in standing])
    rows = []
    for signal, issue in standing:
        by_now = max(signal.observed, reports.get(signal.id, 0))
        said = payload.of_signal(
            service, issue, signal, by_now, signals.changes_beside(session, service_id, signal.since)
        )
        for listener in listeners:
            known = _known(heard, listener, signal)
            silent = listener is not None and (listener.id, issue.id) in quiet
            meant = listener is None or listener.theme_id in (None, themes.get(issue.id))
            if meant and not silent and _wanted(listener, signal, issue, by_now) and _is_news(by_now, known):
                cause = f"signal:{signal.id}:{known.times + 1 if known else 1}"
                rows.append(row(service, listener, f"signal.{signal.kind}", said, cause, signal))
    put(session, service, rows)


def tell_urgent(session: Session, pieces: Iterable[Feedback]) -> None:
    """One alert for each piece that cannot wait, to whoever did not refuse such. Services are locked in one order."""
    for piece in sorted(pieces, key=lambda piece: piece.service_id):
        if not cannot_wait(piece) or piece.copy_of:
            continue
        service = session.get_one(Service, piece.service_id)
        said = payload.of_urgent(service, piece)
        listeners = [one for one in _listeners(session, service.id) if _wants_urgent(one, piece)]
        put(session, service, [row(service, one, URGENT, said, f"urgent:{piece.id}") for one in listeners])


def cannot_wait(piece: Feedback) -> bool:
    return piece.urgent is not None and piece.received_at - piece.said_at <= STILL_URGENT


def _heard(session: Session, signal_ids: Sequence[uuid.UUID]) -> dict[tuple[uuid.UUID | None, uuid.UUID], Heard]:
    rows = session.execute(
        select(
            Alert.subscription_id,
            Alert.signal_id,
            func.max(Alert.observed).label("observed"),
            func.count().label("times"),
            func.bool_or(Alert.acknowledged_at.is_not(None)).label("acknowledged"),
        )
        .where(Alert.signal_id.in_(signal_ids))
        .group_by(Alert.subscription_id, Alert.signal_id)
    )
    return {(row.subscription_id, row.signal_id): Heard(row.observed, row.times, row.acknowledged) for row in rows}


def _reports(session: Session, signal_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
    """How many have reported on each since it began: a signal itself stays as it was found."""
    rows = session.execute(
        select(Signal.id, func.count(Statement.feedback_id.distinct()).label("reports"))
        .join(Statement, and_(Statement.issue_id == Signal.issue_id, Statement.said_at >= Signal.since))
        .join(Feedback, Feedback.id == Statement.feedback_id)
        .where(Signal.id.in_(signal_ids), Statement.evidence, Feedback.weight > 0)
        .group_by(Signal.id)
    )
    return {row.id: row.reports for row in rows}


def _known(
    heard: dict[tuple[uuid.UUID | None, uuid.UUID], Heard], listener: Subscription | None, signal: Signal
) -> Heard | None:
    """Who subscribed after a signal was raised hears of it only when it grows."""
    if listener is None:
        return heard.get((None, signal.id))
    late = heard.get((None, signal.id)) if signal.detected_at < listener.created_at else None
    return heard.get((listener.id, signal.id), late)


def _is_news(reports: int, known: Heard | None) -> bool:
    if known is None:
        return True
    grown = reports >= GROWN * known.observed and reports >= known.observed + GROWN_BY
    return grown and not known.acknowledged


def _listeners(session: Session, service_id: int) -> list[Subscription | None]:
    """The service's own stream, and whoever subscribed to it, or to a theme."""
    mine = or_(Subscription.service_id == service_id, Subscription.service_id.is_(None))
    active = select(Subscription).where(mine, Subscription.state == "active")
    return [None, *session.scalars(active.order_by(Subscription.id))]


def _themes(session: Session, issue_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    rows = session.scalars(select(ThemeIssue).where(ThemeIssue.issue_id.in_(issue_ids)))
    return {row.issue_id: row.theme_id for row in rows}


def _quiet(session: Session, issue_ids: Sequence[uuid.UUID]) -> set[tuple[uuid.UUID, uuid.UUID]]:
    rows = session.execute(
        select(Quiet.subscription_id, Quiet.issue_id).where(
            Quiet.issue_id.in_(issue_ids), or_(Quiet.until.is_(None), Quiet.until > func.now())
        )
    )
    return {(row.subscription_id, row.issue_id) for row in rows}


def filters_of(subscription: Subscription) -> Filters:
    return msgspec.convert(subscription.filters, Filters)


def _wanted(listener: Subscription | None, signal: Signal, issue: Issue, reports: int) -> bool:
    return listener is None or matches(
        filters_of(listener), signal.kind, signal.channels, issue.trend, issue.status, reports
    )


def matches(filters: Filters, kind: str, channels: Iterable[str], trend: str, status: str, observed: int) -> bool:
    return (
        not filters.urgent_only
        and (not filters.kinds or kind in filters.kinds)
        and (not filters.channels or not set(filters.channels).isdisjoint(channels))
        and (not filters.trends or trend in filters.trends)
        and (not filters.statuses or status in filters.statuses)
        and observed >= filters.least
    )


def _wants_urgent(listener: Subscription | None, piece: Feedback) -> bool:
    """What is urgent is told before it is grouped, so nobody knows its theme."""
    if listener is None:
        return True
    return listener.theme_id is None and matches_urgent(filters_of(listener), piece.channel)


def matches_urgent(filters: Filters, channel: str) -> bool:
    return (not filters.kinds or "urgent" in filters.kinds) and (not filters.channels or channel in filters.channels)


def row(
    service: Service,
    listener: Subscription | None,
    type_: str,
    said: dict[str, Any],
    cause: str,
    signal: Signal | None = None,
) -> dict[str, Any]:
    """One alert; of what has the same `cause` a subscription hears once."""
    return {
        "id": new_id(),
        "subscription_id": listener.id if listener else None,
        "listener": listener,
        "service_id": service.id,
        "type": type_,
        "cause": cause,
        "signal_id": signal.id if signal else None,
        "issue_id": signal.issue_id if signal else None,
        "facts": said,
        "observed": said["signal"]["reports"] if said["signal"] else 0,
    }


def put(session: Session, service: Service, rows: list[dict[str, Any]]) -> None:
    """Within one service alerts are raised one transaction after the other, so that their numbers tell the order."""
    if not rows:
        return
    session.execute(select(Service.id).where(Service.id == service.id).with_for_update(key_share=True))
    now = session.scalars(select(func.now())).one()
    loud = digest.loud(session, service, now)
    for row in rows:
        listener = row.pop("listener")
        row["state"] = "waiting" if listener else "told"
        row["due_at"] = digest.due(listener, service, now, row["type"] == URGENT, loud) if listener else None
    session.execute(insert(Alert).on_conflict_do_nothing(), rows)
