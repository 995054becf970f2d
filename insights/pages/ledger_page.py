"""What a service acted on, and how that came out."""

from operator import attrgetter
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.paging import Cursor, further, unpack
from feedback.http.staff import authenticate
from feedback.record import access
from insights.issues.decisions import lifecycle
from insights.outcomes import ledger
from insights.pages.layout import show

PAGE_SIZE = 50


@get("/dashboard/{service:str}/outcomes", sync_to_thread=True)
def ledger_page(
    request: AnyRequest, record: GivenRecord, service: FromPath[str], cursor: Cursor = None
) -> Response[str]:
    """Shows what a service acted on, and how that came out."""
    with record.transaction() as session:
        who = authenticate(session, request)
        found = access.service_for(session, who, service)
        overdue = lifecycle.overdue(session, found)
        page = ledger.of_service(session, found, PAGE_SIZE, unpack(cursor, UUID))
        return show(
            who,
            "ledger.html",
            service=found,
            ledger=page,
            overdue=overdue,
            further=further(page.items, PAGE_SIZE, attrgetter("outcome.action")),
            first=cursor is None,
        )
