"""Two periods of a service beside each other."""

import datetime as dt

from litestar import Response, get
from litestar.params import FromPath
from sqlalchemy.orm import Session

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.staff import authenticate
from feedback.record import access
from feedback.record.access import Principal
from feedback.record.errors import Malformed
from feedback.record.models import Service
from insights.issues.listing import comparison
from insights.issues.listing.comparison import Against, DayRange
from insights.issues.listing.facets import facets
from insights.pages.layout import show
from insights.pages.service import address
from insights.pages.service.address import Chosen
from insights.pages.service.words import choices, narrowing


@get("/dashboard/{service:str}/compare", sync_to_thread=True)
def comparison_page(request: AnyRequest, record: GivenRecord, service: FromPath[str]) -> Response[str]:
    """Shows which issues differ most between two periods."""
    chosen, asked = address.read(request.query_params), request.query_params
    against: Against = "year" if asked.get("against") == "year" else "before"
    days = [_day(asked.get(name, "")) for name in ("before_first_day", "before_last_day")]
    with record.transaction() as session:
        who = authenticate(session, request)
        found = access.service_for(session, who, service)
        zone = found.properties.time_zone
        try:
            periods = comparison.ranges(chosen.filters, zone, against, *days)
        except Malformed:
            chosen.refused.append("last_day")
            periods = comparison.ranges(address.without_period(chosen).filters, zone)
        return _page(session, who, found, chosen, periods, against)


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def _page(
    session: Session,
    who: Principal,
    service: Service,
    chosen: Chosen,
    periods: tuple[DayRange, DayRange],
    against: Against,
) -> Response[str]:
    return show(
        who,
        "service/compare.html",
        service=service,
        found=comparison.compare(session, service, chosen.filters, *periods),
        against=against,
        chosen=chosen,
        narrowing=narrowing(address.without_period(chosen)),
        about_issues=True,
        **choices(chosen, facets(session, service, chosen.filters)),
    )
