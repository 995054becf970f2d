"""How well the machine does for a service, and what its refits changed."""

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from feedback.http.dependencies import AnyRequest, GivenRecord, WorkQueueDependency
from feedback.http.staff import authenticate
from feedback.record import access
from feedback.record.access import Role
from feedback.record.audit import note
from feedback.record.models import Feedback, Refit
from feedback.record.states import FeedbackStage
from feedback.record.work.set_aside import put_back
from insights.issues.decisions import undoing
from insights.issues.queries import refits
from insights.issues.queries.quality import LAST_REFITS, LATEST_PIECES, quality
from insights.pages.layout import saved, show
from insights.presentation.words import handling_words


@get("/dashboard/{service:str}/quality", sync_to_thread=True)
def quality_page(request: AnyRequest, record: GivenRecord, service: FromPath[str]) -> Response[str]:
    """Shows how well the machine does for a service."""
    with record.transaction() as session:
        who = authenticate(session, request)
        found = access.service_for(session, who, service)
        last = refits.listed(session, found, LAST_REFITS)
        newest = next((refit.id for refit in last if not refit.undone_at), None)
        figures = quality(session, found)
        return show(
            who,
            "quality.html",
            service=found,
            quality=figures,
            why_set_aside={reason: handling_words.set_aside(reason) for reason in figures.waiting.set_aside},
            latest_pieces=LATEST_PIECES,
            refits=last,
            may_put_back=who.may(Role.owner, found.id),
            undoable=newest if who.may(Role.editor, found.id) else None,
        )


@post("/dashboard/{service:str}/refits/{refit:int}/undo", sync_to_thread=True)
def undo_refit(request: AnyRequest, record: GivenRecord, service: FromPath[str], refit: FromPath[int]) -> Redirect:
    """Undoes the newest refit that stands."""
    with record.transaction() as session:
        who = authenticate(session, request)
        found = access.service_for(session, who, service, Role.editor)
        undoing.undo_refit(session, who, access.owned_for(session, who, Refit, refit, Role.editor))
    return saved(f"/dashboard/{found.slug}/quality", "refit_undone", "refits")


@post("/dashboard/{service:str}/set-aside/put-back", sync_to_thread=True)
def put_back_to_work(
    request: AnyRequest, record: GivenRecord, work_queue: WorkQueueDependency, service: FromPath[str]
) -> Redirect:
    """Puts what was set aside back to work, once its cause is mended."""
    with record.transaction() as session:
        who = authenticate(session, request)
        found = access.service_for(session, who, service, Role.owner)
        pieces = put_back(session, Feedback.service_id == found.id)
        note(session, who.caller, "put back to work", f"service:{found.slug}", found.id, pieces=pieces)
    work_queue.wake(FeedbackStage.CLEAN, FeedbackStage.GROUP)
    return saved(f"/dashboard/{found.slug}/quality", "put_back", "aside")


handlers = (quality_page, undo_refit, put_back_to_work)
