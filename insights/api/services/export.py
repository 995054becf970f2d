"""Feedback and issues of a service as files, over HTTP: narrowed down as the lists are, in four formats."""

import asyncio
import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import chain

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Stream
from sqlalchemy.orm import Session

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.staff import authenticate, routes
from feedback.record import access, audit
from feedback.record.db import Record
from feedback.record.errors import Malformed
from feedback.record.models import Service
from feedback.record.output.columns import Batches, TableRows
from feedback.record.output.exports import MEDIA_TYPES, FileFormat, encode
from insights.api.narrowing import NARROWED_FEEDBACK, NARROWED_ISSUES
from insights.issues.filters import FeedbackFilters, IssueFilters
from insights.issues.listing import export as of_issues
from insights.issues.queries import feedback_export as of_feedback

MOST_ROWS = 100_000
"""The rows of a file that is made as a whole before it is sent; CSV and JSON lines have no end."""

STREAMED = (FileFormat.CSV, FileFormat.JSON_LINES)


async def export(
    request: AnyRequest,
    record: GivenRecord,
    service: FromPath[str],
    filters: NamedDependency[FeedbackFilters],
    marked: FromQuery[bool] = False,
) -> Stream:
    """Export all feedback, redacted, one piece a row; `marked` CSV begins with the mark by which Excel knows UTF-8."""
    return await asyncio.to_thread(_feedback, request, record, service, filters, marked)


async def export_issues(
    request: AnyRequest, record: GivenRecord, service: FromPath[str], filters: NamedDependency[IssueFilters]
) -> Stream:
    """Export the issues of a service, as the list shows them; CSV begins with the mark by which Excel knows UTF-8."""
    return await asyncio.to_thread(_issues, request, record, service, filters)


def _feedback(request: AnyRequest, record: Record, slug: str, filters: FeedbackFilters, marked: bool) -> Stream:
    def service_of(session: Session) -> Service:
        return access.service_for(session, authenticate(session, request), slug)

    with record.transaction() as session:
        _opened(session, request, slug, "export")
    wanted, rows = _format(request), of_feedback.batches(record.replica, service_of, filters)
    return _stream(slug, wanted, encode(wanted, of_feedback.COLUMNS, _bounded(wanted, rows), marked=marked))


def _issues(request: AnyRequest, record: Record, slug: str, filters: IssueFilters) -> Stream:
    wanted = _format(request)
    with record.transaction() as session:
        found = _opened(session, request, slug, "export issues")
        batches = list(of_issues.batches(session, found, filters))
    return _stream(f"{slug}-issues", wanted, encode(wanted, of_issues.COLUMNS, batches))


def _opened(session: Session, request: AnyRequest, slug: str, act: str) -> Service:
    """Finds the service, and notes who takes something of it away."""
    who = authenticate(session, request)
    found = access.service_for(session, who, slug)
    audit.note(session, who.caller, act, f"service:{found.slug}", found.id)
    return found


def _format(request: AnyRequest) -> FileFormat:
    return FileFormat(request.url.path.rpartition(".")[2])


def _bounded(wanted: FileFormat, batches: Batches) -> Iterator[TableRows]:
    """Raises `Malformed` where a file that is made as a whole would have too many rows."""
    rows = 0
    for batch in batches:
        rows += len(batch)
        if rows > MOST_ROWS and wanted not in STREAMED:
            raise Malformed(f"these are more than {MOST_ROWS:,} rows: narrow them down, or take CSV or JSON lines")
        yield batch


def _stream(name: str, wanted: FileFormat, content: Iterator[bytes]) -> Stream:
    """What cannot be read fails before anything was sent. A handler's type would go before that of its answer."""
    first: Sequence[bytes] = [next(content, b"")]
    named = f'attachment; filename="{name}-{dt.datetime.now(dt.UTC):%Y-%m-%d}.{wanted}"'
    return Stream(chain(first, content), headers={"Content-Disposition": named, "Content-Type": MEDIA_TYPES[wanted]})


router = routes(
    "staff",
    *(
        get(f"/v1/services/{{service:str}}/{name}.{ending}", media_type=media_type, dependencies=narrowed)(handler)
        for ending, media_type in MEDIA_TYPES.items()
        for name, handler, narrowed in (
            ("export", export, NARROWED_FEEDBACK),
            ("issues", export_issues, NARROWED_ISSUES),
        )
    ),
)
