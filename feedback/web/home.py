"""The first page: staff who are signed in go on to their dashboard, citizens choose what they speak about."""

from litestar import Response, Router, get
from litestar.response import Redirect
from sqlalchemy import select

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.staff import authenticate
from feedback.record.errors import NotAuthentic
from feedback.record.models import Service
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
            open_to_all = [one for one in session.scalars(select(Service)) if one.properties.anyone_may_write]
            named = [(one.slug, one.name_in(language)) for one in open_to_all]
            return layout.show(request, "home.html", brand, services=sorted(named, key=lambda one: one[1].casefold()))
    return layout.redirect(DASHBOARD_PATH)


router = Router("/", route_handlers=[home], opt={"failure_page": layout.failure_page}, include_in_schema=False)
