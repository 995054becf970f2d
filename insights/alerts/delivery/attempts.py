"""What is sent next to a subscription, and what comes of it: retries, an end, a replay. By the database's clock."""

import datetime as dt
import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from feedback.record.errors import Conflict, NotFound
from feedback.record.models import Alert, Delivery, Service, Subscription, new_id
from feedback.record.work.stages import ALERT_DUE
from insights.alerts import payload
from insights.alerts.payload import ENDED, URGENT
from insights.alerts.rules import subscriptions

RETRIES = tuple(
    dt.timedelta(seconds=seconds) for seconds in (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 10 * 3600)
)
JITTER = 0.2  # the share of a wait that is left to chance, so that what failed together does not come back together
PATIENCE = dt.timedelta(days=5)
LONGEST_WAIT = dt.timedelta(days=1)  # that a receiver may ask for
FOLDED = 50  # alerts in one message at most


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one attempt. `outcome`: delivered, failed or gone (the receiver wants no more)."""

    outcome: str
    seconds: float
    status: int | None = None
    reason: str | None = None
    answer: str = ""
    retry_after: str | None = None


def due(session: Session, subscription: Subscription) -> Sequence[Alert]:
    """What goes into the next message: one alert for a program; for people all that is due, the urgent by itself."""
    found = session.scalars(
        select(Alert).where(Alert.subscription_id == subscription.id, *ALERT_DUE).order_by(Alert.number).limit(FOLDED)
    ).all()
    if notices := [alert for alert in found if alert.type == ENDED]:
        return notices[:1]
    if subscription.kind == "webhook":
        return found[:1]
    return [alert for alert in found if alert.type == URGENT][:1] or found


def record(session: Session, subscription: Subscription, alert_ids: Sequence[uuid.UUID], outcome: Outcome) -> None:
    """Writes the attempt down, and when there will be another."""
    session.add(
        Delivery(
            subscription_id=subscription.id,
            alert_ids=list(alert_ids),
            outcome=outcome.outcome,
            status=outcome.status,
            reason=outcome.reason,
            seconds=round(outcome.seconds, 3),
            answer=outcome.answer,
        )
    )
    alerts = session.scalars(select(Alert).where(Alert.id.in_(alert_ids), Alert.state == "waiting")).all()
    to_owner = any(alert.type == ENDED for alert in alerts)
    if outcome.outcome == "delivered":
        subscription.failing_since = subscription.failing_since if to_owner else None
        for alert in alerts:
            alert.state, alert.sent_at, alert.tried = "sent", func.now(), alert.tried + 1
        return
    now = session.scalars(select(func.now())).one()
    asked = asked_wait(outcome.retry_after, now)
    for alert in alerts:
        _try_again(alert, now, asked)
    if not to_owner:
        _judge(session, subscription, outcome, now, asked)


def _try_again(alert: Alert, now: dt.datetime, asked: dt.timedelta) -> None:
    wait = next_wait(alert.tried)
    alert.tried += 1
    if wait is None:
        alert.state = "failed"
    else:
        alert.due_at = now + max(wait, asked)


def _judge(
    session: Session, subscription: Subscription, outcome: Outcome, now: dt.datetime, asked: dt.timedelta
) -> None:
    """What a failure means for all that this receiver is to get."""
    subscription.failing_since = subscription.failing_since or now
    if outcome.outcome == "gone":
        end(session, subscription, "ended", "The receiver answered 410: it wants no more.")
    elif now - subscription.failing_since >= PATIENCE:
        end(session, subscription, "disabled", "For five days nothing could be delivered.")
    elif asked:
        _postpone(session, subscription, now + asked)


def next_wait(tried: int) -> dt.timedelta | None:
    """After so many attempts before this one; none when it was the last."""
    return RETRIES[tried] * random.uniform(1, 1 + JITTER) if tried < len(RETRIES) else None


def asked_wait(header: str | None, now: dt.datetime) -> dt.timedelta:
    """What Retry-After asks for, in seconds or as a date; nothing where it says nothing that can be read."""
    if header is None:
        return dt.timedelta()
    try:
        wait = dt.timedelta(seconds=int(header)) if header.isdecimal() else parsedate_to_datetime(header) - now
    except (ValueError, TypeError, OverflowError):
        return dt.timedelta()
    return min(max(wait, dt.timedelta()), LONGEST_WAIT)


def _postpone(session: Session, subscription: Subscription, until: dt.datetime) -> None:
    """Who asks for a pause gets it from all that waits."""
    session.execute(_waiting_of(subscription).values(due_at=func.greatest(Alert.due_at, until)))


def _waiting_of(subscription: Subscription) -> Any:
    return update(Alert).where(Alert.subscription_id == subscription.id, Alert.state == "waiting")


def end(session: Session, subscription: Subscription, state: str, why: str | None = None) -> None:
    """Nothing more is sent to it, until somebody makes it active again. Its owner is told `why`."""
    subscription.state = state
    session.flush()
    session.execute(_waiting_of(subscription).values(state="dropped"))
    if why and subscription.contact and (service := subscriptions.service_of(session, subscription)):
        queue(session, subscription, service, ENDED, payload.of_end(service, subscription, why))


def test(session: Session, subscription: Subscription) -> Alert:
    """A made-up alert, at once."""
    _require_living(subscription)
    service = subscriptions.service_of(session, subscription)
    if service is None:
        raise Conflict("no service has an issue of this theme now")
    said = payload.of_test(service, session.scalars(select(func.now())).one())
    return queue(session, subscription, service, "signal.new", said)


def queue(session: Session, subscription: Subscription, service: Service, type_: str, said: dict[str, Any]) -> Alert:
    """What goes to one subscription whatever it wants to hear: a test, or the news of its end."""
    identity = new_id()
    made = Alert(
        id=identity,
        subscription_id=subscription.id,
        service_id=service.id,
        type=type_,
        cause=f"{type_}:{identity}",
        facts=said,
        state="waiting",
        due_at=func.now(),
    )
    session.add(made)
    session.flush()
    return made


def _require_living(subscription: Subscription) -> None:
    if subscription.state in ("disabled", "ended"):
        raise Conflict(f"the subscription is {subscription.state}: make it active first")


KEPT = dt.timedelta(days=90)


def forget(session: Session) -> None:
    """Attempts are kept for 90 days."""
    session.execute(delete(Delivery).where(Delivery.at < func.now() - KEPT))


def replay(session: Session, subscription: Subscription, delivery: Delivery) -> None:
    """What that attempt carried is sent again, under the same id."""
    _require_living(subscription)
    again = update(Alert).where(Alert.id.in_(delivery.alert_ids))
    if not session.execute(again.values(state="waiting", due_at=func.now(), tried=0)).rowcount:  # type: ignore[attr-defined]
        raise NotFound("what it carried is no longer kept")
