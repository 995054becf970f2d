"""Planned work, announced on the page of a service: what is reported while it lasts is shown, and not sent."""

from litestar import Response, get, post
from litestar.params import FromPath

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.i18n import N_, TranslatedLabels
from feedback.record.states import ChangeKind
from insights.pages.findings.change_form import ChangeForm
from insights.pages.forms import PageOrRedirect

FORM = ChangeForm(
    "planned-work",
    "planned_work.html",
    empty={"what": "", "at": "", "until": ""},
    complaints=TranslatedLabels(
        {
            "what": N_("Say what is done, in up to 200 characters"),
            "at": N_("It must begin on a day and at a time, like 2027-03-31T22:00"),
            "until": N_("It must end on a day and at a time after its beginning, like 2027-04-01T06:00"),
        }
    ),
    otherwise="until",
    done="announced",
    kind=ChangeKind.PLANNED,
    needed=("at", "until"),
)


@get("/dashboard/{service:str}/planned-work", sync_to_thread=True)
def planned_work_page(request: AnyRequest, record: GivenRecord, service: FromPath[str]) -> Response[str]:
    """Shows what was done to a service and what is planned, with a form to announce planned work."""
    return FORM.open(request, record, service)


@post("/dashboard/{service:str}/planned-work", status_code=200)
async def announce(request: AnyRequest, record: GivenRecord, service: FromPath[str]) -> PageOrRedirect:
    """Announces planned work."""
    return await FORM.enter(request, record, service)
