"""What a service acted on, and how that came out."""

from litestar import Response, get
from litestar.params import FromPath

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.staff import authenticate
from feedback.record import access
from insights.issues.decisions import lifecycle
from insights.outcomes import ledger
from insights.pages.layout import show


@get("/dashboard/{service:str}/outcomes", sync_to_thread=True)
def ledger_page(request: AnyRequest, record: GivenRecord, service: FromPath[str]) -> Response[str]:
    """Shows what a service acted on, and how that came out."""
    with record.transaction() as session:
        who = authenticate(session, request)
        found = access.service_for(session, who, service)
        overdue = lifecycle.overdue(session, found)
        return show(who, "ledger.html", service=found, ledger=ledger.of_service(session, found), overdue=overdue)
