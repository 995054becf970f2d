"""The tolerance of a service with its price: what each would have raised over its last year, to choose from."""

import asyncio
import datetime as dt
from urllib.parse import quote

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from feedback.http.dependencies import AnyRequest, GivenRecord, WorkQueueDependency
from feedback.http.forms import form_values
from feedback.http.staff import authenticate
from feedback.record import access, services
from feedback.record.access import Role
from feedback.record.audit import note
from feedback.record.db import Record
from feedback.record.errors import Malformed
from feedback.record.work.queue import WorkQueue
from feedback.web.setup.reloading import REFRESH_SECONDS, reload_unless_still
from insights.alerts.rules import tolerance_trials
from insights.pages.layout import redirect, saved, show


@get("/dashboard/{service:str}/tolerance", sync_to_thread=True)
def tolerance_page(request: AnyRequest, record: GivenRecord, service: FromPath[str]) -> Response[str]:
    """Shows what each tolerance would have raised. While that is worked out the page loads itself again."""
    with record.transaction() as session:
        who = authenticate(session, request)
        found = access.service_for(session, who, service, Role.owner)
        trials = tolerance_trials.kept(session, found)
        progress = tolerance_trials.progress(session, found)
        answer = show(
            who,
            "setup/tolerance.html",
            service=found,
            trials=tolerance_trials.judged(session, trials),
            last=trials[-1] if trials else None,
            is_current=tolerance_trials.is_current(session, found, trials, dt.datetime.now(dt.UTC)),
            progress=progress,
            refreshes=REFRESH_SECONDS,
        )
        if progress and not progress.has_failed:
            reload_unless_still(answer, request)
        return answer


@post("/dashboard/{service:str}/tolerance", status_code=200)
async def choose_tolerance(
    request: AnyRequest, record: GivenRecord, work_queue: WorkQueueDependency, service: FromPath[str]
) -> Redirect:
    """Has it worked out what each tolerance would have raised, or sets one of them."""
    values = await form_values(request)
    return await asyncio.to_thread(_choose, request, record, work_queue, service, values)


def _choose(request: AnyRequest, record: Record, work_queue: WorkQueue, slug: str, values: dict[str, str]) -> Redirect:
    with record.transaction() as session:
        who = authenticate(session, request)
        found = access.service_for(session, who, slug, Role.owner)
        if values.get("do") == "try":
            tolerance_trials.begin(session, found)
            note(session, who.caller, "tolerances tried", f"service:{found.slug}", found.id)
        else:
            wanted = {"tolerance": _number(values.get("tolerance", ""))}
            services.change(session, found, wanted, by=who.caller, may_share=who.may(Role.admin, None))
            return saved(f"/dashboard/{quote(slug)}/tolerance", "saved")
    work_queue.wake("try_tolerances")
    return redirect(f"/dashboard/{quote(slug)}/tolerance")


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise Malformed("this is no number", field="tolerance") from None


handlers = (tolerance_page, choose_tolerance)
