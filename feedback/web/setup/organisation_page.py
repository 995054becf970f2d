"""The first steps of an installation: who runs it, and how far its set-up is."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from litestar import Response, get, post
from litestar.params import FromQuery
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.forms import read_form
from feedback.http.staff import authenticate
from feedback.i18n import N_, _, formats
from feedback.record import access, services
from feedback.record.access import Principal, Role
from feedback.record.db import Record
from feedback.record.errors import FeedbackError, Malformed
from feedback.record.limits import convert
from feedback.record.models import Feedback, Issue, OrganisationFacts, Service, Upload
from feedback.record.states import ChannelName, UploadStage
from feedback.web.setup.service_fields import (
    FIELDS,
    NAME_IN,
    NAMES_IN_LANGUAGES,
    FormEntries,
    SettingField,
    gathered,
    typed_entries,
)
from insights.pages.forms import PageOrRedirect, submit
from insights.pages.layout import saved, show

ORGANISATION_FIELDS = (
    SettingField(
        "name",
        N_("Name of your organisation"),
        N_("At the foot of citizens’ pages."),
        N_("Enter a name of one line, in 200 characters or fewer"),
    ),
    *NAMES_IN_LANGUAGES,
    SettingField(
        "privacy_contact",
        N_("Privacy contact (optional)"),
        N_("An address or a page for questions about privacy. Citizens’ pages show it."),
        N_("Enter one line, in 200 characters or fewer"),
    ),
    SettingField(
        "privacy_notice",
        N_("Privacy notice (optional)"),
        N_("The address of a page. Citizens’ pages link to it."),
        N_("Enter the address of a page, as https://www.example.gov.uk/privacy"),
    ),
    SettingField(
        "accessibility_statement",
        N_("Accessibility statement (optional)"),
        N_("The address of a page. Citizens’ pages link to it."),
        N_("Enter the address of a page, as https://www.example.gov.uk/accessibility"),
    ),
    FIELDS["languages"],
    FIELDS["colour"],
)


@dataclass(frozen=True, slots=True)
class SetupStep:
    """One step: where it is done, whether it is done already, and in words how far it is."""

    name: str
    path: str
    is_done: bool
    says: str


@get("/setup", sync_to_thread=True)
def setup_page(request: AnyRequest, record: GivenRecord, service: FromQuery[str] = "") -> Response[str]:
    """Shows the steps of the set-up and how far each is. Any can be left and taken up again, in any order."""
    with record.transaction() as session:
        who = access.require(authenticate(session, request), Role.admin)
        all_services = session.scalars(select(Service).order_by(Service.id)).all()
        chosen = next((one for one in all_services if one.slug == service), next(iter(all_services), None))
        steps = _steps(session, chosen)
        left = next((step for step in steps if not step.is_done), None)
        return show(who, "setup/steps.html", steps=steps, left=left, services=all_services, chosen=chosen)


def _steps(session: Session, service: Service | None) -> Sequence[SetupStep]:
    name = services.organisation(session).name
    return [
        SetupStep(
            _("Your organisation"), "/setup/organisation", bool(name), name or _("Its name, languages and colour.")
        ),
        SetupStep(
            _("Your first service"),
            f"{_at(service)}/settings" if service else "/setup/service",
            service is not None,
            service.display_name if service else _("What people give feedback about."),
        ),
        *(_steps_of(session, service) if service else ()),
    ]


def _at(service: Service) -> str:
    return f"/dashboard/{quote(service.slug)}"


def _steps_of(session: Session, service: Service) -> Sequence[SetupStep]:
    received = _count(session, Feedback, service, Feedback.channel != ChannelName.IMPORT)
    brought = _count(session, Upload, service, Upload.stage == UploadStage.DONE)
    imported = _count(session, Feedback, service, Feedback.channel == ChannelName.IMPORT)
    found = _count(session, Issue, service)
    return [
        SetupStep(
            _("How people reach it"),
            f"{_at(service)}/reach",
            bool(received),
            _("%(count)s received so far.", count=formats.number(received))
            if received
            else _("A form, a poster, a widget, texts, calls and mail."),
        ),
        SetupStep(
            _("Upload what you have"),
            f"{_at(service)}/bring",
            bool(brought or imported),
            _brought(brought, imported),
        ),
        SetupStep(
            _("First findings"),
            _at(service),
            bool(found),
            _("%(count)s issues so far.", count=formats.number(found))
            if found
            else _("They show as soon as there is feedback."),
        ),
    ]


def _brought(files: int, pieces: int) -> str:
    """Files are brought in the browser; of what an operator imports by a command, its pieces alone are known."""
    if files:
        return _("%(count)s taken from files so far.", count=formats.number(files))
    if pieces:
        return _("Pieces imported so far: %(count)s.", count=formats.number(pieces))
    return _("A spreadsheet of comments teaches what is normal.")


def _count(session: Session, model: type[Feedback | Upload | Issue], service: Service, *more: object) -> int:
    mine = select(func.count()).select_from(model).where(model.service_id == service.id, *more)  # type: ignore[arg-type]
    return session.scalar(mine) or 0


@get("/setup/organisation", sync_to_thread=True)
def organisation_page(request: AnyRequest, record: GivenRecord) -> Response[str]:
    """Shows who runs the installation."""
    with record.transaction() as session:
        who = access.require(authenticate(session, request), Role.admin)
        facts = services.organisation(session)
        values = {one.name: _stored(facts, one.name) for one in ORGANISATION_FIELDS}
        return _page(who, values, {})


@post("/setup/organisation", status_code=200)
async def save_organisation(request: AnyRequest, record: GivenRecord) -> PageOrRedirect:
    """Says who runs the installation, or shows the form again with what is wrong beside each field."""
    entries = typed_entries(await read_form(request), ORGANISATION_FIELDS)
    return await asyncio.to_thread(_save, request, record, entries)


def _save(request: AnyRequest, record: Record, entries: FormEntries) -> PageOrRedirect:
    errors = _errors(entries)

    def save(session: Session, who: Principal) -> PageOrRedirect:
        access.require(who, Role.admin)
        if errors:
            return _page(who, entries, errors)
        services.set_organisation(session, convert(gathered(entries), OrganisationFacts), by=who.caller)
        return saved("/setup", "saved")

    def show_again(session: Session, who: Principal, error: FeedbackError) -> Response[str]:
        return _page(who, entries, {"name": str(error)})

    return submit(request, record, save, show_again)


def _errors(entries: FormEntries) -> dict[str, str]:
    return {
        one.name: _(one.complaint)
        for one in ORGANISATION_FIELDS
        if not _fits(one.name, entries[one.name]) or (one.name == "name" and not entries["name"])
    }


def _stored(facts: OrganisationFacts, field: str) -> object:
    return facts.names.get(field.removeprefix(NAME_IN), "") if field.startswith(NAME_IN) else getattr(facts, field)


def _fits(name: str, value: str | list[str]) -> bool:
    try:
        convert(gathered({name: value}), OrganisationFacts)
    except Malformed:
        return False
    return True


def _page(who: Principal, values: Mapping[str, object], errors: dict[str, str]) -> Response[str]:
    status = 400 if errors else 200
    return show(who, "setup/organisation.html", status, fields=ORGANISATION_FIELDS, values=values, errors=errors)


handlers = (setup_page, organisation_page, save_organisation)
