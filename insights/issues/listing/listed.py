"""The issues of a service, narrowed down and in the order that somebody wants."""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, not_, select
from sqlalchemy.orm import Session

from feedback.i18n.titles import shown as shown_title
from feedback.record.models import Issue, Service, Signal
from feedback.record.states import IssueStatus, Trend
from insights.issues.decisions.lifecycle import is_overdue
from insights.issues.filters import IssueFilters
from insights.issues.listing.matching import EVERYTHING, matching, recent
from insights.issues.listing.rows import ListedIssue, together
from insights.issues.queries.issues import living
from insights.issues.queries.signals import shown
from insights.issues.tallies import Tally, tallies

ALL_ISSUES = IssueFilters()

_TRENDS = {trend: place for place, trend in enumerate(reversed(Trend))}
_STATUSES = {status: place for place, status in enumerate(IssueStatus)}


def listed(session: Session, service: Service, filters: IssueFilters = ALL_ISSUES) -> list[ListedIssue]:
    """Lists the issues of a service that hold something or stand out by a signal, in the order that is wanted.

    Where pieces are narrowed down, those issues alone that hold one of them. Read broad, those of one broad subject are
    one row.
    """
    found = let_through(session, service, filters)
    narrowed = filters.pieces() != EVERYTHING
    if narrowed:
        told, kept = matching(session, service, filters.pieces(), found), set[uuid.UUID]()
    else:
        standing = select(Signal.issue_id).where(Signal.service_id == service.id, *shown())
        told, kept = tallies(session, found), set(session.scalars(standing))
    lately = recent(session, service, found.keys(), dt.datetime.now(dt.UTC)) if filters.sort == "recent" else {}
    rows = [
        ListedIssue(found[it], told.get(it, Tally()), lately.get(it, 0), narrowed)
        for it in found.keys() & (told.keys() | kept)
    ]
    return _in_order(together(rows) if filters.breadth == "broad" else rows, filters)


def let_through(session: Session, service: Service, filters: IssueFilters) -> dict[uuid.UUID, Issue]:
    """Returns the issues of a service that are as the filters want issues, by their ids, whatever they hold."""
    wanted = select(Issue).where(*living(service), *_where(service, filters))
    return {issue.id: issue for issue in session.scalars(wanted)}


def _where(service: Service, filters: IssueFilters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Issue.tone == filters.tone]
    found += [Issue.trend.in_(filters.trend)] if filters.trend else []
    found += [Issue.status.in_(filters.status)] if filters.status else []
    found += [Issue.assignee == filters.assignee] if filters.assignee else []
    found += [Issue.assignee.is_(None)] if filters.unassigned else []
    if filters.overdue is not None:
        found.append(is_overdue(service) if filters.overdue else not_(is_overdue(service)))
    return found


SortValue = Callable[[ListedIssue], Any]

SORT_VALUES: Mapping[str, SortValue] = {
    "title": lambda row: shown_title(row.issue).text.casefold(),
    "reports": lambda row: row.told.count,
    "recent": lambda row: row.recent,
    "trend": lambda row: _TRENDS.get(row.trend),
    "status": lambda row: _STATUSES.get(row.issue.status),
    "channel": lambda row: max(row.told.by_channel, key=lambda name: (row.told.by_channel[name], name), default=None),
    "first": lambda row: row.told.first_seen,
    "last": lambda row: row.told.last_seen,
    "assignee": lambda row: row.issue.assignee.casefold() if row.issue.assignee else None,
    "due": lambda row: row.issue.due,
}
"""What a list is sorted by. Whatever an issue has none of comes last, either way round."""


def _in_order(rows: Sequence[ListedIssue], filters: IssueFilters) -> list[ListedIssue]:
    """Equals are the most reported first, and then by their ids, so that pages of a list hold together."""
    of = SORT_VALUES[filters.sort]
    steady = sorted(rows, key=lambda row: (-row.told.count, str(row.id)))
    told = [row for row in steady if of(row) is not None]
    return sorted(told, key=of, reverse=not filters.ascending) + [row for row in steady if of(row) is None]
