"""Deciding on a page what belongs to an issue: splitting off, moving, keeping apart; and undoing it.

Whoever looks for what to tick searches and turns pages within one form: what is ticked goes along, whatever happens.
"""

import asyncio
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.forms import form_values, read_form
from feedback.http.staff import authenticate
from feedback.i18n import N_, TranslatedLabels
from feedback.i18n.titles import Titled
from feedback.record import access
from feedback.record.access import Principal, Role
from feedback.record.db import Record
from feedback.record.errors import Conflict, FeedbackError, Malformed
from feedback.record.limits import convert, whole_number
from feedback.record.models import Issue, Regrouping, Service, Statement
from insights.issues import similar
from insights.issues.decisions import lifecycle, regrouping, undoing
from insights.issues.decisions.lifecycle import ShortText
from insights.issues.queries import issue_detail, subtopics
from insights.issues.queries.issues import living, titles
from insights.pages.forms import FormValues, PageOrRedirect, complaint_at, submit
from insights.pages.issue.issue_page import LONGEST_QUERY
from insights.pages.layout import saved, show
from insights.presentation.schemas import IssueTitle

PAGE_SIZE = 50
MOST_TICKED = 1_000
MOST_OTHERS = 30

COMPLAINTS = TranslatedLabels(
    {
        "statement": N_("Tick the statements that you mean"),
        "into": N_("Choose the other issue"),
        "title": N_("The title must have 1 to 200 characters"),
    }
)
"""What is said of a field that cannot be taken."""


@dataclass(frozen=True, slots=True)
class SortForm:
    """What is sought and ticked: statements by their ids, parts by that of one of their statements."""

    query: str = ""
    other_query: str = ""
    before: int | None = None
    statements: frozenset[int] = frozenset()
    parts: frozenset[int] = frozenset()
    every: bool = False


@get("/dashboard/issues/{issue:uuid}/sort", sync_to_thread=True)
def sort_page(
    request: AnyRequest,
    record: GivenRecord,
    issue: FromPath[uuid.UUID],
    before: FromQuery[int | None] = None,
    q: FromQuery[str] = "",
) -> Response[str]:
    """Shows what belongs to an issue."""
    with record.transaction() as session:
        who = authenticate(session, request)
        found = access.issue_for(session, who, issue)
        return _page(session, who, found, SortForm(query=q.strip()[:LONGEST_QUERY], before=before), {})


@post("/dashboard/issues/{issue:uuid}/sort", status_code=200)
async def sort(request: AnyRequest, record: GivenRecord, issue: FromPath[uuid.UUID]) -> PageOrRedirect:
    """Does with the ticked statements what was chosen; or goes on looking, if nothing was."""
    values, form = await form_values(request), await read_form(request)
    sought = SortForm(
        query=values.get("q", "")[:LONGEST_QUERY],
        other_query=values.get("other", "")[:LONGEST_QUERY],
        before=whole_number(values.get("before", "")),
        statements=_numbers(form.getall("statement", [])),
        parts=_numbers(form.getall("part", [])),
        every="every" in values,
    )
    return await asyncio.to_thread(_sort, request, record, issue, sought, values)


def _numbers(typed: Sequence[object]) -> frozenset[int]:
    found = [whole_number(str(text)) for text in typed]
    return frozenset([number for number in found if number is not None][:MOST_TICKED])


def _sort(
    request: AnyRequest, record: Record, issue_id: uuid.UUID, sought: SortForm, values: FormValues
) -> PageOrRedirect:
    def change(session: Session, who: Principal) -> PageOrRedirect:
        issue = access.issue_for(session, who, issue_id, Role.editor)
        if not values.get("do"):
            return _page(session, who, issue, sought, values)
        chosen = sorted(sought.statements | _of_parts(session, issue, sought.parts))
        if not chosen:
            raise Malformed("none is ticked", field="statement")
        _decide(session, who, issue, chosen, values)
        return regrouped(session, issue, "/sort", "sorted")

    def show_again(session: Session, who: Principal, error: FeedbackError) -> Response[str]:
        return _page(session, who, access.issue_for(session, who, issue_id), sought, values, _complaint(error))

    return submit(request, record, change, show_again, told=(Malformed, Conflict))


def _complaint(error: FeedbackError) -> FormValues:
    return complaint_at("statements", error, COMPLAINTS)


def _of_parts(session: Session, issue: Issue, parts: frozenset[int]) -> set[int]:
    """The statements of the ticked parts. Raises `Conflict` where the machine sees one of them no more."""
    if not parts:
        return set()
    seen = [part.statements for part in subtopics.parts_of(session, issue).parts]
    found = [its for its in seen if not parts.isdisjoint(its)]
    if len({one for its in found for one in its} & set(parts)) < len(parts):
        raise Conflict("the parts of this issue have changed")
    return {one for its in found for one in its}


def _decide(session: Session, who: Principal, issue: Issue, chosen: Sequence[int], values: FormValues) -> None:
    if values["do"] == "split":
        regrouping.split(session, who, issue, chosen, _title(values.get("title", "")))
    elif values["do"] == "apart":
        regrouping.keep_apart(session, who, issue, chosen)
    else:
        _move(session, who, issue, chosen, values.get("into", ""))


def _title(text: str) -> str | None:
    try:
        return convert(text, ShortText) if text else None
    except Malformed as error:
        raise Malformed(str(error), field="title") from None


def _move(session: Session, who: Principal, issue: Issue, chosen: Sequence[int], into: str) -> None:
    try:
        to = access.issue_for(session, who, uuid.UUID(into), Role.editor)
    except ValueError:
        raise Malformed("this is no issue", field="into") from None
    rows = session.scalars(select(Statement).where(Statement.id.in_(chosen), Statement.issue_id == issue.id)).all()
    if len(rows) < len(chosen):
        raise Conflict("some are not of this issue any more")
    for said in rows:
        regrouping.move(session, who, said, to)


def regrouped(session: Session, issue: Issue, page: str, act: str) -> Redirect:
    """Says on a page of an issue what was just decided about what belongs to it, with the way back."""
    newest = regrouping.standing(session, issue)[0]
    return saved(f"/dashboard/issues/{issue.id}{page}", act, "regrouped", undo=newest.id)


@post("/dashboard/issues/{issue:uuid}/undo/{regrouping_id:int}", status_code=200)
async def undo(
    request: AnyRequest, record: GivenRecord, issue: FromPath[uuid.UUID], regrouping_id: FromPath[int]
) -> PageOrRedirect:
    """Undoes a decision about what belongs together; from its confirmation, all that was decided with it."""
    back = undoing.undo_all_of_it if "undo" in await form_values(request) else undoing.undo
    return await asyncio.to_thread(_undo, request, record, issue, regrouping_id, back)


def _undo(
    request: AnyRequest,
    record: Record,
    issue: uuid.UUID,
    regrouping_id: int,
    back: Callable[[Session, Principal, Regrouping], None],
) -> PageOrRedirect:
    def change(session: Session, who: Principal) -> Redirect:
        access.issue_for(session, who, issue, Role.editor)
        back(session, who, access.owned_for(session, who, Regrouping, regrouping_id, Role.editor))
        return saved(f"/dashboard/issues/{issue}/sort", "undone")

    def show_again(session: Session, who: Principal, error: FeedbackError) -> Response[str]:
        return _page(session, who, access.issue_for(session, who, issue), SortForm(), {}, _complaint(error))

    return submit(request, record, change, show_again, told=(Malformed, Conflict))


def _page(
    session: Session,
    who: Principal,
    issue: Issue,
    sought: SortForm,
    values: FormValues,
    errors: FormValues | None = None,
) -> Response[str]:
    service = session.get_one(Service, issue.service_id)
    statements = issue_detail.statements_page(session, issue, PAGE_SIZE, sought.before, sought.query)
    ticked = set(sought.statements)
    if sought.every:
        ticked |= set(issue_detail.statement_ids(session, issue, MOST_TICKED, sought.query))
    shown = {said.id for said in statements}
    decisions = regrouping.standing(session, issue)
    named = {identity for it in decisions for identity in (it.issue_id, it.other_id) if identity}
    return show(
        who,
        "sort.html",
        400 if errors else 200,
        service=service,
        issue=issue,
        statements=statements,
        further=statements[-1].id if len(statements) == PAGE_SIZE else None,
        first=sought.before is None,
        query=sought.query,
        ticked=ticked,
        kept=issue_detail.statements_of(session, issue, ticked - shown),
        parts=sought.parts,
        values={"title": values.get("title", ""), "into": values.get("into", ""), "other": sought.other_query},
        others=_others(session, service, issue, sought.other_query),
        decisions=decisions,
        titles=titles(session, list(named)),
        inside=subtopics.parts_of(session, issue),
        may_decide=lifecycle.may_decide(who, issue),
        errors=errors or {},
    )


def _others(session: Session, service: Service, issue: Issue, query: str) -> Sequence[Titled]:
    """The issues that statements may be moved to: the likest, or those whose titles have what was sought."""
    if not query:
        near = similar.nearest(session, issue, MOST_OTHERS, Issue.service_id == service.id)
        return [one for one, _ in near]
    named = select(Issue.id, Issue.title, Issue.titles).where(*living(service), Issue.id != issue.id)
    named = named.where(Issue.title.icontains(query, autoescape=True)).order_by(func.length(Issue.title), Issue.id)
    return [IssueTitle(*row) for row in session.execute(named.limit(MOST_OTHERS))]


handlers = (sort_page, sort, undo)
