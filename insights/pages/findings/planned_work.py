"""Planned work, announced on the page of a service: what is reported while it lasts is shown, and not sent."""

import asyncio
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from litestar import Response, get, post
from litestar.params import FromPath
from sqlalchemy.orm import Session

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.forms import form_values
from feedback.http.staff import authenticate
from feedback.i18n import N_, TranslatedLabels
from feedback.record import access
from feedback.record.access import Principal, Role
from feedback.record.db import Record
from feedback.record.errors import FeedbackError
from feedback.record.limits import convert
from feedback.record.models import Service
from feedback.record.states import ChangeKind
from insights.issues.decisions import lifecycle
from insights.issues.decisions.lifecycle import ServiceEvent
from insights.issues.queries import signals
from insights.pages.forms import FormValues, PageOrRedirect, complaint, local_time, submit
from insights.pages.layout import saved, show

COMPLAINTS: Mapping[str, str] = TranslatedLabels(
    {
        "what": N_("Say what is done, in up to 200 characters"),
        "at": N_("It must begin on a day and at a time, like 2027-03-31T22:00"),
        "until": N_("It must end on a day and at a time after its beginning, like 2027-04-01T06:00"),
    }
)
EMPTY = {"what": "", "at": "", "until": ""}
MOST_SHOWN = 20


@get("/dashboard/{service:str}/planned-work", sync_to_thread=True)
def planned_work_page(request: AnyRequest, record: GivenRecord, service: FromPath[str]) -> Response[str]:
    """Shows what was done to a service and what is planned, with a form to announce planned work."""
    with record.transaction() as session:
        who = authenticate(session, request)
        return _page(session, who, access.service_for(session, who, service), EMPTY)


@post("/dashboard/{service:str}/planned-work", status_code=200)
async def announce(request: AnyRequest, record: GivenRecord, service: FromPath[str]) -> PageOrRedirect:
    """Announces planned work."""
    values = EMPTY | await form_values(request)
    return await asyncio.to_thread(_announce, request, record, service, values)


def _announce(request: AnyRequest, record: Record, slug: str, values: FormValues) -> PageOrRedirect:
    def change(session: Session, who: Principal) -> PageOrRedirect:
        service = access.service_for(session, who, slug, Role.editor)
        zone = ZoneInfo(service.properties.time_zone)
        times = {name: local_time(values[name], name, zone) for name in ("at", "until")}
        wanted = convert({"what": values["what"], "kind": ChangeKind.PLANNED, **times}, ServiceEvent)
        lifecycle.record_change(session, who, service, wanted)
        return saved(f"/dashboard/{slug}/planned-work", "announced")

    def show_again(session: Session, who: Principal, error: FeedbackError) -> Response[str]:
        service = access.service_for(session, who, slug)
        return _page(session, who, service, values, complaint(error, COMPLAINTS, "until"))

    return submit(request, record, change, show_again)


def _page(
    session: Session, who: Principal, service: Service, values: FormValues, errors: FormValues | None = None
) -> Response[str]:
    return show(
        who,
        "planned_work.html",
        400 if errors else 200,
        service=service,
        changes=signals.latest_changes(session, service, MOST_SHOWN),
        may_change=who.may(Role.editor, service.id),
        values=values,
        errors=errors or {},
    )
