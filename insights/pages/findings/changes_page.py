"""Changes of a service: entered one by one, or taken from a calendar file that is looked through first."""

import asyncio
import datetime as dt
from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy.orm import Session

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.forms import form_values, read_form
from feedback.http.staff import authenticate
from feedback.i18n import N_, TranslatedLabels, _
from feedback.record import access
from feedback.record.access import Principal, Role
from feedback.record.db import Record
from feedback.record.errors import FeedbackError, Malformed
from feedback.record.limits import convert
from feedback.record.models import Service
from feedback.record.states import ChangeKind
from insights.issues.decisions import calendar_file, change_imports
from insights.issues.decisions.calendar_file import MOST_EVENTS, CalendarEvent, CalendarFile
from insights.pages.findings.change_form import ChangeForm
from insights.pages.forms import FormValues, PageOrRedirect, submit
from insights.pages.layout import saved, show

FILE_LIMIT = 1024 * 1024
FORM = ChangeForm(
    "changes",
    "changes.html",
    empty={"what": "", "kind": ChangeKind.RELEASE, "at": "", "until": "", "link": ""},
    complaints=TranslatedLabels(
        {
            "what": N_("Say what changed, in up to 200 characters"),
            "kind": N_("Choose one of these"),
            "at": N_("It must begin on a day and at a time, like 2027-03-31T22:00"),
            "until": N_("It must end after its beginning; planned work must have an end"),
            "link": N_("The link must begin with https://"),
            "file": N_("Choose a calendar file (.ics), of 1 MB at most"),
        }
    ),
    otherwise="what",
    done="saved",
)


@get("/dashboard/{service:str}/changes", sync_to_thread=True)
def changes_page(request: AnyRequest, record: GivenRecord, service: FromPath[str]) -> Response[str]:
    """Shows what changed in a service, and where changes came from."""
    return FORM.open(request, record, service)


@post("/dashboard/{service:str}/changes", status_code=200)
async def enter_change(request: AnyRequest, record: GivenRecord, service: FromPath[str]) -> PageOrRedirect:
    """Stores one change."""
    return await FORM.enter(request, record, service)


@post("/dashboard/{service:str}/changes/calendar", status_code=200, request_max_body_size=FILE_LIMIT + 64 * 1024)
async def look_through(request: AnyRequest, record: GivenRecord, service: FromPath[str]) -> PageOrRedirect:
    """Shows what a calendar file holds; nothing is stored."""
    zone = await asyncio.to_thread(_zone_for_editor, request, record, service)
    sent = (await read_form(request)).get("file")
    name, body = (sent.filename, await sent.read()) if isinstance(sent, UploadFile) else ("", b"")
    held = await _held(body, zone)
    return await asyncio.to_thread(_look, request, record, service, name, held)


def _zone_for_editor(request: AnyRequest, record: Record, slug: str) -> str:
    """Nobody's file is read before it is known who they are."""
    with record.transaction() as session:
        who = authenticate(session, request)
        return access.service_for(session, who, slug, Role.editor).properties.time_zone


async def _held(body: bytes, zone: str) -> CalendarFile | Malformed:
    """What a file holds, or what is wrong with it: no transaction waits for that."""
    try:
        if not 0 < len(body) <= FILE_LIMIT:
            return Malformed("this is no file, or a large one")
        held = await calendar_file.read_apart(body, zone, dt.datetime.now(dt.UTC))
    except Malformed as error:
        return error
    return held if held.events else Malformed("it holds no event of the last or the next year")


def _look(request: AnyRequest, record: Record, slug: str, name: str, held: CalendarFile | Malformed) -> PageOrRedirect:
    def look(session: Session, who: Principal) -> Response[str]:
        service = access.service_for(session, who, slug, Role.editor)
        if isinstance(held, Malformed):
            raise held
        return _preview(who, service, name, held)

    def show_again(session: Session, who: Principal, error: FeedbackError) -> Response[str]:
        unread = _("Nothing can be taken from this file: %(why)s", why=str(error))
        errors = {"file": unread if name else FORM.complaints["file"]}
        return FORM.page(session, who, access.service_for(session, who, slug), FORM.empty, errors)

    return submit(request, record, look, show_again)


def _preview(
    who: Principal, service: Service, name: str, held: CalendarFile, errors: FormValues | None = None, kind: str = ""
) -> Response[str]:
    return show(
        who,
        "calendar.html",
        400 if errors else 200,
        service=service,
        file=name,
        held=held,
        events=msgspec.json.encode(held.events).decode(),
        kind=kind or ChangeKind.RELEASE,
        most=MOST_EVENTS,
        errors=errors or {},
    )


@post("/dashboard/{service:str}/changes/calendar/take", status_code=200)
async def take_events(request: AnyRequest, record: GivenRecord, service: FromPath[str]) -> PageOrRedirect:
    """Stores what was ticked of a calendar file."""
    values = {"file": "", "events": "[]", "kind": ""} | await form_values(request)
    ticked = {str(value) for value in (await read_form(request)).getall("take", [])}
    return await asyncio.to_thread(_take, request, record, service, values, ticked)


def _take(request: AnyRequest, record: Record, slug: str, values: FormValues, ticked: set[str]) -> PageOrRedirect:
    events = _events(values["events"])

    def take(session: Session, who: Principal) -> Redirect:
        service = access.service_for(session, who, slug, Role.editor)
        chosen = [event for place, event in enumerate(events) if str(place) in ticked]
        kind = convert(values["kind"], ChangeKind)
        taken = change_imports.take(session, who, service, values["file"], kind, chosen)
        return saved(f"/dashboard/{quote(slug)}/changes", "saved" if taken else "nothing")

    def show_again(session: Session, who: Principal, error: FeedbackError) -> Response[str]:
        service = access.service_for(session, who, slug)
        complaint = _("Planned work has an end: choose another kind, or leave out what has none")
        held = CalendarFile(events, has_more=False, skipped=0)
        return _preview(who, service, values["file"], held, {"kind": complaint}, values["kind"])

    return submit(request, record, take, show_again)


def _events(text: str) -> list[CalendarEvent]:
    """They went to the browser and came back: anything may be in it."""
    try:
        found: Any = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError):
        raise Malformed("these are no events") from None
    return convert(found, list[CalendarEvent])[:MOST_EVENTS]


@post("/dashboard/{service:str}/changes/imports/{import_id:int}/take-back", sync_to_thread=True)
def take_back(request: AnyRequest, record: GivenRecord, service: FromPath[str], import_id: FromPath[int]) -> Redirect:
    """Takes back all that came with a calendar file."""
    with record.transaction() as session:
        who = authenticate(session, request)
        found = access.service_for(session, who, service, Role.editor)
        change_imports.take_back(session, who, import_id)
    return saved(f"/dashboard/{found.slug}/changes", "undone")


@post("/dashboard/{service:str}/changes/{change_id:int}/remove", sync_to_thread=True)
def remove_change(
    request: AnyRequest, record: GivenRecord, service: FromPath[str], change_id: FromPath[int]
) -> Redirect:
    """Removes one change."""
    with record.transaction() as session:
        who = authenticate(session, request)
        found = access.service_for(session, who, service, Role.editor)
        change_imports.remove(session, who, change_id)
    return saved(f"/dashboard/{found.slug}/changes", "saved")


handlers = (changes_page, enter_change, look_through, take_events, take_back, remove_change)
