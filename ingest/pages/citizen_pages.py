"""The citizen's pages: the form, the thanks, the receipt. They need no JavaScript and set no cookie."""

import asyncio
import hmac
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from litestar import MediaType, Response, Router, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from feedback.http.dependencies import AnyRequest
from feedback.http.static_files import CACHE_ONE_HOUR, StaticFiles, serve_file
from feedback.http.templates import Pages
from feedback.record import access
from feedback.record.errors import NotFound
from ingest.intake import receipts
from ingest.intake.arrival import MESSAGE_LIMIT, Arrival
from ingest.intake.dependencies import GivenIntake, Intake
from ingest.intake.receipts import Receipt
from ingest.pages.colour import style_sheet
from ingest.pages.i18n import TRANSLATIONS, Translation
from ingest.pages.negotiation import choose, offered, switch

BODY_LIMIT = 64 * 1024
CONTACT_LIMIT = 200
URL_LIMIT = 2_000
FIELDS = ("message", "contact", "page_url")

HERE = Path(__file__).parent
pages = Pages.from_folder(HERE / "templates")
files = StaticFiles("/static/citizen", [*(HERE / "static").glob("*.css"), *(HERE / "static").glob("*.svg")])


class Known(NamedTuple):
    """What a page needs to know of its service; of none, on the pages that belong to none."""

    slug: str = ""
    name: str = ""
    languages: Sequence[Translation] = tuple(TRANSLATIONS.values())
    colour: str = ""


NONE = Known()


def service_of(intake: Intake, slug: str) -> Known:
    """Raises `NotFound`."""
    with intake.record.transaction() as session:
        found = access.service(session, slug)
        colour = found.stored_properties.get("colour", "")
        return Known(found.slug, found.name, offered(found.properties.languages), colour)


def show(request: AnyRequest, template: str, service: Known, status: int = 200, **context: object) -> Response[str]:
    """A page of the citizen, in the language asked for."""
    common: dict[str, object] = {
        "t": choose(request, service.languages),
        "languages": switch(request, service.languages),
        "assets": files.url,
        "colour": f"/services/{quote(service.slug)}/colour.css" if service.colour else "",
        "service_name": service.name,
    }
    return pages.render(template, common | context, status)


def _form_url(slug: str, wording: Translation) -> str:
    return f"/services/{quote(slug)}/feedback?lang={wording.code}"


def _receipt_url(code: str, wording: Translation) -> str:
    return f"/receipts/{quote(code)}?lang={wording.code}"


@get("/services/{service:str}/feedback", sync_to_thread=True)
def feedback_form(request: AnyRequest, service: FromPath[str], intake: GivenIntake) -> Response[str]:
    """The form. `?page_url=` tells which page the citizen came from."""
    page_url = request.query_params.get("page_url", "")[:URL_LIMIT]
    values = {"message": "", "contact": "", "page_url": page_url}
    return _form(request, service_of(intake, service), values, secrets.token_urlsafe(16), {})


def _form(
    request: AnyRequest, service: Known, values: dict[str, str], key: str, errors: dict[str, str]
) -> Response[str]:
    return show(
        request,
        "feedback_form.html",
        service,
        400 if errors else 200,
        action=_form_url(service.slug, choose(request, service.languages)),
        key=key,
        values=values,
        errors=errors,
    )


@post("/services/{service:str}/feedback", request_max_body_size=BODY_LIMIT)
async def send_feedback(request: AnyRequest, service: FromPath[str], intake: GivenIntake) -> Response[str]:
    """Stores it and answers with the receipt; sent again by a reload, it is the same piece with the same receipt."""
    known = await asyncio.to_thread(service_of, intake, service)
    form = await request.form()
    texts = {name: value for name, value in form.items() if isinstance(value, str)}
    values = {name: _plain(texts.get(name, "")) for name in FIELDS}
    key = texts.get("key", "")[:200] or secrets.token_urlsafe(16)
    wording = choose(request, known.languages)
    if errors := _errors(values, wording):
        return _form(request, known, values, key, errors)
    await intake.authenticate(request, known.slug)
    stored = await intake.store_one(_arrival(known.slug, values, key))
    return show(
        request,
        "thanks.html",
        known,
        receipt=stored.receipt,
        receipt_url=_receipt_url(stored.receipt, wording),
        form_url=_form_url(known.slug, wording),
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
    return errors


def _arrival(slug: str, values: dict[str, str], key: str) -> Arrival:
    """Changed words under the key of the same form (the way back, then sent again) are a new piece."""
    said = "\0".join((slug, *values.values()))
    return Arrival(
        service=slug,
        message=values["message"],
        channel="web",
        caller="public:idempotency",
        external_id=hmac.new(key.encode(), said.encode(), "sha256").hexdigest(),
        page_url=values["page_url"][:URL_LIMIT] or None,
        contact=values["contact"] or None,
    )


@get("/receipts", sync_to_thread=False)
def receipt_form(request: AnyRequest) -> Response[str]:
    """Where a citizen enters the code of a receipt."""
    return show(request, "receipts.html", NONE, code="", error="")


@post("/receipts", status_code=200)
async def find_receipt(request: AnyRequest, intake: GivenIntake) -> Response[str] | Redirect:
    code = str((await request.form()).get("code", ""))[:100]
    wording = choose(request, NONE.languages)
    try:
        found = await asyncio.to_thread(_look_up, intake, code)
    except NotFound:
        error = wording.receipts_unknown if code.strip() else wording.receipts_missing
        return show(request, "receipts.html", NONE, 400, code=code, error=error)
    return Redirect(_receipt_url(found.receipt, wording), status_code=303, headers=dict(pages.headers))


def _look_up(intake: Intake, code: str) -> Receipt:
    with intake.record.transaction() as session:
        return receipts.look_up(session, code)


@get("/receipts/{code:str}", sync_to_thread=True)
def receipt_page(request: AnyRequest, code: FromPath[str], intake: GivenIntake) -> Response[str]:
    """Where a piece of feedback is."""
    found = _look_up(intake, code)
    known = service_of(intake, found.service)
    return show(
        request,
        "receipt.html",
        known,
        receipt=found.receipt,
        state=found.state,
        received_on=found.received_at.date(),
        understood_as=found.understood_as,
        done=[{"what": action.what, "on": action.at.date()} for action in found.done],
        not_fixed_url=_not_fixed_url(found, choose(request, known.languages)),
        noted="noted" in request.query_params,
        take_back_url=f"/receipts/{found.receipt}/take-back?lang={choose(request, known.languages).code}",
    )


def _not_fixed_url(found: Receipt, wording: Translation) -> str:
    resolved = any(issue.status == "resolved" for issue in found.understood_as)
    return f"/receipts/{quote(found.receipt)}/not-fixed?lang={wording.code}" if resolved else ""


@post("/receipts/{code:str}/not-fixed", sync_to_thread=True)
def not_fixed(request: AnyRequest, code: FromPath[str], intake: GivenIntake) -> Redirect:
    """Counts it as a report, and says so."""
    with intake.record.transaction() as session:
        receipts.not_fixed(session, code)
    here, lang = request.url.path.removesuffix("/not-fixed"), request.query_params.get("lang", "")
    return Redirect(f"{here}?lang={quote(lang)}&noted=1", status_code=303, headers=dict(pages.headers))


@post("/receipts/{code:str}/take-back", sync_to_thread=True)
def take_back(request: AnyRequest, code: FromPath[str], intake: GivenIntake) -> Redirect:
    """Erases what was said, and shows the receipt that is left."""
    with intake.record.transaction() as session:
        receipts.take_back(session, code)
    here = request.url.path.removesuffix("/take-back")
    lang = request.query_params.get("lang", "")
    return Redirect(f"{here}?lang={quote(lang)}", status_code=303, headers=dict(pages.headers))


@get("/services/{service:str}/colour.css", sync_to_thread=True)
def colour_sheet(service: FromPath[str], intake: GivenIntake) -> Response[str]:
    return Response(
        style_sheet(service_of(intake, service).colour),
        media_type=MediaType.CSS,
        headers={"Cache-Control": CACHE_ONE_HOUR, "X-Content-Type-Options": "nosniff"},
    )


@get("/widget.js", sync_to_thread=True)
def widget(request: AnyRequest) -> Response[bytes]:
    """The widget for other sites; its address is in their pages, so it is looked at anew each hour."""
    answer = serve_file(request, HERE / "static" / "widget.js", CACHE_ONE_HOUR)
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


KINDS = {404: "not_found", 409: "expired", 413: "too_large", 429: "too_many", 503: "unavailable"}


def failure_page(request: AnyRequest, status: int, headers: dict[str, str]) -> Response[str]:
    """What a citizen sees when it fails."""
    answer = show(request, "error.html", NONE, status, kind=KINDS.get(status, "wrong"))
    answer.headers.update(headers)
    return answer


router = Router(
    "/",
    route_handlers=[
        feedback_form,
        send_feedback,
        receipt_form,
        find_receipt,
        receipt_page,
        take_back,
        not_fixed,
        colour_sheet,
        widget,
        files.handler(),
    ],
    opt={"failure_page": failure_page},
    include_in_schema=False,
)
