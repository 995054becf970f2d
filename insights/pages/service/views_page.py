"""Saving the filters of a list under a name, and deleting what was saved."""

import asyncio

from litestar import Response, post
from litestar.params import FromPath
from sqlalchemy.orm import Session

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.forms import form_values
from feedback.i18n import _
from feedback.record import access
from feedback.record.access import Principal
from feedback.record.errors import Conflict, FeedbackError, Malformed
from feedback.record.limits import convert
from feedback.record.models.properties import ServiceName
from insights.issues.listing import saved_views
from insights.pages.forms import PageOrRedirect, submit
from insights.pages.layout import saved
from insights.pages.service import address
from insights.pages.service.service_page import page_of

PLACE = "views"


@post("/dashboard/{service:str}/views", status_code=200)
async def save_view(request: AnyRequest, record: GivenRecord, service: FromPath[str]) -> PageOrRedirect:
    """Saves the filters of the list under a name, for oneself or for all who work on the service."""
    values = await form_values(request)
    chosen = address.of_form(values)

    def save(session: Session, who: Principal) -> PageOrRedirect:
        found = access.service_for(session, who, service)
        name = convert({"name": values.get("name", "")}, dict[str, ServiceName])["name"]
        saved_views.save(session, who, found, name, chosen.query, shared=values.get("shared") == "yes")
        return saved(chosen.page_of(service), "view_saved", PLACE)

    def show_again(session: Session, who: Principal, error: FeedbackError) -> Response[str]:
        full, nameless = _("There are too many saved views; delete one first."), _("Write a name for the view.")
        errors = {"name": full if isinstance(error, Conflict) else nameless}
        return page_of(session, who, access.service_for(session, who, service), chosen, values=values, errors=errors)

    return await asyncio.to_thread(submit, request, record, save, show_again, (Malformed, Conflict))


@post("/dashboard/{service:str}/views/delete", status_code=200)
async def delete_view(request: AnyRequest, record: GivenRecord, service: FromPath[str]) -> PageOrRedirect:
    """Deletes a saved view."""
    values = await form_values(request)

    def delete(session: Session, who: Principal) -> PageOrRedirect:
        found = access.service_for(session, who, service)
        saved_views.delete(session, who, found, convert(values.get("view_id", ""), int, strict=False))
        return saved(address.of_form(values).page_of(service), "view_deleted", PLACE)

    def show_again(session: Session, who: Principal, error: FeedbackError) -> Response[str]:
        return page_of(session, who, access.service_for(session, who, service), address.of_form(values))

    return await asyncio.to_thread(submit, request, record, delete, show_again)
