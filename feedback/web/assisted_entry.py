"""Paper and counter: staff enter what somebody said or wrote, on the dashboard, and hand the receipt over."""

import asyncio
import datetime as dt
import hmac
import secrets
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from litestar import Response, Router, get, post
from litestar.params import FromPath
from markupsafe import Markup
from sqlalchemy.orm import Session

from feedback.http.dependencies import AnyRequest, GivenRecord, WorkQueueDependency
from feedback.http.forms import form_values
from feedback.http.staff import authenticate
from feedback.i18n import N_, TranslatedLabels, speaking
from feedback.record import access
from feedback.record.access import Principal, Role
from feedback.record.db import Record
from feedback.record.errors import FeedbackError, Malformed
from feedback.record.limits import EARLIEST
from feedback.record.models import AuditEntry, Service
from feedback.record.privacy import contacts
from feedback.record.states import ChannelName
from feedback.record.work.queue import WorkQueue
from ingest.intake.accept import Accepted, accept
from ingest.intake.arrival import ANONYMOUS_BODY_LIMIT, MESSAGE_LIMIT, Arrival
from ingest.pages import layout
from ingest.pages.negotiation import offered
from insights.pages.layout import failure_page, show

WAYS: Mapping[str, str] = TranslatedLabels(
    {"paper": N_("On paper"), "counter": N_("At the counter"), "telephone": N_("By telephone")}
)
OFFICE_LIMIT = 200
COMPLAINTS: Mapping[str, str] = TranslatedLabels(
    {
        "message": N_("Enter what was said, in %(most)s characters or fewer"),
        "on": N_("The day must be a date up to today, like 2026-03-31"),
        "office": N_("The office must have %(most_of_office)s characters or fewer"),
        "contact": N_("Enter one e-mail address or one telephone number, or nothing"),
    },
    most=f"{MESSAGE_LIMIT:,}",
    most_of_office=OFFICE_LIMIT,
)


@get("/dashboard/{service:str}/enter", sync_to_thread=True)
def entry_form(request: AnyRequest, record: GivenRecord, service: FromPath[str]) -> Response[str]:
    """Return the form. `?office=` and `?way=` are filled in, so that a stack of forms takes fewer keys."""
    with record.transaction() as session:
        who, found = _editor(session, request, service)
        values = {name: request.query_params.get(name, "") for name in ("office", "way")}
        return _form(who, found, values | {"key": secrets.token_urlsafe(16), "on": f"{_today(found):%F}"}, {})


@post("/dashboard/{service:str}/enter", status_code=200, request_max_body_size=ANONYMOUS_BODY_LIMIT)
async def enter(
    request: AnyRequest, record: GivenRecord, work_queue: WorkQueueDependency, service: FromPath[str]
) -> Response[str]:
    """Stores it and shows the receipt; sent again by a reload, it is the same piece with the same receipt."""
    values = await form_values(request)
    return await asyncio.to_thread(_entered, request, record, work_queue, service, values)


def _entered(
    request: AnyRequest, record: Record, work_queue: WorkQueue, slug: str, values: dict[str, str]
) -> Response[str]:
    with record.transaction() as session:
        who, found = _editor(session, request, slug)
        if errors := _errors(found, values):
            return _form(who, found, values, errors)
        stored = _store(session, record, who, found, values)
        languages = offered(found.properties.languages)
    work_queue.wake("clean")
    slips = [_slip(code, found, stored.receipt, f"{record.settings.url}/receipts?lang={code}") for code in languages]
    return show(who, "entered.html", service=found, slips=slips, values=values)


def _slip(code: str, service: Service, receipt: str, url: str) -> Markup:
    with speaking(code):
        slip = layout.pages.environment.get_template("slip.html")
        return Markup(slip.render(service_name=service.name_in(code), receipt=receipt, url=url))  # noqa: S704 - made by a template


def _editor(session: Session, request: AnyRequest, slug: str) -> tuple[Principal, Service]:
    who = authenticate(session, request)
    return who, access.service_for(session, who, slug, Role.editor)


def _store(session: Session, record: Record, who: Principal, service: Service, values: dict[str, str]) -> Accepted:
    """With who entered it, in the same transaction."""
    [answer] = accept(session, record.keys, [_arrival(who, service, values)], dt.datetime.now(dt.UTC))
    if isinstance(answer, FeedbackError):
        raise answer
    if not answer.repeated:
        subject = f"feedback:{answer.id}"
        session.add(AuditEntry(service_id=service.id, by=who.caller, act="enter", subject=subject))
    return answer


def _arrival(who: Principal, service: Service, values: dict[str, str]) -> Arrival:
    said_on = _day(values.get("on", ""), service)
    said = "\0".join(values.get(name, "") for name in ("message", "on", "office", "way", "contact"))
    about = {"office": values.get("office", ""), "way": values.get("way", "")}
    return Arrival(
        service=service.slug,
        message=values["message"].replace("\r\n", "\n"),
        channel=ChannelName.IMPORT,
        caller=f"{who.caller}:enter",
        external_id=hmac.new(values.get("key", "").encode(), said.encode(), "sha256").hexdigest(),
        submitted_at=None if said_on == _today(service) else said_on,
        contact=values.get("contact") or None,
        assisted=True,
        attributes={name: value for name, value in about.items() if value},
    )


def _errors(service: Service, values: dict[str, str]) -> dict[str, str]:
    try:
        _day(values.get("on", ""), service)
        is_day = True
    except Malformed:
        is_day = False
    fits = {
        "message": 0 < len(values.get("message", "")) <= MESSAGE_LIMIT,
        "on": is_day,
        "office": len(values.get("office", "")) <= OFFICE_LIMIT,
        "contact": not values.get("contact") or contacts.is_contact(values["contact"]),
    }
    return {field: COMPLAINTS[field] for field, good in fits.items() if not good}


def _day(text: str, service: Service) -> dt.date:
    """Today where it is left empty; raises `Malformed` for what is no day, or is yet to come."""
    today = _today(service)
    try:
        day = dt.date.fromisoformat(text) if text else today
    except ValueError:
        raise Malformed(COMPLAINTS["on"]) from None
    if not EARLIEST.date() <= day <= today:
        raise Malformed(COMPLAINTS["on"])
    return day


def _today(service: Service) -> dt.date:
    return dt.datetime.now(ZoneInfo(service.properties.time_zone)).date()


def _form(who: Principal, service: Service, values: dict[str, str], errors: dict[str, str]) -> Response[str]:
    blank = dict.fromkeys(("message", "on", "office", "way", "contact", "key"), "")
    status = 400 if errors else 200
    return show(who, "enter.html", status, service=service, values=blank | values, errors=errors, ways=WAYS)


router = Router("/", route_handlers=[entry_form, enter], opt={"failure_page": failure_page}, include_in_schema=False)
