"""Doing the same with several issues of a list: asked once more before it is done, and taken back as a whole."""

import asyncio
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from litestar import Response, post
from litestar.datastructures import MultiDict
from litestar.params import FromPath
from sqlalchemy.orm import Session

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.forms import form_values, read_form
from feedback.http.staff import authenticate
from feedback.i18n import N_, TranslatedLabels, _
from feedback.record import access
from feedback.record.access import Principal, Role
from feedback.record.db import Record
from feedback.record.errors import Conflict, FeedbackError, Malformed, NotFound
from feedback.record.limits import convert, whole_number
from feedback.record.models import Issue, Service
from feedback.record.states import IssueStatus
from insights.issues.decisions import bulk
from insights.issues.decisions.lifecycle import IssueDecision
from insights.issues.queries import issues
from insights.pages.forms import FormValues, PageOrRedirect, complaint, ids, submit
from insights.pages.issue.deciding import assigned
from insights.pages.layout import saved, show
from insights.pages.service import address
from insights.pages.service.address import Chosen
from insights.pages.service.service_page import page_of

MERGE = "merge"
FIELDS: Mapping[str, str] = {
    "acknowledge": "",
    "assign": "to_whom",
    "snooze": "snoozed_until",
    "resolve": "reason",
    MERGE: "",
}
"""What can be done with several issues at once, with the field that each needs."""

COMPLAINTS = TranslatedLabels(
    {
        "issue": N_("Tick the issues that you mean; two at least to merge them."),
        "act": N_("Choose what to do with the ticked issues."),
        "to_whom": N_("Write who sees to them."),
        "snoozed_until": N_("Name a day that is to come."),
        "reason": N_("Write why they are resolved."),
    }
)
"""What is said of a field that cannot be taken."""

SEVERAL_PLACE = "issues"


@dataclass(frozen=True, slots=True)
class Ticked:
    """What a form says: the ids that were ticked, what was typed, and the view (an address) that it was done in."""

    ids: Sequence[uuid.UUID]
    values: FormValues

    @property
    def chosen(self) -> Chosen:
        """The filters of the list."""
        return address.of_form(self.values)


@post("/dashboard/{service:str}/issues", status_code=200)
async def change_several(request: AnyRequest, record: GivenRecord, service: FromPath[str]) -> PageOrRedirect:
    """Asks whether what was chosen is to be done with the ticked issues; does it once that was said."""
    return await asyncio.to_thread(_change, request, record, service, await _read(request))


@post("/dashboard/{service:str}/issues/back", status_code=200)
async def back_to_list(request: AnyRequest, record: GivenRecord, service: FromPath[str]) -> Response[str]:
    """Shows the list again, with what was ticked and typed."""
    return await asyncio.to_thread(_back, request, record, service, await _read(request))


@post("/dashboard/{service:str}/issues/undo", status_code=200)
async def undo_several(request: AnyRequest, record: GivenRecord, service: FromPath[str]) -> PageOrRedirect:
    """Takes back what was done with several issues."""
    return await asyncio.to_thread(_undo, request, record, service, (await form_values(request)).get("undo", ""))


async def _read(request: AnyRequest) -> Ticked:
    values, form = await form_values(request), await read_form(request)
    return Ticked(ids(form.getall("issue", [])), values)


def _back(request: AnyRequest, record: Record, slug: str, ticked: Ticked) -> Response[str]:
    with record.transaction() as session:
        who = authenticate(session, request)
        service = access.service_for(session, who, slug, Role.editor)
        return page_of(session, who, service, ticked.chosen, ticked=ticked.ids, values=_values(ticked.values))


def _change(request: AnyRequest, record: Record, slug: str, ticked: Ticked) -> PageOrRedirect:
    act = ticked.values.get("act", "")

    def change(session: Session, who: Principal) -> PageOrRedirect:
        service = access.service_for(session, who, slug, Role.editor)
        chosen = bulk.chosen(session, service, ticked.ids)
        _require_whole(act, ticked.values, chosen)
        if ticked.values.get("sure") != "yes":
            return _ask(session, who, service, ticked, chosen)
        undo, done = _do(session, who, act, ticked.values, chosen), f"several_{act}"
        if act == "assign":
            done = assigned(session, record.settings, who, service.id, ticked.values[FIELDS[act]])
        return saved(ticked.chosen.page_of(slug), done if undo else "nothing", SEVERAL_PLACE, undo)

    def show_again(session: Session, who: Principal, error: FeedbackError) -> Response[str]:
        service = access.service_for(session, who, slug, Role.editor)
        values, errors = _values(ticked.values), _complaint(act, error)
        return page_of(session, who, service, ticked.chosen, ticked=ticked.ids, values=values, errors=errors)

    return submit(request, record, change, show_again, told=(Malformed, Conflict, NotFound))


def _complaint(act: str, error: FeedbackError) -> FormValues:
    """Of a field that cannot be taken; where the form does not have it, of what was to be done."""
    otherwise = FIELDS.get(act) or "issue"
    if isinstance(error, Conflict | NotFound):
        return {otherwise: _("Something has changed in the meantime; look again.")}
    return complaint(error, COMPLAINTS, otherwise)


def _require_whole(act: str, values: FormValues, chosen: Sequence[Issue]) -> None:
    if act not in FIELDS:
        raise Malformed("this is nothing that can be done", field="act")
    if FIELDS[act] and not values.get(FIELDS[act]):
        raise Malformed("this field is needed", field=FIELDS[act])
    if act == MERGE and len(chosen) < 2:
        raise Malformed("choose two issues at least", field="issue")
    if act != MERGE:
        _decision(act, values)


def _decision(act: str, values: FormValues) -> IssueDecision:
    wanted: dict[str, object] = {
        "acknowledge": {"status": IssueStatus.ACKNOWLEDGED},
        "assign": {"assignee": values.get("to_whom")},
        "snooze": {"snoozed_until": values.get("snoozed_until")},
        "resolve": {"status": IssueStatus.RESOLVED, "reason": values.get("reason")},
    }
    return convert(wanted[act], IssueDecision)


def _ask(session: Session, who: Principal, service: Service, ticked: Ticked, chosen: Sequence[Issue]) -> Response[str]:
    views = sorted(issues.views(session, service, chosen), key=lambda view: -view.count)
    return show(
        who,
        "service/several.html",
        service=service,
        issues=views,
        act=ticked.values["act"],
        values=_values(ticked.values),
        view=ticked.chosen.query,
    )


def _do(session: Session, who: Principal, act: str, values: FormValues, chosen: Sequence[Issue]) -> str:
    """Returns what takes it back, "" where nothing was changed."""
    if act == MERGE:
        into = next((issue for issue in chosen if str(issue.id) == values.get("into")), None)
        if into is None:
            raise Malformed("one of the issues is kept", field="issue")
        return f"merge-{bulk.merge_all(session, who, chosen, into)}"
    event = bulk.decide_all(session, who, chosen, _decision(act, values))
    return f"event-{event}" if event else ""


def _undo(request: AnyRequest, record: Record, slug: str, undo: str) -> PageOrRedirect:
    kind, _dash, number = undo.partition("-")
    back = {MERGE: bulk.unmerge_all, "event": bulk.take_all_back}.get(kind)

    def take_back(session: Session, who: Principal) -> PageOrRedirect:
        service = access.service_for(session, who, slug, Role.editor)
        step = whole_number(number)
        if back is None or step is None:
            raise NotFound("there is nothing to undo")
        back(session, who, service, step)
        return saved(f"/dashboard/{slug}", "undone", SEVERAL_PLACE)

    def show_again(session: Session, who: Principal, error: FeedbackError) -> Response[str]:
        service = access.service_for(session, who, slug, Role.editor)
        outdated = {"issue": _("It cannot be undone any more: something has changed since.")}
        return page_of(session, who, service, address.read(MultiDict()), errors=outdated)

    return submit(request, record, take_back, show_again, told=(Conflict, NotFound))


def _values(given: FormValues) -> dict[str, str]:
    return {name: given.get(name, "") for name in ("act", "to_whom", "snoozed_until", "reason")}
