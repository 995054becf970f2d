"""Services: their properties, how they do at a glance, and their audit, over HTTP."""

from operator import attrgetter
from typing import Any

from litestar import get, patch
from litestar.params import FromPath, FromQuery, JSONBody
from sqlalchemy import select

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.paging import Cursor, Limit, further, unpack
from feedback.http.staff import authenticate, routes
from feedback.record import access, services
from feedback.record.access import Role
from feedback.record.models import AuditEntry, Service
from insights.issues.queries import services as reading
from insights.presentation.schemas import AuditView, Page, ServiceView, Summary


@get("/v1/services", sync_to_thread=True)
def list_services(
    request: AnyRequest, record: GivenRecord, limit: Limit = 50, cursor: Cursor = None
) -> Page[ServiceView]:
    """List the services that the key may see, by slug."""
    with record.transaction() as session:
        who = authenticate(session, request)
        mine = select(Service).order_by(Service.slug).limit(limit)
        if who.service_id is not None:
            mine = mine.where(Service.id == who.service_id)
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
        services.set_properties(found, data, may_share=who.role == Role.admin)
        entry = AuditEntry(service_id=found.id, by=who.caller, act="service set", subject=f"service:{found.slug}")
        entry.details = dict(data)
        session.add(entry)
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
        items = reading.audit(session, found, limit, unpack(cursor, int), subject)
    return Page(items, further(items, limit))


router = routes("staff", list_services, set_service, show_summary, show_audit)
