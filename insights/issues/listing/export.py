"""The issues of a list as a table: just what the list shows, in its order."""

from collections.abc import Iterator, Sequence

from sqlalchemy.orm import Session

from feedback.record.models import Service
from feedback.record.output.columns import CellKind, Column
from feedback.record.states import ChannelName
from insights.issues.filters import IssueFilters
from insights.issues.listing.listed import listed
from insights.issues.listing.rows import views
from insights.presentation.schemas import IssueView

ISSUES_PER_BATCH = 500

COLUMNS = (
    Column("id"),
    Column("title"),
    Column("example"),
    Column("keywords", joined_by=", "),
    Column("trend"),
    Column("signal"),
    Column("status"),
    Column("reports", CellKind.INTEGER),
    Column("all_reports", CellKind.INTEGER),
    Column("last_7_days", CellKind.INTEGER),
    *(Column(channel.value, CellKind.INTEGER) for channel in ChannelName),
    Column("first_report", CellKind.MOMENT),
    Column("last_report", CellKind.MOMENT),
    Column("severity", CellKind.NUMBER),
    Column("assignee"),
    Column("due", CellKind.DAY),
    Column("issues", CellKind.INTEGER),
)


def batches(session: Session, service: Service, filters: IssueFilters) -> Iterator[Sequence[tuple[object, ...]]]:
    """Yields the rows of the issues that the filters let through, in their order."""
    found = listed(session, service, filters)
    for begin in range(0, len(found), ISSUES_PER_BATCH):
        yield [_cells(view) for view in views(session, service, found[begin : begin + ISSUES_PER_BATCH], most_quotes=1)]


def _cells(issue: IssueView) -> tuple[object, ...]:
    told = issue.matching or issue
    return (
        issue.id,
        issue.title,
        issue.example or None,
        issue.keywords,
        issue.trend,
        issue.signal.kind if issue.signal else None,
        issue.status,
        told.count,
        issue.count,
        issue.recent,
        *(told.by_channel.get(channel, 0) for channel in ChannelName),
        told.first_seen,
        told.last_seen,
        issue.severity,
        issue.assignee,
        issue.due,
        len(issue.broad.issues) if issue.broad else 1,
    )
