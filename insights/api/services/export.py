"""All feedback of a service as CSV, over HTTP."""

import datetime as dt
import uuid
from itertools import chain

from litestar import get
from litestar.params import FromPath, FromQuery
from litestar.response import Stream
from sqlalchemy.orm import Session

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.staff import authenticate, routes
from feedback.record import access
from feedback.record.models import AuditEntry, Service
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

    def service_of(session: Session) -> Service:
        return access.service_for(session, authenticate(session, request), service)

    with record.transaction() as session:
        found, who = service_of(session), authenticate(session, request)
        session.add(AuditEntry(service_id=found.id, by=who.caller, act="export", subject=f"service:{found.slug}"))
    headers = {
        "Content-Disposition": f'attachment; filename="{found.slug}-{dt.datetime.now(dt.UTC):%Y-%m-%d}.csv"',
    }
    lines = rows(record, service_of, FeedbackFilters(since, until, channel, language, issue))
    return Stream(chain([next(lines)], lines), media_type="text/csv; charset=utf-8", headers=headers)


router = routes("staff", export)
