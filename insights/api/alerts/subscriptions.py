"""Subscriptions and deliveries over HTTP."""

import datetime as dt
import uuid
from typing import Any

import msgspec
from litestar import delete, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.http.dependencies import AnyRequest, GivenRecord, WorkQueueDependency
from feedback.http.paging import Cursor, Limit, further, unpack
from feedback.http.staff import RequestKey, authenticate, routes
from feedback.record import access
from feedback.record.access import Role
from feedback.record.errors import NotFound
from feedback.record.models import Delivery, Service, Subscription
from feedback.record.states import DeliveryOutcome, DigestRhythm, SubscriptionKind, SubscriptionState
from insights.alerts.delivery import attempts as deliveries
from insights.alerts.delivery import credentials
from insights.alerts.rota import Rota
from insights.alerts.rules import subscriptions
from insights.alerts.rules.escalation import Escalation
from insights.alerts.rules.filters import AlertFilters
from insights.alerts.rules.subscriptions import SubscriptionChange, SubscriptionRequest
from insights.alerts.rules.timing import QuietHours
from insights.egress.addresses import AllowList
from insights.presentation.schemas import Page


class SubscriptionView(msgspec.Struct, frozen=True):
    """A subscription, with as much of its address as may be seen."""

    id: uuid.UUID
    service: str | None
    theme: uuid.UUID | None
    kind: SubscriptionKind
    name: str
    address: str
    filters: AlertFilters
    digest: DigestRhythm
    language: str
    contact: str | None
    state: SubscriptionState
    quiet_until: dt.datetime | None
    quiet_hours: QuietHours | None
    escalation: Escalation | None
    rota: Rota | None
    failing_since: dt.datetime | None
    created_at: dt.datetime


class NewSubscription(SubscriptionView, frozen=True):
    """A subscription with the secret that signs what it is sent (webhooks alone), which is shown this once."""

    secret: str | None


class QueuedAlert(msgspec.Struct, frozen=True):
    """An alert that is on its way."""

    alert: uuid.UUID


class DeliveryView(msgspec.Struct, frozen=True):
    """One attempt to send; `answer` is the first kilobyte of what the receiver answered."""

    id: uuid.UUID
    subscription: uuid.UUID
    alerts: list[uuid.UUID]
    at: dt.datetime
    outcome: DeliveryOutcome
    status: int | None
    reason: str | None
    seconds: float
    answer: str


def _fields(session: Session, row: Subscription) -> dict[str, Any]:
    service = session.get(Service, row.service_id) if row.service_id else None
    return {
        "id": row.id,
        "service": service.slug if service else None,
        "theme": row.theme_id,
        "kind": row.kind,
        "name": row.name,
        "address": row.shown,
        "filters": msgspec.convert(row.filters, AlertFilters),
        "digest": row.digest,
        "language": row.language,
        "contact": row.contact,
        "state": row.state,
        "quiet_until": row.quiet_until,
        "quiet_hours": msgspec.convert(row.quiet_hours, QuietHours | None),
        "escalation": msgspec.convert(row.escalation, Escalation | None),
        "rota": msgspec.convert(row.rota, Rota | None),
        "failing_since": row.failing_since,
        "created_at": row.created_at,
    }


@post("/v1/subscriptions", sync_to_thread=True)
def subscribe(
    request: AnyRequest, record: GivenRecord, data: JSONBody[SubscriptionRequest], request_key: RequestKey = None
) -> NewSubscription:
    """Subscribe to the signals of a service or of a theme. Without filters, every signal is sent at once."""
    with record.transaction() as session:
        allowed = AllowList.of(record.settings.webhook_allow)
        who = authenticate(session, request)
        made, secret = subscriptions.make(session, record.keys, allowed, who, data, request_key)
        return NewSubscription(**_fields(session, made), secret=secret)


@get("/v1/subscriptions", sync_to_thread=True)
def list_subscriptions(
    request: AnyRequest,
    record: GivenRecord,
    limit: Limit = 50,
    cursor: Cursor = None,
    service: FromQuery[str | None] = None,
    theme: FromQuery[uuid.UUID | None] = None,
) -> Page[SubscriptionView]:
    """List the subscriptions that the key may see, the latest first."""
    with record.transaction() as session:
        who = authenticate(session, request)
        query = select(Subscription).where(*subscriptions.visible(who))
        if service is not None:
            query = query.where(Subscription.service_id == access.service_for(session, who, service).id)
        if theme is not None:
            query = query.where(Subscription.theme_id == theme)
        if cursor:
            query = query.where(Subscription.id < unpack(cursor, uuid.UUID))
        rows = session.scalars(query.order_by(Subscription.id.desc()).limit(limit)).all()
        views = [SubscriptionView(**_fields(session, row)) for row in rows]
    return Page(views, further(rows, limit))


@get("/v1/subscriptions/{subscription:uuid}", sync_to_thread=True)
def show_subscription(request: AnyRequest, record: GivenRecord, subscription: FromPath[uuid.UUID]) -> SubscriptionView:
    """Show one subscription."""
    with record.transaction() as session:
        found = subscriptions.find(session, authenticate(session, request), subscription)
        return SubscriptionView(**_fields(session, found))


@patch("/v1/subscriptions/{subscription:uuid}", sync_to_thread=True)
def change_subscription(
    request: AnyRequest, record: GivenRecord, subscription: FromPath[uuid.UUID], data: JSONBody[SubscriptionChange]
) -> SubscriptionView:
    """Change what a subscription hears, when and where; mute it, snooze it, or make it active again."""
    with record.transaction() as session:
        who = authenticate(session, request)
        found = subscriptions.find(session, who, subscription, Role.editor)
        subscriptions.move(record.keys, AllowList.of(record.settings.webhook_allow), found, data)
        subscriptions.change(session, found, data)
        subscriptions.audit(session, who, found, "change subscription")
        return SubscriptionView(**_fields(session, found))


@post("/v1/subscriptions/{subscription:uuid}/rotate", status_code=200, sync_to_thread=True)
def rotate_secret(request: AnyRequest, record: GivenRecord, subscription: FromPath[uuid.UUID]) -> NewSubscription:
    """Make a new secret for a webhook; for a day the old one signs beside it."""
    with record.transaction() as session:
        who = authenticate(session, request)
        found = subscriptions.find(session, who, subscription, Role.editor)
        secret = credentials.rotate(record.keys, found)
        subscriptions.audit(session, who, found, "rotate secret")
        return NewSubscription(**_fields(session, found), secret=secret)


@post("/v1/subscriptions/{subscription:uuid}/test", status_code=202, sync_to_thread=True)
def test_subscription(
    request: AnyRequest, record: GivenRecord, work_queue: WorkQueueDependency, subscription: FromPath[uuid.UUID]
) -> QueuedAlert:
    """Send a made-up alert now, whatever the filters; what came of it is among the deliveries."""
    with record.transaction() as session:
        found = subscriptions.find(session, authenticate(session, request), subscription, Role.editor)
        queued = QueuedAlert(deliveries.send_test(session, found).id)
    work_queue.wake("deliver")
    return queued


@delete("/v1/subscriptions/{subscription:uuid}", sync_to_thread=True)
def unsubscribe(request: AnyRequest, record: GivenRecord, subscription: FromPath[uuid.UUID]) -> None:
    """End a subscription; its deliveries are forgotten."""
    with record.transaction() as session:
        who = authenticate(session, request)
        found = subscriptions.find(session, who, subscription, Role.editor)
        subscriptions.audit(session, who, found, "unsubscribe")
        session.delete(found)


def _delivery(row: Delivery) -> DeliveryView:
    return DeliveryView(
        id=row.id,
        subscription=row.subscription_id,
        alerts=row.alert_ids,
        at=row.at,
        outcome=row.outcome,
        status=row.status,
        reason=row.reason,
        seconds=row.seconds,
        answer=row.answer,
    )


@get("/v1/deliveries", sync_to_thread=True)
def list_deliveries(
    request: AnyRequest,
    record: GivenRecord,
    limit: Limit = 50,
    cursor: Cursor = None,
    subscription: FromQuery[uuid.UUID | None] = None,
) -> Page[DeliveryView]:
    """List every attempt to send an alert, the latest first."""
    with record.transaction() as session:
        mine = select(Subscription.id).where(*subscriptions.visible(authenticate(session, request)))
        query = select(Delivery).where(Delivery.subscription_id.in_(mine))
        if subscription is not None:
            query = query.where(Delivery.subscription_id == subscription)
        if cursor:
            query = query.where(Delivery.id < unpack(cursor, uuid.UUID))
        rows = session.scalars(query.order_by(Delivery.id.desc()).limit(limit)).all()
    return Page([_delivery(row) for row in rows], further(rows, limit))


@post("/v1/deliveries/{delivery:uuid}/replay", status_code=202, sync_to_thread=True)
def replay_delivery(
    request: AnyRequest, record: GivenRecord, work_queue: WorkQueueDependency, delivery: FromPath[uuid.UUID]
) -> DeliveryView:
    """Send again what that attempt carried, under the same id."""
    with record.transaction() as session:
        who = authenticate(session, request)
        found = session.get(Delivery, delivery)
        if found is None:
            raise NotFound("there is no such delivery")
        deliveries.replay(session, subscriptions.find(session, who, found.subscription_id, Role.editor), found)
        view = _delivery(found)
    work_queue.wake("deliver")
    return view


router = routes(
    "alerts",
    subscribe,
    list_subscriptions,
    show_subscription,
    change_subscription,
    rotate_secret,
    test_subscription,
    unsubscribe,
    list_deliveries,
    replay_delivery,
)
