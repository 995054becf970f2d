"""The page of a service's settings, and the one that makes a service."""

import asyncio
from collections.abc import Mapping
from urllib.parse import quote

from litestar import Response, get, post
from litestar.params import FromPath
from sqlalchemy.orm import Session

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.forms import form_values, read_form
from feedback.http.staff import authenticate
from feedback.i18n import N_, TranslatedLabels
from feedback.record import access, services
from feedback.record.access import Principal, Role
from feedback.record.db import Record
from feedback.record.errors import Conflict, FeedbackError, Malformed
from feedback.record.models import Service
from feedback.web.setup import service_fields
from feedback.web.setup.service_fields import FormEntries
from insights.alerts.rules import tolerance_trials
from insights.pages.forms import PageOrRedirect, complaint, submit
from insights.pages.layout import saved, show


@get("/dashboard/{service:str}/settings", sync_to_thread=True)
def settings_page(request: AnyRequest, record: GivenRecord, service: FromPath[str]) -> Response[str]:
    """Shows what is set about a service, each with its help."""
    with record.transaction() as session:
        who, found = _owned(session, request, service)
        return _page(session, who, found, service_fields.stored_entries(found), {})


@post("/dashboard/{service:str}/settings", status_code=200)
async def save_settings(request: AnyRequest, record: GivenRecord, service: FromPath[str]) -> PageOrRedirect:
    """Sets it, or shows the form again with what is wrong beside each field."""
    entries = service_fields.typed_entries(await read_form(request), service_fields.FIELDS.values())
    return await asyncio.to_thread(_save, request, record, service, entries)


def _save(request: AnyRequest, record: Record, slug: str, entries: FormEntries) -> PageOrRedirect:
    changes, errors = service_fields.read(entries)

    def save(session: Session, who: Principal) -> PageOrRedirect:
        found = access.service_for(session, who, slug, Role.owner)
        if errors:
            return _page(session, who, found, entries, errors)
        wanted = service_fields.differing(changes, entries, service_fields.stored_entries(found))
        services.change(session, found, wanted, by=who.caller, may_share=who.may(Role.admin, None))
        return saved(f"/dashboard/{quote(slug)}/settings", "saved")

    def show_again(session: Session, who: Principal, error: FeedbackError) -> Response[str]:
        found = access.service_for(session, who, slug)
        return _page(session, who, found, entries, service_fields.complaint(error))

    return submit(request, record, save, show_again, told=(Malformed, Conflict))


def _owned(session: Session, request: AnyRequest, slug: str) -> tuple[Principal, Service]:
    who = authenticate(session, request)
    return who, access.service_for(session, who, slug, Role.owner)


def _page(
    session: Session, who: Principal, service: Service, values: FormEntries, errors: dict[str, str]
) -> Response[str]:
    tried = [one for one in tolerance_trials.kept(session, service) if one.tolerance == service.properties.tolerance]
    return show(
        who,
        "setup/settings.html",
        400 if errors else 200,
        service=service,
        groups=service_fields.FIELDSETS,
        values=values,
        errors=errors,
        trial=next(iter(tolerance_trials.judged(session, tried)), None),
    )


@get("/setup/service", sync_to_thread=True)
def new_service_form(request: AnyRequest, record: GivenRecord) -> Response[str]:
    """Shows the form that makes a service."""
    with record.transaction() as session:
        who = access.require(authenticate(session, request), Role.admin)
        return _new_page(who, {"name": "", "slug": ""}, {})


@post("/setup/service", status_code=200)
async def make_service(request: AnyRequest, record: GivenRecord) -> PageOrRedirect:
    """Makes a service and goes on to its settings; without an address of its own it gets one from its name."""
    values = {"name": "", "slug": ""} | await form_values(request)
    return await asyncio.to_thread(_make, request, record, values)


def _make(request: AnyRequest, record: Record, values: dict[str, str]) -> PageOrRedirect:
    def make(session: Session, who: Principal) -> PageOrRedirect:
        access.require(who, Role.admin)
        made = services.make(session, values["name"], values["slug"], by=who.caller)
        return saved(f"/dashboard/{made.slug}/settings", "service_made")

    def show_again(session: Session, who: Principal, error: FeedbackError) -> Response[str]:
        return _new_page(who, values, complaint(error, NEW_COMPLAINTS, "slug"))

    return submit(request, record, make, show_again, told=(Malformed, Conflict))


NEW_COMPLAINTS: Mapping[str, str] = TranslatedLabels(
    {
        "name": N_("Enter a name of one line, in 200 characters or fewer"),
        "slug": N_("Enter small letters, figures and hyphens, which no other service has"),
    }
)


def _new_page(who: Principal, values: dict[str, str], errors: dict[str, str]) -> Response[str]:
    return show(who, "setup/new_service.html", 400 if errors else 200, values=values, errors=errors)


handlers = (settings_page, save_settings, new_service_form, make_service)
