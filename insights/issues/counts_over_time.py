"""Counts over time that indexes answer alone: they cost what lies within the time, however long the history is."""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    ColumnExpressionArgument,
    Date,
    DateTime,
    Integer,
    cast,
    column,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from feedback.record.models import Feedback, Service, Statement

Bucket = TypeVar("Bucket")


class TimeSpan(NamedTuple):
    """A time within a service: from `begin` on, and before `end`."""

    service_id: int
    begin: dt.datetime
    end: dt.datetime


def pieces_within(session: Session, spans: Sequence[TimeSpan], *which: ColumnElement[bool]) -> list[int]:
    """Counts the pieces of each span, in one query; `which` may ask for their stage and weight.

    Each span is one run through an index. To sort the pieces into spans takes ten times as long.
    """
    if not spans:
        return []
    moments = ARRAY(DateTime(timezone=True))
    services, begins, ends = zip(*spans, strict=True)
    asked = (
        func.unnest(cast(services, ARRAY(Integer)), cast(begins, moments), cast(ends, moments))
        .table_valued(
            column("service_id", Integer),
            column("begin", DateTime(timezone=True)),
            column("end", DateTime(timezone=True)),
            with_ordinality="place",
        )
        .render_derived()
    )
    within = (Feedback.said_at >= asked.c.begin, Feedback.said_at < asked.c.end, *which)
    pieces = select(func.count(Feedback.said_at)).where(Feedback.service_id == asked.c.service_id, *within)
    query = select(pieces.correlate(asked).scalar_subquery()).select_from(Service)
    query = query.join(asked, asked.c.service_id == Service.id).order_by(asked.c.place)
    return list(session.scalars(query))


def last_days(service: Service, count: int) -> list[dt.date]:
    """Returns the last days as the service's clocks have them, today last."""
    today = dt.datetime.now(ZoneInfo(service.properties.time_zone)).date()
    return [today - dt.timedelta(days=back) for back in range(count - 1, -1, -1)]


def day_spans(service: Service, days: Iterable[dt.date]) -> list[TimeSpan]:
    """Returns the spans of days as the service's clocks have them."""
    zone, night, day = ZoneInfo(service.properties.time_zone), dt.time(), dt.timedelta(days=1)
    return [
        TimeSpan(service.id, dt.datetime.combine(each, night, zone), dt.datetime.combine(each + day, night, zone))
        for each in days
    ]


def day_said(service: Service) -> ColumnElement[dt.date]:
    """Returns, for a query, the day on which a statement was made by the service's clocks."""
    return cast(func.timezone(service.properties.time_zone, Statement.said_at), Date)


def reports_by(
    session: Session,
    bucket: ColumnElement[Bucket],
    services: Collection[int],
    begin: dt.datetime,
    *which: ColumnExpressionArgument[bool],
) -> dict[uuid.UUID, dict[Bucket, int]]:
    """Counts the reports of issues since a moment, by what `bucket` makes of the time of a statement.

    `services` are those that the issues are of; `which` statements are read. A piece counts once in each bucket, and
    not at all where it has no weight.
    """
    weightless = select(Feedback.id).where(
        Feedback.id == Statement.feedback_id,
        Feedback.weight == 0,
        Feedback.service_id.in_(services),
        Feedback.said_at >= begin,
    )
    pieces = (
        select(Statement.issue_id, Statement.feedback_id, bucket.label("bucket"))
        .where(Statement.issue_id.is_not(None), Statement.said_at >= begin, *which, ~weightless.exists())
        .distinct()
        .subquery()
    )
    counted = select(pieces.c.issue_id, pieces.c.bucket, func.count().label("reports"))
    each = counted.group_by(pieces.c.issue_id, pieces.c.bucket).subquery()
    of_issue = select(each.c.issue_id, func.array_agg(each.c.bucket), func.array_agg(each.c.reports))
    rows = session.execute(of_issue.group_by(each.c.issue_id))  # fewer rows by far: each takes longer than a count
    return {issue_id: dict(zip(buckets, reports, strict=True)) for issue_id, buckets, reports in rows}


def daily_reports(
    session: Session,
    service: Service,
    days: Sequence[dt.date],
    issue_ids: Collection[uuid.UUID],
    *which: ColumnExpressionArgument[bool],
) -> dict[uuid.UUID, list[int]]:
    """Counts the reports of each issue on days that follow one another, by the service's clocks; none is left out."""
    first, last = day_spans(service, (days[0], days[-1]))
    mine = (Statement.issue_id.in_(issue_ids), Statement.said_at < last.end, *which)
    counts = reports_by(session, day_said(service), [service.id], first.begin, *mine)
    by_day = {issue_id: counts.get(issue_id, {}) for issue_id in issue_ids}
    return {issue_id: [its.get(day, 0) for day in days] for issue_id, its in by_day.items()}
