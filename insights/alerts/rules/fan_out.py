"""Which alerts a service's signals and urgent feedback raise, and for whom: each subscription is told once.

An alert is raised in the transaction that raises its signal. It is raised again only when the signal has grown
markedly since the subscription's last alert about it; a signal that ended and came back is another signal.
"""

import datetime as dt
import itertools
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import func, not_, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from feedback.record.models import (
    Alert,
    Feedback,
    Issue,
    Quiet,
    Service,
    Signal,
    Subscription,
    ThemeIssue,
    new_id,
)
from feedback.record.states import AlertState, AlertType, SubscriptionKind, SubscriptionState
from insights.alerts import payload
from insights.alerts.rules import timing
from insights.alerts.rules.filters import filters_of, matches, matches_urgent, wants
from insights.issues import signal_now
from insights.issues.decisions import lifecycle
from insights.issues.queries import signals
from insights.issues.silences import Reported

GROWTH_FACTOR = 2.0
MIN_FURTHER_REPORTS = 5
"""A signal has grown markedly with twice the reports of the last alert, and at least five more."""

URGENT_WITHIN = dt.timedelta(days=7)
"""An urgent letter that is typed in days late is still urgent; one found in an import of years is not."""

Recipient = Subscription | None
"""Who an alert is for; none is the service's own stream and feed."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class PriorAlerts:
    """The alerts that one recipient already got about a signal: how many, the most reports that one told of, and when
    the last was raised.

    `ended`: the last of them told that it is over.
    """

    count: int
    reports: int
    last: dt.datetime
    acknowledged: bool
    ended: bool


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a service's signals may be told to, and what keeps an alert from them.

    `prior` holds earlier alerts by subscription and signal, `muted` pairs of subscription and issue, `themes` the theme
    of each issue.
    """

    recipients: Sequence[Recipient]
    prior: dict[tuple[uuid.UUID | None, uuid.UUID], PriorAlerts]
    muted: set[tuple[uuid.UUID, uuid.UUID]]
    themes: dict[uuid.UUID, uuid.UUID]

    def type_for(self, recipient: Recipient, signal: Signal, issue: Issue, reported: Reported) -> AlertType | None:
        """Tells as what a recipient is to be told of a signal that was reported so by now; None if not at all."""
        prior, first = self.prior_alerts(recipient, signal), AlertType(f"signal.{signal.kind}")
        if not _is_news(reported.reports, prior):
            return None
        if recipient is None:
            return first
        grows = prior is not None and wants(recipient, "update")
        fits = (
            recipient.theme_id in (None, self.themes.get(issue.id))
            and (recipient.id, issue.id) not in self.muted
            and matches(
                filters_of(recipient),
                "update" if grows else signal.kind,
                reported.by_channel,
                issue.trend,
                issue.status,
                reported.reports,
            )
        )
        return (AlertType.UPDATE if grows else first) if fits else None

    def prior_alerts(self, recipient: Recipient, signal: Signal) -> PriorAlerts | None:
        """Finds what a recipient knows of a signal.

        Who subscribed after it was raised, or hears of its growth alone, knows what the service told.
        """
        by_all = self.prior.get((None, signal.id))
        if recipient is None:
            return by_all
        kinds = filters_of(recipient).kinds
        late = signal.detected_at < recipient.created_at or ("update" in kinds and signal.kind not in kinds)
        return self.prior.get((recipient.id, signal.id), by_all if late else None)


def raise_alerts(session: Session, service_id: int) -> None:
    """Raises the alerts that a service's active signals are due; called again, it finds nothing to do.

    What planned work explains is shown, and not sent; what is snoozed waits for its day.
    """
    service = session.get_one(Service, service_id)
    active = session.execute(
        select(Signal, Issue)
        .join(Issue, Issue.id == Signal.issue_id)
        .where(Signal.service_id == service_id, not_(lifecycle.is_snoozed(service)), *signals.shown())
        .order_by(Signal.detected_at, Signal.id)
    ).all()
    if not active:
        return
    known = audience(session, service_id, [signal.id for signal, _ in active], [issue.id for _, issue in active])
    reported = signal_now.reported(session, [signal for signal, _ in active])
    due = [
        (signal, issue, recipient, type_)
        for signal, issue in active
        for recipient in known.recipients
        if (type_ := known.type_for(recipient, signal, issue, reported[signal.id]))
    ]
    if not due:
        return
    explained, rows = signal_now.explained(session, [signal.id for signal, *_ in due]), []
    changes = signals.changes_about(session, service_id, [signal.since for signal, *_ in due])
    for (signal, issue), told in itertools.groupby(due, lambda one: one[:2]):
        if signal.id in explained:
            continue
        beside = signals.nearby(changes, signal.since)
        frozen = payload.for_signal(service, issue, signal, reported[signal.id], beside)
        for _, _, recipient, type_ in told:
            prior = known.prior_alerts(recipient, signal)
            more = {}
            if prior and type_ == AlertType.UPDATE:
                more = {"update": {"was": prior.reports, "since": prior.last.isoformat()}}
            rows.append(alert_row(service, recipient, type_, frozen | more, next_cause(signal, prior), signal))
    insert_alerts(session, service, rows)


def next_cause(signal: Signal, prior: PriorAlerts | None) -> str:
    """Returns the cause of the next alert about a signal to who knows of `prior` ones, whatever it tells."""
    return f"signal:{signal.id}:{prior.count + 1 if prior else 1}"


def raise_urgent_alerts(session: Session, pieces: Iterable[Feedback]) -> None:
    """Raises one alert for each urgent piece and recipient. Services are locked in the order of their ids."""
    for piece in sorted(pieces, key=lambda piece: piece.service_id):
        if not is_urgent(piece) or piece.copy_of:
            continue
        service = session.get_one(Service, piece.service_id)
        frozen = payload.for_urgent(service, piece)
        told = [one for one in recipients(session, service.id) if _wants_urgent(one, piece)]
        cause = f"urgent:{piece.id}"
        rows = [alert_row(service, one, AlertType.URGENT, frozen, cause) for one in told]
        insert_alerts(session, service, rows)
        log.info("urgent alert raised", feedback=str(piece.id), recipients=len(rows))


def is_urgent(piece: Feedback) -> bool:
    """Tells whether a piece of feedback cannot wait, and came in soon enough after it was said."""
    return piece.urgent is not None and piece.received_at - piece.said_at <= URGENT_WITHIN


def audience(
    session: Session, service_id: int, signal_ids: Sequence[uuid.UUID], issue_ids: Sequence[uuid.UUID]
) -> Audience:
    """Finds whom the signals of a service may be told to, and what they know already."""
    who, prior = recipients(session, service_id), _prior_alerts(session, signal_ids)
    if not any(who):  # the service's own stream has no theme, and mutes nothing
        return Audience(who, prior, set(), {})
    themes = session.scalars(select(ThemeIssue).where(ThemeIssue.issue_id.in_(issue_ids)))
    muted = select(Quiet.subscription_id, Quiet.issue_id).where(
        Quiet.issue_id.in_(issue_ids), or_(Quiet.until.is_(None), Quiet.until > func.now())
    )
    return Audience(
        who,
        prior,
        {(row.subscription_id, row.issue_id) for row in session.execute(muted)},
        {row.issue_id: row.theme_id for row in themes},
    )


def recipients(session: Session, service_id: int) -> list[Recipient]:
    """Lists the service's own stream, and whoever subscribed to it, or to a theme."""
    mine = or_(Subscription.service_id == service_id, Subscription.service_id.is_(None))
    active = select(Subscription).where(mine, Subscription.state == SubscriptionState.ACTIVE)
    return [None, *session.scalars(active.order_by(Subscription.id))]


def _prior_alerts(
    session: Session, signal_ids: Sequence[uuid.UUID]
) -> dict[tuple[uuid.UUID | None, uuid.UUID], PriorAlerts]:
    rows = session.execute(
        select(
            Alert.subscription_id,
            Alert.signal_id,
            func.count().label("alerts"),
            func.max(Alert.observed).label("reports"),
            func.max(Alert.raised_at).label("last"),
            func.bool_or(Alert.acknowledged_at.is_not(None)).label("acknowledged"),
            (func.max(Alert.number).filter(Alert.type == AlertType.ENDED) == func.max(Alert.number)).label("ended"),
        )
        .where(Alert.signal_id.in_(signal_ids))
        .group_by(Alert.subscription_id, Alert.signal_id)
    )
    return {
        (row.subscription_id, row.signal_id): PriorAlerts(
            row.alerts, row.reports, row.last, row.acknowledged, bool(row.ended)
        )
        for row in rows
    }


def _is_news(reports: int, prior: PriorAlerts | None) -> bool:
    if prior is None:
        return True
    factor = 1.0 if prior.ended else GROWTH_FACTOR
    grown = reports >= factor * prior.reports and reports >= prior.reports + MIN_FURTHER_REPORTS
    return grown and not prior.acknowledged


def _wants_urgent(recipient: Recipient, piece: Feedback) -> bool:
    """An urgent alert is raised before its piece is grouped, so nobody knows its theme yet."""
    if recipient is None:
        return True
    return recipient.theme_id is None and matches_urgent(filters_of(recipient), piece.channel)


def alert_row(
    service: Service,
    recipient: Recipient,
    type_: str,
    frozen: dict[str, Any],
    cause: str,
    signal: Signal | None = None,
) -> dict[str, Any]:
    """Builds one alert for `insert_alerts`. A recipient is told once of what has the same `cause`."""
    return {
        "id": new_id(),
        "subscription_id": recipient.id if recipient else None,
        "recipient": recipient,
        "service_id": service.id,
        "type": type_,
        "cause": cause,
        "signal_id": signal.id if signal else None,
        "issue_id": signal.issue_id if signal else None,
        "facts": frozen,
        "observed": frozen["signal"]["reports"] if frozen["signal"] else 0,
    }


def insert_alerts(session: Session, service: Service, rows: list[dict[str, Any]]) -> None:
    """Stores alerts, each with the time at which it is due.

    Within one service this is done one transaction after the other, so that the alerts' numbers tell their order.
    """
    if not rows:
        return
    mine = select(Service.id, func.now()).where(Service.id == service.id)
    _, now = session.execute(mine.with_for_update(key_share=True)).one()
    to_people = any(row["recipient"] and row["recipient"].kind != SubscriptionKind.WEBHOOK for row in rows)
    over_limit = timing.over_daily_limit(session, service, now) if to_people else ()
    for row in rows:
        recipient, urgent = row.pop("recipient"), row["type"] == AlertType.URGENT or "escalated" in row["facts"]
        row["state"] = AlertState.WAITING if recipient else AlertState.TOLD
        row["due_at"] = timing.send_at(recipient, service, now, urgent, over_limit) if recipient else None
    session.execute(insert(Alert).on_conflict_do_nothing(), rows)
