"""The form that citizens leave feedback on, and the thanks for it. It needs no JavaScript and sets no cookie."""

import asyncio
import datetime as dt
import secrets
from dataclasses import replace

from litestar import Response, get, post
from litestar.params import FromPath

from feedback.http.dependencies import AnyRequest
from feedback.http.forms import read_form
from feedback.record.privacy import contacts
from feedback.record.states import ChannelName
from ingest.intake.arrival import ANONYMOUS_BODY_LIMIT, MESSAGE_LIMIT, Arrival, is_page_address
from ingest.intake.dependencies import GivenIntake, visitor_of
from ingest.pages.bot_traps import HONEYPOT, fresh_key, suspicion
from ingest.pages.i18n import Translation
from ingest.pages.layout import ServiceBrand, brand_of, form_url, receipt_url, show
from ingest.pages.negotiation import choose

CONTACT_LIMIT = 200
URL_LIMIT = 2_000
FIELDS = ("message", "contact", "page_url")


@get("/services/{service:str}/feedback", sync_to_thread=True)
def feedback_form(request: AnyRequest, service: FromPath[str], intake: GivenIntake) -> Response[str]:
    """Return the form. `?page_url=` tells which page the citizen came from."""
    page_url = request.query_params.get("page_url", "")[:URL_LIMIT]
    values = {"message": "", "contact": "", "page_url": page_url if is_page_address(page_url) else ""}
    key = fresh_key(intake.record.keys, dt.datetime.now(dt.UTC))
    return _form(request, brand_of(intake, service), values, key, {})


def _form(
    request: AnyRequest, service: ServiceBrand, values: dict[str, str], key: str, errors: dict[str, str]
) -> Response[str]:
    return show(
        request,
        "feedback_form.html",
        service,
        400 if errors else 200,
        action=form_url(service.slug, choose(request, service.languages)),
        key=key,
        honeypot=HONEYPOT,
        values=values,
        errors=errors,
    )


@post("/services/{service:str}/feedback", request_max_body_size=ANONYMOUS_BODY_LIMIT)
async def send_feedback(request: AnyRequest, service: FromPath[str], intake: GivenIntake) -> Response[str]:
    """Stores it and answers with the receipt; sent again by a reload, it is the same piece with the same receipt."""
    brand = await asyncio.to_thread(brand_of, intake, service)
    form = await read_form(request)
    texts = {name: value for name, value in form.items() if isinstance(value, str)}
    values = {name: _plain(texts.get(name, "")) for name in FIELDS}
    key = texts.get("key", "")[:200] or secrets.token_urlsafe(16)
    wording = choose(request, brand.languages)
    if errors := _errors(values, wording):
        return _form(request, brand, values, key, errors)
    await intake.authenticate(request, brand.slug)
    repeat_key = intake.repeat_key(request, key, brand.slug, *values.values())
    trapped = suspicion(intake.record.keys, texts, dt.datetime.now(dt.UTC))
    arrival = replace(_arrival(brand.slug, values, repeat_key, trapped), client=visitor_of(request))
    stored = await intake.store_one(arrival)
    return show(
        request,
        "thanks.html",
        brand,
        receipt=stored.receipt,
        receipt_url=receipt_url(stored.receipt, wording),
        form_url=form_url(brand.slug, wording),
    )


def _plain(text: str) -> str:
    """As it was typed: browsers send each end of a line as two characters."""
    return text.replace("\r\n", "\n").strip()


def _errors(values: dict[str, str], wording: Translation) -> dict[str, str]:
    errors = {}
    if not values["message"]:
        errors["message"] = wording.message_missing
    elif len(values["message"]) > MESSAGE_LIMIT:
        errors["message"] = wording.message_too_long.format(limit=f"{MESSAGE_LIMIT:,}")
    if len(values["contact"]) > CONTACT_LIMIT:
        errors["contact"] = wording.contact_too_long
    elif values["contact"] and not contacts.is_contact(values["contact"]):
        errors["contact"] = wording.contact_wrong
    return errors


def _arrival(slug: str, values: dict[str, str], repeat_key: str, trapped: str | None) -> Arrival:
    """Changed words under the key of the same form (the way back, then sent again) are a new piece."""
    return Arrival(
        service=slug,
        message=values["message"],
        channel=ChannelName.WEB,
        caller="public:idempotency",
        external_id=repeat_key,
        page_url=values["page_url"][:URL_LIMIT] or None,
        contact=values["contact"] or None,
        suspicion=trapped,
    )
