"""What a service told, over HTTP: lists, previews, an event stream, a feed."""

import datetime as dt
import uuid
from collections.abc import Sequence
from operator import attrgetter
from typing import Annotated, Any

import msgspec
from litestar import Response, delete, get, post, put
from litestar.params import FromPath, FromQuery, HeaderParameter, JSONBody
from litestar.response import Stream
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.http import atom
from feedback.http.compression import UNCOMPRESSED
from feedback.http.dependencies import AnyRequest, GivenRecord, WorkQueueDependency
from feedback.http.paging import Cursor, Limit, further, unpack
from feedback.http.staff import authenticate, mark_used, routes
from feedback.record import access
from feedback.record.access import Role
from feedback.record.db import Record
from feedback.record.errors import Malformed
from feedback.record.limits import require_planned
from feedback.record.models import Alert
from feedback.record.states import CredentialKind
from insights.alerts import payload, queries
from insights.alerts.delivery import events, feeds
from insights.alerts.rules import backtest_signals, mute, preview, subscriptions
from insights.alerts.rules.filters import AlertFilters
from insights.presentation.schemas import Page

LastEventId = Annotated[str | None, HeaderParameter(name="Last-Event-ID")]


class AlertView(msgspec.Struct, frozen=True):
    """An alert as a webhook carries it (`type`, `timestamp`, `data`), and its id."""

    id: uuid.UUID
    type: str
    timestamp: str
    data: dict[str, Any]
    acknowledged_at: dt.datetime | None = None


class PreviewRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A subscription that somebody considers making."""

    service: str
    filters: AlertFilters = AlertFilters()


class Preview(Page[AlertView], frozen=True):
    """The alerts that a subscription would have been sent.

    `complete` is false while the history from before the service was here is still being looked through.
    """

    complete: bool = True


class SnoozeRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Says `until` when a subscription is told nothing of an issue; null stands for ever."""

    until: dt.datetime | None = None

    def __post_init__(self) -> None:
        require_planned(self.until, "until")


class FeedAddress(msgspec.Struct, frozen=True):
    """The address of a feed for a feed reader, which is shown this once."""

    url: str


def _view(session: Session, record: Record, alert: Alert) -> AlertView:
    body = payload.event(session, alert, record.settings.url)
    return AlertView(alert.id, body["type"], body["timestamp"], body["data"], alert.acknowledged_at)


@get("/v1/services/{service:str}/alerts", sync_to_thread=True)
def list_alerts(
    request: AnyRequest,
    record: GivenRecord,
    service: FromPath[str],
    limit: Limit = 50,
    cursor: Cursor = None,
    subscription: FromQuery[uuid.UUID | None] = None,
) -> Page[AlertView]:
    """List what a service told, or what one subscription was told; the latest first."""
    with record.transaction() as session:
        who = authenticate(session, request)
        found = access.service_for(session, who, service)
        where = queries.service_wide(found)
        if subscription is not None:
            mine = subscriptions.find(session, who, subscription)
            where = (Alert.service_id == found.id, Alert.subscription_id == mine.id)
        query = select(Alert).where(*where)
        if cursor:
            query = query.where(Alert.number < unpack(cursor, int))
        rows = session.scalars(query.order_by(Alert.number.desc()).limit(limit)).all()
        views = [_view(session, record, row) for row in rows]
    return Page(views, further(rows, limit, attrgetter("number")))


@post("/v1/alerts/{alert:uuid}/acknowledge", status_code=200, sync_to_thread=True)
def acknowledge_alert(request: AnyRequest, record: GivenRecord, alert: FromPath[uuid.UUID]) -> AlertView:
    """Acknowledge an alert: its subscription hears no more of this signal, however it grows."""
    with record.transaction() as session:
        return _view(session, record, mute.acknowledge(session, authenticate(session, request), alert))


@put("/v1/subscriptions/{subscription:uuid}/quiet/{issue:uuid}", status_code=204, sync_to_thread=True)
def quieten_issue(
    request: AnyRequest,
    record: GivenRecord,
    subscription: FromPath[uuid.UUID],
    issue: FromPath[uuid.UUID],
    data: JSONBody[SnoozeRequest],
) -> None:
    """Snooze an issue for one subscription (`until`), or mute it."""
    if data.until is not None and data.until.tzinfo is None:
        raise Malformed("until: a time needs its zone")
    with record.transaction() as session:
        who = authenticate(session, request)
        found = subscriptions.find(session, who, subscription, Role.editor)
        mute.mute(session, found, access.issue_for(session, who, issue), data.until)


@delete("/v1/subscriptions/{subscription:uuid}/quiet/{issue:uuid}", sync_to_thread=True)
def hear_issue(
    request: AnyRequest, record: GivenRecord, subscription: FromPath[uuid.UUID], issue: FromPath[uuid.UUID]
) -> None:
    """Let a subscription hear of an issue again."""
    with record.transaction() as session:
        who = authenticate(session, request)
        found = subscriptions.find(session, who, subscription, Role.editor)
        mute.unmute(session, found, access.issue_for(session, who, issue).id)


@post("/v1/subscriptions/preview", status_code=200, sync_to_thread=True)
def preview_subscription(
    request: AnyRequest, record: GivenRecord, work_queue: WorkQueueDependency, data: JSONBody[PreviewRequest]
) -> Preview:
    """Show what a subscription with these filters would have been sent in the last 90 days."""
    with record.transaction() as session:
        service = access.service_for(session, authenticate(session, request), data.service)
        found = [_view(session, record, alert) for alert in preview.preview(session, service, data.filters)]
        complete = backtest_signals.is_complete(session, service)
    work_queue.wake("backtest")
    return Preview(found, None, complete)


@get("/v1/services/{service:str}/events", sync_to_thread=True, media_type="text/event-stream", opt=UNCOMPRESSED)
def stream_events(request: AnyRequest, record: GivenRecord, service: FromPath[str], last: LastEventId = None) -> Stream:
    """Stream what a service tells as server-sent events; `Last-Event-ID` reads on where the stream broke off."""

    def read(number: int) -> Sequence[tuple[int, bytes]]:
        with record.transaction() as session:
            found = access.service_for(session, authenticate(session, request), service)
            return events.after(session, record, found, number)

    with record.transaction() as session:
        number = events.position(session, access.service_for(session, authenticate(session, request), service), last)
    headers = {"X-Accel-Buffering": "no"}
    return Stream(events.stream(read, number, known=bool(last)), headers=headers, media_type="text/event-stream")


@post("/v1/services/{service:str}/feed", sync_to_thread=True)
def make_feed(request: AnyRequest, record: GivenRecord, service: FromPath[str]) -> FeedAddress:
    """Make an address for a feed reader, which can send no key: it opens this feed and nothing else."""
    with record.transaction() as session:
        who = authenticate(session, request)
        found = access.service_for(session, who, service)
        return FeedAddress(feeds.create_address(session, record.settings, who, found))


@delete("/v1/services/{service:str}/feed", sync_to_thread=True)
def revoke_feeds(request: AnyRequest, record: GivenRecord, service: FromPath[str]) -> None:
    """Make every address of this feed worthless."""
    with record.transaction() as session:
        who = authenticate(session, request)
        feeds.revoke_addresses(session, access.service_for(session, who, service, Role.editor))


@get("/v1/services/{service:str}/feed.atom", sync_to_thread=True, media_type=atom.MEDIA_TYPE, opt=UNCOMPRESSED)
def show_feed(
    request: AnyRequest, record: GivenRecord, service: FromPath[str], token: FromQuery[str | None] = None
) -> Response[bytes]:
    """Show what a service told as an Atom feed; with a key, or with the token of its address."""
    with record.transaction() as session:
        who = access.identify(session, token, CredentialKind.FEED) if token else authenticate(session, request)
        mark_used(request, who)
        found = access.service_for(session, who, service)
        body = atom.write(feeds.atom_feed(session, record.settings, found))
    return Response(body, media_type=f"{atom.MEDIA_TYPE}; charset=utf-8")


router = routes(
    "alerts",
    list_alerts,
    acknowledge_alert,
    quieten_issue,
    hear_issue,
    preview_subscription,
    stream_events,
    make_feed,
    revoke_feeds,
    show_feed,
)
