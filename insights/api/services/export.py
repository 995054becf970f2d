"""All feedback of a service as CSV, over HTTP."""

import datetime as dt
import uuid

from litestar import get
from litestar.params import FromPath, FromQuery
from litestar.response import Stream

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.staff import authenticate, routes
from feedback.record import access
from feedback.record.models import AuditEntry
from feedback.record.states import ChannelName
from insights.issues.queries.csv_export import rows
from insights.issues.queries.feedback import FeedbackFilters


@get("/v1/services/{service:str}/export.csv", sync_to_thread=True, media_type="text/csv")
def export(
    request: AnyRequest,
    record: GivenRecord,
    service: FromPath[str],
    since: FromQuery[dt.datetime | None] = None,
    until: FromQuery[dt.datetime | None] = None,
    channel: FromQuery[ChannelName | None] = None,
    language: FromQuery[str | None] = None,
    issue: FromQuery[uuid.UUID | None] = None,
) -> Stream:
    """Export all feedback as CSV, redacted, one piece a row."""
    filters = FeedbackFilters(since, until, channel, language, issue)
    with record.transaction() as session:
        who = authenticate(session, request)
        found = access.service_for(session, who, service)
        session.add(AuditEntry(service_id=found.id, by=who.caller, act="export", subject=f"service:{found.slug}"))
    headers = {
        "Content-Disposition": f'attachment; filename="{found.slug}-{dt.datetime.now(dt.UTC):%Y-%m-%d}.csv"',
    }
    return Stream(rows(record, found.slug, filters), media_type="text/csv; charset=utf-8", headers=headers)


router = routes("staff", export)
