"""Issues, over HTTP: listed, and one from near."""

import uuid
from typing import Annotated, TypeVar

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.paging import Cursor, Limit, further, pack, unpack
from feedback.http.staff import authenticate, routes
from feedback.record import access
from feedback.record.models import Service
from feedback.record.states import SignalTier
from insights.api.narrowing import NARROWED_ISSUES
from insights.issues.filters import IssueFilters
from insights.issues.listing import listed, rows
from insights.issues.listing.rows import ListedIssue
from insights.issues.queries import issue_detail, issues
from insights.presentation.schemas import (
    IssueEventView,
    IssueView,
    Page,
    StatementView,
    TrendPoint,
)

Listed = TypeVar("Listed", ListedIssue, IssueView)


@get("/v1/services/{service:str}/issues", sync_to_thread=True, dependencies=NARROWED_ISSUES)
def list_issues(
    request: AnyRequest,
    record: GivenRecord,
    service: FromPath[str],
    filters: NamedDependency[IssueFilters],
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[IssueView]:
    """List the issues of a service, the largest first unless another order is asked for (`sort`, `up`).

    Groups of praise and of filler are listed by their `tone`. Where pieces are narrowed down, those issues alone are
    listed that hold one like this; `matching` says how many. `overdue`: those that were to be done by a day that is
    over, or all others. `breadth`: issue by issue (`fine`), or those of one broad subject as one (`broad`).
    """
    with record.transaction() as session:
        found = access.service_for(session, authenticate(session, request), service)
        page, further_on = _page(listed.listed(session, found, filters), limit, cursor)
        return Page(rows.views(session, found, page), further_on)


@get("/v1/services/{service:str}/emerging", sync_to_thread=True)
def list_emerging(
    request: AnyRequest,
    record: GivenRecord,
    service: FromPath[str],
    limit: Limit = 50,
    cursor: Cursor = None,
    tier: FromQuery[SignalTier] = SignalTier.SIGNAL,
) -> Page[IssueView]:
    """List the issues that have just started or grown beyond chance, each with its signal; or what is only watched, or
    praised more than it was."""
    with record.transaction() as session:
        found = access.service_for(session, authenticate(session, request), service)
        return Page(*_page(issues.emerging(session, found, tier), limit, cursor))


def _page(found: list[Listed], limit: int, cursor: str | None) -> tuple[list[Listed], str | None]:
    """The issues of a service are few, but their order changes under the reader: the cursor is the last one's place."""
    after = unpack(cursor, tuple[int, uuid.UUID])
    start = 0
    if after:
        places = {view.id: place for place, view in enumerate(found)}
        start = places[after[1]] + 1 if after[1] in places else min(after[0], len(found))
    page = found[start : start + limit]
    more = start + limit < len(found)
    return page, pack((start + limit, page[-1].id)) if more else None


@get("/v1/issues/{issue:uuid}", sync_to_thread=True)
def show_issue(request: AnyRequest, record: GivenRecord, issue: FromPath[uuid.UUID]) -> IssueView:
    """Show one issue."""
    with record.transaction() as session:
        return issues.view(session, access.issue_for(session, authenticate(session, request), issue))


@get("/v1/issues/{issue:uuid}/statements", sync_to_thread=True)
def list_statements(
    request: AnyRequest, record: GivenRecord, issue: FromPath[uuid.UUID], limit: Limit = 50, cursor: Cursor = None
) -> Page[StatementView]:
    """List what people said in an issue, redacted."""
    with record.transaction() as session:
        found = access.issue_for(session, authenticate(session, request), issue)
        items = issue_detail.statements_page(session, found, limit, unpack(cursor, int))
    return Page(items, further(items, limit))


@get("/v1/issues/{issue:uuid}/trend", sync_to_thread=True)
def show_trend(
    request: AnyRequest,
    record: GivenRecord,
    issue: FromPath[uuid.UUID],
    days: Annotated[int, QueryParameter(ge=1, le=730)] = 56,
) -> Page[TrendPoint]:
    """Show the issue's reports day by day, beside all of the service's and what was to be expected."""
    with record.transaction() as session:
        found = access.issue_for(session, authenticate(session, request), issue)
        service = session.get_one(Service, found.service_id)
        return Page(issue_detail.trend(session, service, found, days))


@get("/v1/issues/{issue:uuid}/history", sync_to_thread=True)
def show_history(
    request: AnyRequest, record: GivenRecord, issue: FromPath[uuid.UUID], limit: Limit = 50, cursor: Cursor = None
) -> Page[IssueEventView]:
    """List what happened to an issue, by whom and why; the latest first."""
    with record.transaction() as session:
        found = access.issue_for(session, authenticate(session, request), issue)
        items = issue_detail.history(session, found, limit, unpack(cursor, int))
    return Page(items, further(items, limit))


router = routes("staff", list_issues, list_emerging, show_issue, list_statements, show_trend, show_history)
