"""What a person may ask: what is held about them, and to have it erased; found by what they can name."""

import asyncio
import uuid
from collections.abc import Mapping, Sequence

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath
from sqlalchemy.orm import Session

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.forms import form_values
from feedback.http.staff import authenticate
from feedback.i18n import N_, TranslatedLabels, _
from feedback.record import access, audit
from feedback.record.access import Principal, Role
from feedback.record.db import Record
from feedback.record.errors import FeedbackError, Malformed, NotFound
from feedback.record.limits import convert
from feedback.record.models import Service
from feedback.record.privacy import four_eyes, subject_access
from feedback.record.privacy.subject_access import Subject
from insights.pages.forms import PageOrRedirect, submit
from insights.pages.layout import show

NAMES: Mapping[str, str] = TranslatedLabels(
    {
        "receipt": N_("The receipt"),
        "contact": N_("The e-mail address or number that was left"),
        "feedback": N_("The id"),
    }
)


@get("/dashboard/{service:str}/person", sync_to_thread=True)
def person_page(request: AnyRequest, record: GivenRecord, service: FromPath[str]) -> Response[str]:
    """Shows the form that finds what a person said."""
    with record.transaction() as session:
        who = authenticate(session, request)
        return _page(session, who, access.service_for(session, who, service, Role.owner))


@post("/dashboard/{service:str}/person", status_code=200)
async def answer_person(request: AnyRequest, record: GivenRecord, service: FromPath[str]) -> PageOrRedirect:
    """Shows all that is held about what a person names, as a file to hand over, or erases it."""
    values = await form_values(request)
    return await asyncio.to_thread(_answer, request, record, service, values)


def _answer(request: AnyRequest, record: Record, slug: str, values: dict[str, str]) -> PageOrRedirect:
    def answer(session: Session, who: Principal) -> Response[str]:
        service = access.service_for(session, who, slug, Role.owner)
        ids = subject_access.find(session, record.keys, _subject(values), service)
        if values.get("do") == "erase":
            done = four_eyes.erase_or_ask(session, who, service, ids)
            return _page(session, who, service, erased=ids if done else (), asked=not done)
        told = subject_access.export(session, record.keys, ids)
        for identity in ids:
            audit.note(session, who.caller, "subject access", f"feedback:{identity}", service.id)
        headers = {"Content-Disposition": 'attachment; filename="held.json"'}
        return Response(
            msgspec.json.format(msgspec.json.encode(told)).decode(), media_type="application/json", headers=headers
        )

    def show_again(session: Session, who: Principal, error: FeedbackError) -> Response[str]:
        service = access.service_for(session, who, slug, Role.owner)
        return _page(session, who, service, values, errors={"value": _(COMPLAINT)})

    return submit(request, record, answer, show_again, told=(Malformed, NotFound))


COMPLAINT = N_("Nothing is held under this. Check what it is and how it is written")


def _subject(values: dict[str, str]) -> Subject:
    """Raises `Malformed` for what can be no receipt, contact or id."""
    name = values.get("by", "")
    if name not in NAMES or not values.get("value"):
        raise Malformed("name one of them", field="value")
    return convert({name: values["value"]}, Subject)


@post("/dashboard/{service:str}/person/erasures/{erasure_id:int}", status_code=200)
async def decide_erasure(
    request: AnyRequest, record: GivenRecord, service: FromPath[str], erasure_id: FromPath[int]
) -> Response[str]:
    """Approves what another asked to erase, or refuses it."""
    values = await form_values(request)
    return await asyncio.to_thread(_decide, request, record, service, erasure_id, values.get("do", ""))


def _decide(request: AnyRequest, record: Record, slug: str, erasure_id: int, act: str) -> Response[str]:
    with record.transaction() as session:
        who = authenticate(session, request)
        service = access.service_for(session, who, slug, Role.owner)
        if act == "approve":
            return _page(session, who, service, erased=four_eyes.approve(session, who, erasure_id))
        four_eyes.refuse(session, who, erasure_id)
        return _page(session, who, service)


def _page(
    session: Session,
    who: Principal,
    service: Service,
    values: dict[str, str] | None = None,
    *,
    erased: Sequence[uuid.UUID] = (),
    asked: bool = False,
    errors: dict[str, str] | None = None,
) -> Response[str]:
    filled = {"by": "receipt", "value": ""} | (values or {})
    return show(
        who,
        "setup/person.html",
        400 if errors else 200,
        service=service,
        names=NAMES,
        values=filled,
        errors=errors or {},
        erased=erased,
        asked=asked,
        waiting=four_eyes.waiting(session, service),
    )


handlers = (person_page, answer_person, decide_erasure)
