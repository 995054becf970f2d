"""The citizen's receipt: what became of their feedback, saying that it is not fixed, and taking it back."""

import asyncio
from collections.abc import Mapping
from urllib.parse import quote

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from feedback.http.compression import UNCOMPRESSED
from feedback.http.dependencies import AnyRequest
from feedback.http.forms import read_form
from feedback.i18n import N_, TranslatedLabels, _
from feedback.record.errors import NotFound
from feedback.record.states import IssueStatus
from ingest.intake import receipts
from ingest.intake.arrival import ANONYMOUS_BODY_LIMIT
from ingest.intake.dependencies import GivenIntake, Intake
from ingest.intake.receipts import Receipt
from ingest.pages.layout import brand_of, brand_of_house, receipt_url, redirect, show, speak

STATUSES: Mapping[str, str] = TranslatedLabels(
    {
        IssueStatus.OPEN: N_("The team can see it"),
        IssueStatus.ACKNOWLEDGED: N_("The team has looked at it"),
        IssueStatus.IN_PROGRESS: N_("The team is working on it"),
        IssueStatus.RESOLVED: N_("The team says this is resolved"),
        IssueStatus.ARCHIVED: N_("The team has closed this"),
    }
)


@get("/receipts", sync_to_thread=True)
def receipt_form(request: AnyRequest, intake: GivenIntake) -> Response[str]:
    """Show where a citizen enters the code of a receipt."""
    return show(request, "receipts.html", brand_of_house(intake), code="", error="")


@post("/receipts", status_code=200, request_max_body_size=ANONYMOUS_BODY_LIMIT)
async def find_receipt(request: AnyRequest, intake: GivenIntake) -> Response[str] | Redirect:
    """Leads to the receipt of the code that was entered, or says that there is none."""
    code = str((await read_form(request)).get("code", ""))[:100]
    brand = await asyncio.to_thread(brand_of_house, intake)
    language = speak(request, brand)
    try:
        found = await asyncio.to_thread(_look_up, intake, code)
    except NotFound:
        unknown = _("There is no receipt with this code: check each letter and figure")
        error = unknown if code.strip() else _("Enter your receipt code")
        return show(request, "receipts.html", brand, 400, code=code, error=error)
    return redirect(receipt_url(found.receipt, language))


def _look_up(intake: Intake, code: str) -> Receipt:
    with intake.record.transaction() as session:
        return receipts.look_up(session, code)


@get("/receipts/{code:str}", sync_to_thread=True, opt=UNCOMPRESSED)
def receipt_page(request: AnyRequest, code: FromPath[str], intake: GivenIntake) -> Response[str]:
    """Show where a piece of feedback is."""
    found = _look_up(intake, code)
    brand = brand_of(intake, found.service)
    language = speak(request, brand)
    return show(
        request,
        "receipt.html",
        brand,
        receipt=found.receipt,
        state=found.state,
        received_on=found.received_at.date(),
        understood_as=found.understood_as,
        done=[{"what": action.what, "on": action.at.date()} for action in found.done],
        statuses=STATUSES,
        not_fixed_url=_not_fixed_url(found, language),
        noted="noted" in request.query_params,
        take_back_url=f"/receipts/{found.receipt}/take-back?lang={language}",
    )


def _not_fixed_url(found: Receipt, language: str) -> str:
    resolved = any(issue.status == IssueStatus.RESOLVED for issue in found.understood_as)
    return f"/receipts/{quote(found.receipt)}/not-fixed?lang={language}" if resolved else ""


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
