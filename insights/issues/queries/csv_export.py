"""All feedback of a service as a table for spreadsheets: redacted, page by page, so that no size fills the memory."""

import datetime as dt
import io
import uuid
from collections.abc import Callable, Iterator

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.record.db import Record
from feedback.record.models import Issue, Service
from feedback.record.output.tables import TableWriter
from insights.issues.queries.feedback import FeedbackFilters, feedback_page
from insights.presentation.schemas import FeedbackView

ROWS_PER_TRANSACTION = 500
COLUMNS = (
    "id",
    "said_at",
    "received_at",
    "channel",
    "language",
    "text",
    "issue_ids",
    "issue_titles",
    "rating",
    "page_url",
    "attributes",
    "stage",
    "reason",
    "verdicts",
    "copy_of",
    "external_id",
)


def rows(record: Record, service_of: Callable[[Session], Service], filters: FeedbackFilters) -> Iterator[str]:
    """Yields the lines, the latest received first; each page in its own transaction, however slow the reader is.

    `service_of` finds the service for each page anew, and raises once the reader may not see it any more. The headings
    come with the first page, so that what cannot be read fails before anything was answered.
    """
    headings = _line(COLUMNS)
    after: tuple[dt.datetime, uuid.UUID] | None = None
    while True:
        with record.transaction() as session:
            page = feedback_page(session, service_of(session), ROWS_PER_TRANSACTION, after, filters)
            ids = {issue for item in page for issue in item.issues}
            titles = {row.id: row.title for row in session.execute(select(Issue).where(Issue.id.in_(ids))).scalars()}
        yield headings + "".join(_line(_cells(item, titles)) for item in page)
        headings = ""
        if len(page) < ROWS_PER_TRANSACTION:
            return
        after = (page[-1].received_at, page[-1].id)


def _cells(item: FeedbackView, titles: dict[uuid.UUID, str]) -> tuple[object, ...]:
    return (
        item.id,
        item.said_at.isoformat(),
        item.received_at.isoformat(),
        item.channel,
        item.language,
        item.text,
        " ".join(map(str, item.issues)),
        " | ".join(titles[issue] for issue in item.issues if issue in titles),
        item.rating,
        item.page_url,
        msgspec.json.encode(item.attributes).decode() if item.attributes else "",
        item.stage,
        item.reason,
        " ".join(verdict["name"] for verdict in item.verdicts),
        item.copy_of,
        item.external_id,
    )


def _line(cells: tuple[object, ...]) -> str:
    out = io.StringIO()
    TableWriter(out).row(cells)
    return out.getvalue()
