"""Services: their properties, how they do at a glance, and their audit, over HTTP."""

from operator import attrgetter
from typing import Any

import msgspec
from litestar import get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody
from sqlalchemy import select

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.paging import Cursor, Limit, further, unpack
from feedback.http.staff import authenticate, routes
from feedback.record import access, services
from feedback.record.access import Role
from feedback.record.models import AuditEntry, Service
from feedback.record.models.properties import ServiceName
from insights.issues.queries import services as reading
from insights.presentation.schemas import Page
from insights.presentation.service_schemas import AuditView, ServiceView, Summary


class NewService(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A service to be made: its name, and what stands for it in every address; left out, that is made of the name."""

    name: ServiceName
    slug: str = ""


@post("/v1/services", sync_to_thread=True)
def make_service(request: AnyRequest, record: GivenRecord, data: JSONBody[NewService]) -> ServiceView:
    """Make a service. A slug that another has is refused (409)."""
    with record.transaction() as session:
        who = access.require(authenticate(session, request), Role.admin)
        return reading.service_view(services.make(session, data.name, data.slug, by=who.caller))


@get("/v1/services", sync_to_thread=True)
def list_services(
    request: AnyRequest, record: GivenRecord, limit: Limit = 50, cursor: Cursor = None
) -> Page[ServiceView]:
    """List the services that the key may see, by slug."""
    with record.transaction() as session:
        who = authenticate(session, request)
        mine = select(Service).order_by(Service.slug).limit(limit)
        if who.services is not None:
            mine = mine.where(Service.id.in_(who.services))
        if cursor:
            mine = mine.where(Service.slug > unpack(cursor, str))
        items = [reading.service_view(service) for service in session.scalars(mine)]
    return Page(items, further(items, limit, attrgetter("slug")))


@patch("/v1/services/{service:str}", sync_to_thread=True)
def set_service(
    request: AnyRequest, record: GivenRecord, service: FromPath[str], data: JSONBody[dict[str, Any]]
) -> ServiceView:
    """Set a service's name and properties; null brings a default back. What another service has is refused (409)."""
    with record.transaction() as session:
        who = authenticate(session, request)
        found = access.service_for(session, who, service, Role.owner)
        services.change(session, found, data, by=who.caller, may_share=who.may(Role.admin, None))
        return reading.service_view(found)


@get("/v1/services/{service:str}/summary", sync_to_thread=True)
def show_summary(request: AnyRequest, record: GivenRecord, service: FromPath[str]) -> Summary:
    """Show a service at a glance; `waiting` says how many pieces have not reached an end state."""
    with record.transaction() as session:
        return reading.summary(session, access.service_for(session, authenticate(session, request), service))


@get("/v1/services/{service:str}/audit", sync_to_thread=True)
def show_audit(
    request: AnyRequest,
    record: GivenRecord,
    service: FromPath[str],
    limit: Limit = 50,
    cursor: Cursor = None,
    subject: FromQuery[str | None] = None,
) -> Page[AuditView]:
    """List who saw or changed what; the latest first."""
    with record.transaction() as session:
        found = access.service_for(session, authenticate(session, request), service, Role.owner)
        about = (AuditEntry.service_id == found.id, *([AuditEntry.subject == subject] if subject else []))
        items = reading.audit(session, limit, unpack(cursor, int), *about)
    return Page(items, further(items, limit))


router = routes("staff", make_service, list_services, set_service, show_summary, show_audit)
