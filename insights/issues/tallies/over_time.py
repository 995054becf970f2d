"""The reports of issues by time: from the days that are kept of large issues, and of all others from an index.

Days are kept by UTC. Wherever a time that is asked for begins or ends within one, what lies between that and midnight
is counted: in London nothing in winter, and one hour of each day in summer.
"""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from sqlalchemy import DateTime, Uuid, cast, column, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from feedback.record.models import Feedback, IssueDayTally, IssueTally, Service, Statement
from insights.issues.counts_over_time import day_spans, reports_by
from insights.issues.tallies.counting import changed, is_one_of

ENTRIES_A_SPAN = 25
"""Entries of an index that are read while one more span of an issue is looked up."""

MOMENT, DAY = DateTime(timezone=True), dt.timedelta(days=1)

DayReports = dict[dt.datetime, int]
"""The reports of days (UTC), each by its first moment."""


class IssueSpan(NamedTuple):
    """A time within an issue: from `begin` on, and before `end`."""

    issue_id: uuid.UUID
    begin: dt.datetime
    end: dt.datetime


def daily(
    session: Session, service: Service, days: Sequence[dt.date], issue_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, list[int]]:
    """Counts the reports of each issue on days that follow one another, by the service's clocks; none is left out."""
    spans = day_spans(service, days)
    return between(session, service, [spans[0].begin, *(span.end for span in spans)], issue_ids)


def between(
    session: Session, service: Service, edges: Sequence[dt.datetime], issue_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, list[int]]:
    """Counts the reports of each issue from each of these moments to the next; a piece counts once in each time."""
    kept = _of_large(session, service, edges, issue_ids)
    mine = (is_one_of(Statement.issue_id, set(issue_ids) - kept.keys()), Statement.said_at < edges[-1])
    place = func.width_bucket(Statement.said_at, cast(list(edges), ARRAY(MOMENT)))
    counts = reports_by(session, place, [service.id], edges[0], *mine)
    of_others = {it: counts.get(it, {}) for it in issue_ids if it not in kept}
    return kept | {it: [its.get(at, 0) for at in range(1, len(edges))] for it, its in of_others.items()}


def _of_large(
    session: Session, service: Service, edges: Sequence[dt.datetime], issue_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, list[int]]:
    """Those of which enough was said for their days to tell it sooner."""
    nights = [_night(edge) for edge in edges]
    apart = {(min(pair), max(pair)) for pair in zip(edges, nights, strict=True) if pair[0] != pair[1]}
    anew = changed(session, issue_ids)
    kept = _days(session, set(issue_ids) - anew.whole, nights[0], nights[-1])
    days = {it: its for it, its in kept.items() if sum(its.values()) >= ENTRIES_A_SPAN * len(apart)}
    noted = [(it, _first(day)) for it, day in anew.days if it in days]
    again = [IssueSpan(it, night, night + DAY) for it, night in noted if nights[0] <= night < nights[-1]]
    counts = _within(session, service, [*again, *(IssueSpan(it, *pair) for it in days for pair in apart)])
    for span in again:
        days[span.issue_id][span.begin] = counts[span]
    return {it: _between(it, its, edges, counts) for it, its in days.items()}


def _between(
    issue_id: uuid.UUID, days: DayReports, edges: Sequence[dt.datetime], counts: Mapping[IssueSpan, int]
) -> list[int]:
    """What was said on the days from night to night, with what lies between each edge and its night."""
    found = []
    for begin, end in pairwise(edges):
        night, last = _night(begin), _night(end)
        whole = sum(days.get(night + after * DAY, 0) for after in range((last - night).days))
        sooner = counts.get(IssueSpan(issue_id, begin, night), 0) - counts.get(IssueSpan(issue_id, night, begin), 0)
        later = counts.get(IssueSpan(issue_id, last, end), 0) - counts.get(IssueSpan(issue_id, end, last), 0)
        found.append(sooner + whole + later)
    return found


def _days(
    session: Session, issue_ids: Collection[uuid.UUID], begin: dt.datetime, end: dt.datetime
) -> dict[uuid.UUID, DayReports]:
    """What is kept of each issue that is kept by day, even where nothing was said."""
    by_day = select(IssueTally.issue_id).where(is_one_of(IssueTally.issue_id, issue_ids), IssueTally.by_day)
    found: dict[uuid.UUID, DayReports] = {issue_id: defaultdict(int) for issue_id in session.scalars(by_day.distinct())}
    within = (IssueDayTally.day >= begin.date(), IssueDayTally.day < end.date())
    each = select(IssueDayTally.issue_id, IssueDayTally.day, func.sum(IssueDayTally.reports).label("reports"))
    each = each.where(is_one_of(IssueDayTally.issue_id, found), *within)
    of_day = each.group_by(IssueDayTally.issue_id, IssueDayTally.day).subquery()
    of_issue = select(of_day.c.issue_id, func.array_agg(of_day.c.day), func.array_agg(of_day.c.reports))
    for issue_id, days, reports in session.execute(of_issue.group_by(of_day.c.issue_id)) if found else ():
        found[issue_id] |= dict(zip(map(_first, days), reports, strict=True))
    return found


def _within(session: Session, service: Service, spans: Iterable[IssueSpan]) -> dict[IssueSpan, int]:
    """Counts the reports of each span, each by one run through an index."""
    asked = list(spans)
    if not asked:
        return {}
    ids, begins, ends = (list(each) for each in zip(*asked, strict=True))
    named = (
        func.unnest(cast(ids, ARRAY(Uuid)), cast(begins, ARRAY(MOMENT)), cast(ends, ARRAY(MOMENT)))
        .table_valued(column("issue_id", Uuid), column("begin", MOMENT), column("end", MOMENT), with_ordinality="place")
        .render_derived(name="spans")
    )
    weightless = select(Feedback.id).where(
        Feedback.id == Statement.feedback_id,
        Feedback.weight == 0,
        Feedback.service_id == service.id,
        Feedback.said_at == Statement.said_at,
    )
    said = (Statement.issue_id == named.c.issue_id, Statement.said_at >= named.c.begin, Statement.said_at < named.c.end)
    reports = select(func.count(Statement.feedback_id.distinct())).where(*said, ~weightless.exists())
    query = select(reports.correlate(named).scalar_subquery()).select_from(named).order_by(named.c.place)
    return dict(zip(asked, session.scalars(query), strict=True))


def _first(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), dt.UTC)


def _night(moment: dt.datetime) -> dt.datetime:
    """The midnight of UTC that is nearest to an edge."""
    return _first((moment.astimezone(dt.UTC) + DAY / 2).date())
