"""What is sent next to a subscription, and what comes of it: retries, an end, a replay. By the database's clock."""

import datetime as dt
import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from sqlalchemy import Update, delete, func, select, update
from sqlalchemy.orm import Session

from feedback.record.errors import Conflict, NotFound, TooMany
from feedback.record.models import Alert, Delivery, Service, Subscription, new_id
from feedback.record.states import (
    AlertState,
    AlertType,
    DeliveryOutcome,
    SubscriptionKind,
    SubscriptionState,
)
from feedback.record.work.stages import ALERT_DUE
from insights.alerts import payload, queries

RETRIES = tuple(
    dt.timedelta(seconds=seconds) for seconds in (5, 5 * 60, 30 * 60, 2 * 3600, 5 * 3600, 10 * 3600, 10 * 3600)
)
"""The waits between the attempts to send one alert (Standard Webhooks)."""

JITTER_SHARE = 0.2  # of a wait that is left to chance, so that what failed together does not come back together
MAX_RETRY_AFTER = dt.timedelta(days=1)
GIVE_UP_AFTER = dt.timedelta(days=5)
"""A subscription is disabled once nothing could be delivered to it for so long."""

KEEP_ATTEMPTS_FOR = dt.timedelta(days=90)
MAX_ALERTS_PER_MESSAGE = 50
MAX_TESTS, TESTS_PER = 5, dt.timedelta(minutes=10)  # made-up alerts that a subscription may be sent in that time


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """What came of one attempt to send, and how many seconds it took.

    `status` and `answer` are the receiver's, `retry_after` its header; `reason` says why an attempt failed.
    """

    outcome: DeliveryOutcome
    seconds: float
    status: int | None = None
    reason: str | None = None
    answer: str = ""
    retry_after: str | None = None


def due(session: Session, subscription: Subscription) -> Sequence[Alert]:
    """Chooses the alerts of the next message: one for a program; for people all that are due, an urgent one alone."""
    found = session.scalars(
        select(Alert)
        .where(Alert.subscription_id == subscription.id, *ALERT_DUE)
        .order_by(Alert.number)
        .limit(MAX_ALERTS_PER_MESSAGE)
    ).all()
    if end_notices := [alert for alert in found if alert.type == AlertType.SUBSCRIPTION_ENDED]:
        return end_notices[:1]
    if subscription.kind == SubscriptionKind.WEBHOOK:
        return found[:1]
    return [alert for alert in found if alert.type == AlertType.URGENT][:1] or found


def record(session: Session, subscription: Subscription, alert_ids: Sequence[uuid.UUID], result: AttemptResult) -> None:
    """Stores an attempt with its result, and schedules another for what failed, or ends the subscription."""
    session.add(
        Delivery(
            subscription_id=subscription.id,
            alert_ids=list(alert_ids),
            outcome=result.outcome,
            status=result.status,
            reason=result.reason,
            seconds=round(result.seconds, 3),
            answer=result.answer,
        )
    )
    alerts = session.scalars(select(Alert).where(Alert.id.in_(alert_ids), Alert.state == AlertState.WAITING)).all()
    to_owner = any(alert.type == AlertType.SUBSCRIPTION_ENDED for alert in alerts)
    if result.outcome == DeliveryOutcome.DELIVERED:
        subscription.failing_since = subscription.failing_since if to_owner else None
        for alert in alerts:
            alert.state, alert.sent_at, alert.tried = AlertState.SENT, func.now(), alert.tried + 1
        return
    now = session.scalars(select(func.now())).one()
    pause = requested_pause(result.retry_after, now)
    for alert in alerts:
        _try_again(alert, now, pause)
    if not to_owner:
        _handle_failure(session, subscription, result.outcome, now, pause)


def _try_again(alert: Alert, now: dt.datetime, pause: dt.timedelta) -> None:
    wait = next_wait(alert.tried)
    alert.tried += 1
    if wait is None:
        alert.state = AlertState.FAILED
    else:
        alert.due_at = now + max(wait, pause)


def _handle_failure(
    session: Session, subscription: Subscription, outcome: DeliveryOutcome, now: dt.datetime, pause: dt.timedelta
) -> None:
    """What a failure means for everything that this receiver is to get."""
    subscription.failing_since = subscription.failing_since or now
    if outcome == DeliveryOutcome.GONE:
        end(session, subscription, SubscriptionState.ENDED, "The receiver answered 410: it wants no more.")
    elif now - subscription.failing_since >= GIVE_UP_AFTER:
        end(session, subscription, SubscriptionState.DISABLED, "For five days nothing could be delivered.")
    elif pause:
        _postpone(session, subscription, now + pause)


def next_wait(tried: int) -> dt.timedelta | None:
    """Draws the wait before another attempt, when so many came before the last; none when there are to be no more."""
    return RETRIES[tried] * random.uniform(1, 1 + JITTER_SHARE) if tried < len(RETRIES) else None


def requested_pause(retry_after: str | None, now: dt.datetime) -> dt.timedelta:
    """Reads a Retry-After header, in seconds or as a date; zero where it is missing or cannot be read."""
    if retry_after is None:
        return dt.timedelta()
    try:
        in_seconds = retry_after.isdecimal()
        wait = dt.timedelta(seconds=int(retry_after)) if in_seconds else parsedate_to_datetime(retry_after) - now
    except (ValueError, TypeError, OverflowError):
        return dt.timedelta()
    return min(max(wait, dt.timedelta()), MAX_RETRY_AFTER)


def _postpone(session: Session, subscription: Subscription, until: dt.datetime) -> None:
    """Everything that waits for a receiver who asked for a pause is sent after it."""
    session.execute(_update_waiting(subscription).values(due_at=func.greatest(Alert.due_at, until)))


def _update_waiting(subscription: Subscription) -> Update:
    return update(Alert).where(Alert.subscription_id == subscription.id, Alert.state == AlertState.WAITING)


def end(session: Session, subscription: Subscription, state: SubscriptionState, why: str | None = None) -> None:
    """Sends nothing more to a subscription until somebody makes it active again, and tells its owner `why`."""
    subscription.state = state
    session.flush()
    session.execute(_update_waiting(subscription).values(state=AlertState.DROPPED))
    if why and subscription.contact and (service := queries.service_of(session, subscription)):
        frozen = payload.for_end(service, subscription, why)
        queue(session, subscription, service, AlertType.SUBSCRIPTION_ENDED, frozen)


def send_test(session: Session, subscription: Subscription) -> Alert:
    """Queues a made-up alert for a subscription that is locked, so that tests asked for at once are counted in turn.

    Raises `Conflict` for a subscription that is not served, `TooMany` where it had `MAX_TESTS` a short while ago.
    """
    _require_living(subscription)
    _require_test_allowance(session, subscription)
    service = queries.service_of(session, subscription)
    if service is None:
        raise Conflict("no service has an issue of this theme now")
    frozen = payload.for_test(service, session.scalars(select(func.now())).one())
    return queue(session, subscription, service, AlertType.NEW, frozen)


def _require_test_allowance(session: Session, subscription: Subscription) -> None:
    # The time of the statement, as that of the transaction is older than what it waited for.
    age = func.extract("epoch", func.statement_timestamp() - Alert.raised_at)
    tests = select(age).where(Alert.subscription_id == subscription.id, Alert.facts["test"].as_boolean())
    ages = session.scalars(tests.where(age < TESTS_PER.total_seconds()).order_by(age)).all()
    if len(ages) >= MAX_TESTS:
        wait = TESTS_PER.total_seconds() - float(ages[MAX_TESTS - 1])
        raise TooMany(f"at most {MAX_TESTS} tests in {TESTS_PER.seconds // 60} minutes are sent to a receiver", wait)


def queue(
    session: Session, subscription: Subscription, service: Service, type_: AlertType, frozen: dict[str, Any]
) -> Alert:
    """Queues an alert for one subscription, whatever its filters: a test, or the news of its end."""
    identity = new_id()
    made = Alert(
        id=identity,
        subscription_id=subscription.id,
        service_id=service.id,
        type=type_,
        cause=f"{type_}:{identity}",
        facts=frozen,
        state=AlertState.WAITING,
        due_at=func.now(),
    )
    session.add(made)
    session.flush()
    return made


def _require_living(subscription: Subscription) -> None:
    if subscription.state in (SubscriptionState.DISABLED, SubscriptionState.ENDED):
        raise Conflict(f"the subscription is {subscription.state}: make it active first")


def delete_old(session: Session) -> None:
    """Deletes the attempts that are older than they are kept."""
    session.execute(delete(Delivery).where(Delivery.at < func.now() - KEEP_ATTEMPTS_FOR))


def replay(session: Session, subscription: Subscription, delivery: Delivery) -> None:
    """Sends again, under the same ids, what an attempt carried.

    Raises `Conflict` for a subscription that is not served, `NotFound` where its alerts are no longer stored.
    """
    _require_living(subscription)
    again = update(Alert).where(Alert.id.in_(delivery.alert_ids))
    again = again.values(state=AlertState.WAITING, due_at=func.now(), tried=0)
    if not session.execute(again).rowcount:  # type: ignore[attr-defined]
        raise NotFound("what it carried is no longer kept")
