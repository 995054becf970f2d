"""The form that citizens leave feedback on, and the thanks for it. It needs no JavaScript and sets no cookie."""

import asyncio
import datetime as dt
import secrets
from dataclasses import replace

from litestar import Response, get, post
from litestar.params import FromPath

from feedback.http.dependencies import AnyRequest
from feedback.http.forms import read_form
from feedback.i18n import _, formats
from feedback.record.privacy import contacts
from feedback.record.states import ChannelName
from ingest.intake.arrival import ANONYMOUS_BODY_LIMIT, MESSAGE_LIMIT, Arrival, is_page_address
from ingest.intake.dependencies import GivenIntake, visitor_of
from ingest.pages.bot_traps import HONEYPOT, fresh_key, suspicion
from ingest.pages.layout import ServiceBrand, brand_of, form_url, receipt_url, show, speak

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
        action=form_url(service.slug, speak(request, service)),
        resend=request.method == "POST",
        key=key,
        honeypot=HONEYPOT,
        values=values,
        errors=errors,
    )


@post("/services/{service:str}/feedback", request_max_body_size=ANONYMOUS_BODY_LIMIT)
async def send_feedback(request: AnyRequest, service: FromPath[str], intake: GivenIntake) -> Response[str]:
    """Stores it and answers with the receipt; sent again by a reload, it is the same piece with the same receipt.

    With `again` it is only shown again, in another language.
    """
    brand = await asyncio.to_thread(brand_of, intake, service)
    form = await read_form(request)
    texts = {name: value for name, value in form.items() if isinstance(value, str)}
    values = {name: _plain(texts.get(name, "")) for name in FIELDS}
    key = texts.get("key", "")[:200] or secrets.token_urlsafe(16)
    language = speak(request, brand)
    errors = _errors(values)
    if errors or "again" in texts:
        return _form(request, brand, values, key, errors)
    await intake.authenticate(request, brand.slug)
    repeat_key = intake.repeat_key(request.scope, key, brand.slug, *values.values())
    trapped = suspicion(intake.record.keys, texts, dt.datetime.now(dt.UTC))
    visitor = visitor_of(request.scope, intake.record.settings.shared_networks)
    stored = await intake.store_one(replace(_arrival(brand.slug, values, repeat_key, trapped), client=visitor))
    return show(
        request,
        "thanks.html",
        brand,
        page=f"/receipts/{stored.receipt}",
        receipt=stored.receipt,
        receipt_url=receipt_url(stored.receipt, language),
        form_url=form_url(brand.slug, language),
    )


def _plain(text: str) -> str:
    """As it was typed: browsers send each end of a line as two characters."""
    return text.replace("\r\n", "\n").strip()


def _errors(values: dict[str, str]) -> dict[str, str]:
    errors = {}
    if not values["message"]:
        errors["message"] = _("Enter your feedback")
    elif len(values["message"]) > MESSAGE_LIMIT:
        errors["message"] = _(
            "Your feedback must be %(limit)s characters or fewer", limit=formats.number(MESSAGE_LIMIT)
        )
    if len(values["contact"]) > CONTACT_LIMIT:
        errors["contact"] = _("The e-mail address or number must be 200 characters or fewer")
    elif values["contact"] and not contacts.is_contact(values["contact"]):
        errors["contact"] = _(
            "We could not reach you there. Enter one e-mail address or one telephone number, like name@example.com or"
            " 07700 900123, or leave it empty"
        )
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
