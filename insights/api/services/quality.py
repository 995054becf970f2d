"""How well the machine does for a service, over HTTP."""

from litestar import get
from litestar.params import FromPath

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.staff import authenticate, routes
from feedback.record import access
from insights.issues.queries.quality import Quality, quality


@get("/v1/services/{service:str}/quality", sync_to_thread=True)
def show_quality(request: AnyRequest, record: GivenRecord, service: FromPath[str]) -> Quality:
    """Show how well the machine does for a service."""
    with record.transaction() as session:
        return quality(session, access.service_for(session, authenticate(session, request), service))


router = routes("staff", show_quality)
