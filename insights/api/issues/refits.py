"""What refits changed, over HTTP, as lists; and undoing it."""

from litestar import get, post
from litestar.params import FromPath

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.paging import Cursor, Limit, further, unpack
from feedback.http.staff import authenticate, routes
from feedback.record import access
from feedback.record.access import Role
from feedback.record.models import Refit
from insights.issues.decisions import undoing
from insights.issues.queries.refits import RefitChanges, RefitView, changes, listed, refit_view
from insights.presentation.schemas import Page


@get("/v1/services/{service:str}/refits", sync_to_thread=True)
def list_refits(
    request: AnyRequest, record: GivenRecord, service: FromPath[str], limit: Limit = 50, cursor: Cursor = None
) -> Page[RefitView]:
    """List how often the topics were trained, and how much each training changed; the latest first."""
    with record.transaction() as session:
        found = access.service_for(session, authenticate(session, request), service)
        items = listed(session, found, limit, unpack(cursor, int))
    return Page(items, further(items, limit))


@get("/v1/refits/{refit:int}", sync_to_thread=True)
def show_refit(request: AnyRequest, record: GivenRecord, refit: FromPath[int]) -> RefitChanges:
    """Show what a refit changed: new issues, splits and merges, and which statements moved from where to where."""
    with record.transaction() as session:
        return changes(session, access.owned_for(session, authenticate(session, request), Refit, refit))


@post("/v1/refits/{refit:int}/undo", status_code=200, sync_to_thread=True)
def undo_refit(request: AnyRequest, record: GivenRecord, refit: FromPath[int]) -> RefitView:
    """Undo the newest refit: statements go back, issues that it made end; what people decided since stands."""
    with record.transaction() as session:
        who = authenticate(session, request)
        found = access.owned_for(session, who, Refit, refit, Role.editor)
        undoing.undo_refit(session, who, found)
        return refit_view(found)


router = routes("staff", list_refits, show_refit, undo_refit)
