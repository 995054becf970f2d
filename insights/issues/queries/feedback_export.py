"""All feedback of a service as a table: redacted, page by page, so that no size fills the memory."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterator, Sequence

from sqlalchemy.orm import Session

from feedback.record.db import Record
from feedback.record.models import Service
from feedback.record.output.columns import CellKind, Column
from insights.issues.filters import FeedbackFilters
from insights.issues.queries import issues
from insights.issues.queries.feedback import feedback_page
from insights.presentation.schemas import FeedbackView, IssueTitle

ROWS_PER_TRANSACTION = 500
COLUMNS = (
    Column("id"),
    Column("said_at", CellKind.MOMENT),
    Column("received_at", CellKind.MOMENT),
    Column("channel"),
    Column("language"),
    Column("text"),
    Column("issue_ids"),
    Column("issue_titles", joined_by=" | "),
    Column("rating", CellKind.INTEGER),
    Column("page_url"),
    Column("attributes"),
    Column("stage"),
    Column("reason"),
    Column("verdicts"),
    Column("copy_of"),
    Column("external_id"),
)


def batches(
    record: Record, service_of: Callable[[Session], Service], filters: FeedbackFilters
) -> Iterator[Sequence[tuple[object, ...]]]:
    """Yields the rows, the latest received first; each page in its own transaction, however slow the reader is.

    `service_of` finds the service for each page anew, and raises once the reader may not see it any more.
    """
    after: tuple[dt.datetime, uuid.UUID] | None = None
    while True:
        with record.transaction() as session:
            page = feedback_page(session, service_of(session), ROWS_PER_TRANSACTION, after, filters)
            ids = {issue for item in page for issue in item.issues}
            titles = issues.titles(session, ids)
        yield [_cells(item, titles) for item in page]
        if len(page) < ROWS_PER_TRANSACTION:
            return
        after = (page[-1].received_at, page[-1].id)


def _cells(item: FeedbackView, titles: dict[uuid.UUID, IssueTitle]) -> tuple[object, ...]:
    return (
        item.id,
        item.said_at,
        item.received_at,
        item.channel,
        item.language,
        item.text,
        item.issues,
        [titles[issue].title for issue in item.issues if issue in titles],
        item.rating,
        item.page_url,
        item.attributes or None,
        item.stage,
        item.reason,
        [verdict["name"] for verdict in item.verdicts],
        item.copy_of,
        item.external_id,
    )
