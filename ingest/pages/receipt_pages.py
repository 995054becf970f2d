"""The citizen's receipt: what became of their feedback, saying that it is not fixed, and taking it back."""

import asyncio
from urllib.parse import quote

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from feedback.http.compression import UNCOMPRESSED
from feedback.http.dependencies import AnyRequest
from feedback.http.forms import read_form
from feedback.record.errors import NotFound
from feedback.record.states import IssueStatus
from ingest.intake import receipts
from ingest.intake.arrival import ANONYMOUS_BODY_LIMIT
from ingest.intake.dependencies import GivenIntake, Intake
from ingest.intake.receipts import Receipt
from ingest.pages.i18n import Translation
from ingest.pages.layout import NO_SERVICE, brand_of, receipt_url, redirect, show
from ingest.pages.negotiation import choose


@get("/receipts", sync_to_thread=False)
def receipt_form(request: AnyRequest) -> Response[str]:
    """Show where a citizen enters the code of a receipt."""
    return show(request, "receipts.html", NO_SERVICE, code="", error="")


@post("/receipts", status_code=200, request_max_body_size=ANONYMOUS_BODY_LIMIT)
async def find_receipt(request: AnyRequest, intake: GivenIntake) -> Response[str] | Redirect:
    """Leads to the receipt of the code that was entered, or says that there is none."""
    code = str((await read_form(request)).get("code", ""))[:100]
    wording = choose(request, NO_SERVICE.languages)
    try:
        found = await asyncio.to_thread(_look_up, intake, code)
    except NotFound:
        error = wording.receipts_unknown if code.strip() else wording.receipts_missing
        return show(request, "receipts.html", NO_SERVICE, 400, code=code, error=error)
    return redirect(receipt_url(found.receipt, wording))


def _look_up(intake: Intake, code: str) -> Receipt:
    with intake.record.transaction() as session:
        return receipts.look_up(session, code)


@get("/receipts/{code:str}", sync_to_thread=True, opt=UNCOMPRESSED)
def receipt_page(request: AnyRequest, code: FromPath[str], intake: GivenIntake) -> Response[str]:
    """Show where a piece of feedback is."""
    found = _look_up(intake, code)
    brand = brand_of(intake, found.service)
    return show(
        request,
        "receipt.html",
        brand,
        receipt=found.receipt,
        state=found.state,
        received_on=found.received_at.date(),
        understood_as=found.understood_as,
        done=[{"what": action.what, "on": action.at.date()} for action in found.done],
        not_fixed_url=_not_fixed_url(found, choose(request, brand.languages)),
        noted="noted" in request.query_params,
        take_back_url=f"/receipts/{found.receipt}/take-back?lang={choose(request, brand.languages).code}",
    )


def _not_fixed_url(found: Receipt, wording: Translation) -> str:
    resolved = any(issue.status == IssueStatus.RESOLVED for issue in found.understood_as)
    return f"/receipts/{quote(found.receipt)}/not-fixed?lang={wording.code}" if resolved else ""


@post("/receipts/{code:str}/not-fixed", sync_to_thread=True)
def not_fixed(request: AnyRequest, code: FromPath[str], intake: GivenIntake) -> Redirect:
    """Counts it as a report, and says so."""
    with intake.record.transaction() as session:
        receipts.not_fixed(session, code)
    here, lang = request.url.path.removesuffix("/not-fixed"), request.query_params.get("lang", "")
    return redirect(f"{here}?lang={quote(lang)}&noted=1")


@post("/receipts/{code:str}/take-back", sync_to_thread=True)
def take_back(request: AnyRequest, code: FromPath[str], intake: GivenIntake) -> Redirect:
    """Erases what was said, and shows the receipt that is left."""
    with intake.record.transaction() as session:
        receipts.take_back(session, code)
    here = request.url.path.removesuffix("/take-back")
    lang = request.query_params.get("lang", "")
    return redirect(f"{here}?lang={quote(lang)}")
