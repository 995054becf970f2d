"""Saved views and periods side by side, over HTTP."""

import datetime as dt
from typing import Annotated

import msgspec
from litestar import delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.staff import authenticate, routes
from feedback.record import access
from feedback.record.models import SavedView
from feedback.record.models.properties import ServiceName
from insights.api.narrowing import NARROWED_ISSUES
from insights.issues.filters import IssueFilters
from insights.issues.listing import comparison, saved_views
from insights.issues.listing.comparison import Against, Comparison
from insights.presentation.schemas import Page


class ViewRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The view that is to be saved: `query` as the address of a list has it, behind the question mark."""

    name: ServiceName
    query: Annotated[str, msgspec.Meta(max_length=5_000)]
    shared: bool = True


class ViewOfList(msgspec.Struct, frozen=True):
    """A saved view; `shared` says whether all who work on the service have it."""

    id: int
    name: str
    query: str
    shared: bool


def _view(saved: SavedView) -> ViewOfList:
    return ViewOfList(saved.id, saved.name, saved.query, saved.person_id is None)


@get("/v1/services/{service:str}/views", sync_to_thread=True)
def list_views(request: AnyRequest, record: GivenRecord, service: FromPath[str]) -> Page[ViewOfList]:
    """List the saved views of a service: those of all, and the asker's own."""
    with record.transaction() as session:
        who = authenticate(session, request)
        found = access.service_for(session, who, service)
        return Page([_view(each) for each in saved_views.visible(session, who, found)])


@post("/v1/services/{service:str}/views", sync_to_thread=True)
def save_view(
    request: AnyRequest, record: GivenRecord, service: FromPath[str], data: JSONBody[ViewRequest]
) -> ViewOfList:
    """Save filters under a name; the view of that name is changed where there is one."""
    with record.transaction() as session:
        who = authenticate(session, request)
        found = access.service_for(session, who, service)
        return _view(saved_views.save(session, who, found, data.name, data.query, shared=data.shared))


@delete("/v1/services/{service:str}/views/{view:int}", sync_to_thread=True)
def delete_view(request: AnyRequest, record: GivenRecord, service: FromPath[str], view: FromPath[int]) -> None:
    """Delete a saved view."""
    with record.transaction() as session:
        who = authenticate(session, request)
        saved_views.delete(session, who, access.service_for(session, who, service), view)


@get("/v1/services/{service:str}/comparison", sync_to_thread=True, dependencies=NARROWED_ISSUES)
def show_comparison(
    request: AnyRequest,
    record: GivenRecord,
    service: FromPath[str],
    filters: NamedDependency[IssueFilters],
    against: FromQuery[Against] = "before",
    before_first_day: FromQuery[dt.date | None] = None,
    before_last_day: FromQuery[dt.date | None] = None,
) -> Comparison:
    """Set a period (four weeks up to today if none is named) beside the one before it, or another.

    `against`: as many days right before (`before`), or the same days 52 weeks earlier (`year`); or name its days.
    """
    with record.transaction() as session:
        found = access.service_for(session, authenticate(session, request), service)
        zone = found.properties.time_zone
        now, before = comparison.ranges(filters, zone, against, before_first_day, before_last_day)
        return comparison.compare(session, found, filters, now, before)


router = routes("staff", list_views, save_view, delete_view, show_comparison)
