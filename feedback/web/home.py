"""The first page: staff who are signed in go on to their dashboard, citizens choose what they speak about."""

from litestar import Response, Router, get
from litestar.response import Redirect

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.staff import authenticate
from feedback.record import services
from feedback.record.errors import NotAuthentic
from ingest.intake.dependencies import GivenIntake
from ingest.pages import layout
from insights.pages.people.entering import DASHBOARD_PATH


@get("/", sync_to_thread=True)
def home(request: AnyRequest, record: GivenRecord, intake: GivenIntake) -> Response[str] | Redirect:
    """Leads staff who are signed in to the dashboard, and everybody else to where they can leave feedback."""
    brand = layout.brand_of_house(intake)
    language = layout.speak(request, brand)
    with record.transaction() as session:
        try:
            authenticate(session, request)
        except NotAuthentic:
            named = [(one.slug, one.name_in(language)) for one in services.open_to_all(session)]
            return layout.show(request, "home.html", brand, services=sorted(named, key=lambda one: one[1].casefold()))
    return layout.redirect(DASHBOARD_PATH)


router = Router("/", route_handlers=[home], opt={"failure_page": layout.failure_page}, include_in_schema=False)
