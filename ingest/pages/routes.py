"""Every page of the citizen, the widget for other sites, and the files that these take."""

from litestar import MediaType, Response, Router, get
from litestar.params import FromPath

from feedback.http.compression import UNCOMPRESSED
from feedback.http.dependencies import AnyRequest
from feedback.http.static_files import CACHE_ONE_HOUR, serve_bytes
from ingest.intake.dependencies import GivenIntake
from ingest.pages import form_page, receipt_pages
from ingest.pages.colour import style_sheet
from ingest.pages.layout import brand_of, failure_page, files
from ingest.pages.widget import script


@get("/services/{service:str}/colour.css", sync_to_thread=True)
def colour_sheet(service: FromPath[str], intake: GivenIntake) -> Response[str]:
    """Serves the colour of a service, which its pages may not set in their own markup."""
    return Response(
        style_sheet(brand_of(intake, service).colour),
        media_type=MediaType.CSS,
        headers={"Cache-Control": CACHE_ONE_HOUR},
    )


@get("/widget.js", sync_to_thread=True, opt=UNCOMPRESSED)
def widget(request: AnyRequest) -> Response[bytes]:
    """Return the widget for other sites; its address is in their pages, so it is looked at anew each hour."""
    answer = serve_bytes(request, script(), "text/javascript", CACHE_ONE_HOUR)
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


router = Router(
    "/",
    route_handlers=[
        form_page.feedback_form,
        form_page.send_feedback,
        receipt_pages.receipt_form,
        receipt_pages.find_receipt,
        receipt_pages.receipt_page,
        receipt_pages.take_back,
        receipt_pages.not_fixed,
        colour_sheet,
        widget,
        files.handler(),
    ],
    opt={"failure_page": failure_page},
    include_in_schema=False,
)
