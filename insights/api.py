"""The insights API: what service owners query, over HTTP."""

import datetime as dt
import uuid
from typing import Annotated, Any, Literal

from litestar import Router, get, patch
from litestar.params import Parameter
from sqlalchemy import select

from feedback.record import access, services
from feedback.record.access import Role
from feedback.record.db import Record
from feedback.record.models import AuditEntry, Issue, Service
from insights import issues, reading
from insights.door import AnyRequest, asker
from insights.paging import Cursor, Limit, pack, unpack
from insights.reading import Sought
from insights.views import (
    AuditView,
    ChannelName,
    Event,
    FeedbackView,
    IssueView,
    Page,
    ServiceView,
    StatementView,
    Status,
    Summary,
    Tier,
    Tone,
    Trend,
    TrendPoint,
)


@get("/v1/services", sync_to_thread=True)
def list_services(request: AnyRequest, record: Record, limit: Limit, cursor: Cursor) -> Page[ServiceView]:
    """The services that the key may see, by slug."""
    with record.transaction() as session:
        who = asker(session, request)
        mine = select(Service).order_by(Service.slug).limit(limit)
        if who.service_id is not None:
            mine = mine.where(Service.id == who.service_id)
        if cursor:
            mine = mine.where(Service.slug > unpack(cursor, str))
        items = [reading.service_view(service) for service in session.scalars(mine)]
    return Page(items, pack(items[-1].slug) if len(items) == limit else None)


@patch("/v1/services/{service:str}", sync_to_thread=True)
def set_service(request: AnyRequest, record: Record, service: str, data: dict[str, Any]) -> ServiceView:
    """Set a service's name and properties; null brings a default back."""
    with record.transaction() as session:
        who = asker(session, request)
        found = access.service_for(session, who, service, Role.owner)
        services.set_properties(found, data)
        entry = AuditEntry(service_id=found.id, by=who.caller, act="service set", subject=f"service:{found.slug}")
        entry.details = dict(data)
        session.add(entry)
        return reading.service_view(found)


@get("/v1/services/{service:str}/summary", sync_to_thread=True)
def show_summary(request: AnyRequest, record: Record, service: str) -> Summary:
    """A service at a glance; `waiting` says how many pieces have not reached an end state."""
    with record.transaction() as session:
        return reading.summary(session, access.service_for(session, asker(session, request), service))


@get("/v1/services/{service:str}/issues", sync_to_thread=True)
def list_issues(
    request: AnyRequest,
    record: Record,
    service: str,
    limit: Limit,
    cursor: Cursor,
    trend: Trend | None = None,
    status: Status | None = None,
    since: dt.datetime | None = None,
    channel: ChannelName | None = None,
    tone: Tone = "issue",
) -> Page[IssueView]:
    """The issues of a service, the largest first; groups of praise and of filler are listed by their `tone`."""
    with record.transaction() as session:
        found = access.service_for(session, asker(session, request), service)
        since = since if since is None or since.tzinfo else since.replace(tzinfo=dt.UTC)
        listed = issues.of_service(session, found, trend=trend, status=status, since=since, channel=channel, tone=tone)
        return _page(listed, limit, cursor)


@get("/v1/services/{service:str}/emerging", sync_to_thread=True)
def list_emerging(
    request: AnyRequest, record: Record, service: str, limit: Limit, cursor: Cursor, tier: Tier = "signal"
) -> Page[IssueView]:
    """The issues that have just started or grown beyond chance, each with its signal; or what is only watched."""
    with record.transaction() as session:
        found = access.service_for(session, asker(session, request), service)
        return _page(issues.emerging(session, found, tier), limit, cursor)


def _page(found: list[IssueView], limit: int, cursor: str | None) -> Page[IssueView]:
    """The issues of a service are few, but their order changes under the reader: the cursor is the last one's place."""
    after = unpack(cursor, tuple[int, uuid.UUID]) if cursor else None
    start = 0
    if after:
        places = {view.id: place for place, view in enumerate(found)}
        start = places[after[1]] + 1 if after[1] in places else min(after[0], len(found))
    page = found[start : start + limit]
    more = start + limit < len(found)
    return Page(page, pack((start + limit, page[-1].id)) if more else None)


@get("/v1/services/{service:str}/feedback", sync_to_thread=True)
def list_feedback(
    request: AnyRequest,
    record: Record,
    service: str,
    limit: Limit,
    cursor: Cursor,
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
    channel: ChannelName | None = None,
    language: str | None = None,
    issue: uuid.UUID | None = None,
    only: Literal["urgent", "uncounted"] | None = None,
) -> Page[FeedbackView]:
    """All feedback of a service, set aside or duplicate included, the latest received first."""
    sought = Sought(since, until, channel, language, issue, only)
    after = unpack(cursor, tuple[dt.datetime, uuid.UUID]) if cursor else None
    with record.transaction() as session:
        found = access.service_for(session, asker(session, request), service)
        items = reading.feedback_page(session, found, limit, after, sought)
    full = len(items) == limit
    return Page(items, pack((items[-1].received_at, items[-1].id)) if full else None)


@get("/v1/issues/{issue:uuid}", sync_to_thread=True)
def show_issue(request: AnyRequest, record: Record, issue: uuid.UUID) -> IssueView:
    """One issue."""
    with record.transaction() as session:
        found = access.issue_for(session, asker(session, request), issue)
        return _one(session, found)


def _one(session: Any, issue: Issue) -> IssueView:
    [view] = issues.views(session, session.get_one(Service, issue.service_id), [issue])
    return view


@get("/v1/issues/{issue:uuid}/statements", sync_to_thread=True)
def list_statements(
    request: AnyRequest, record: Record, issue: uuid.UUID, limit: Limit, cursor: Cursor
) -> Page[StatementView]:
    """What people said in an issue, redacted."""
    with record.transaction() as session:
        found = access.issue_for(session, asker(session, request), issue)
        items = reading.statements_page(session, found, limit, unpack(cursor, int) if cursor else None)
    return Page(items, pack(items[-1].id) if len(items) == limit else None)


@get("/v1/issues/{issue:uuid}/trend", sync_to_thread=True)
def show_trend(
    request: AnyRequest,
    record: Record,
    issue: uuid.UUID,
    days: Annotated[int, Parameter(ge=1, le=730)] = 56,
) -> Page[TrendPoint]:
    """The issue's reports day by day, beside all of the service's and what was to be expected."""
    with record.transaction() as session:
        found = access.issue_for(session, asker(session, request), issue)
        service = session.get_one(Service, found.service_id)
        return Page(reading.trend(session, service, found, days))


@get("/v1/issues/{issue:uuid}/history", sync_to_thread=True)
def show_history(request: AnyRequest, record: Record, issue: uuid.UUID, limit: Limit, cursor: Cursor) -> Page[Event]:
    """What happened to an issue, by whom and why; the latest first."""
    with record.transaction() as session:
        found = access.issue_for(session, asker(session, request), issue)
        items = reading.history(session, found, limit, unpack(cursor, int) if cursor else None)
    return Page(items, pack(items[-1].id) if len(items) == limit else None)


@get("/v1/services/{service:str}/audit", sync_to_thread=True)
def show_audit(
    request: AnyRequest, record: Record, service: str, limit: Limit, cursor: Cursor, subject: str | None = None
) -> Page[AuditView]:
    """Who saw or changed what; the latest first."""
    with record.transaction() as session:
        found = access.service_for(session, asker(session, request), service, Role.owner)
        items = reading.audit(session, found, limit, unpack(cursor, int) if cursor else None, subject)
    return Page(items, pack(items[-1].id) if len(items) == limit else None)


router = Router(
    "/",
    route_handlers=[
        list_services,
        set_service,
        show_summary,
        list_issues,
        list_emerging,
        list_feedback,
        show_issue,
        list_statements,
        show_trend,
        show_history,
        show_audit,
    ],
    tags=["staff"],
    security=[{"key": []}],
)
