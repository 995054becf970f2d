"""Deciding on a page what belongs together: merge, split, move, keep apart; looking into an issue; undoing."""

import asyncio
import uuid
from collections.abc import Callable, Sequence

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.forms import form_values, read_form
from feedback.http.staff import authenticate
from feedback.record import access
from feedback.record.access import Principal, Role
from feedback.record.db import Record
from feedback.record.errors import Conflict, FeedbackError, Malformed
from feedback.record.limits import convert, whole_number
from feedback.record.models import Issue, Regrouping, Service, Statement
from insights.issues.decisions import regrouping, undoing
from insights.issues.decisions.lifecycle import ShortText
from insights.issues.queries import issue_detail, subtopics
from insights.issues.queries.issues import living
from insights.pages.forms import PageOrRedirect, submit
from insights.pages.issue.issue_page import titles
from insights.pages.layout import saved, show

PAGE_SIZE = 100

COMPLAINTS = {
    "statement": "Tick the statements that you mean",
    "into": "Choose the other issue",
    "title": "The title must have 1 to 200 characters",
}
"""What is said of a field that cannot be taken."""
OUTDATED = "Something has changed in the meantime; look again"

Regroup = Callable[[Session, Principal, Issue], object]


@get("/dashboard/issues/{issue:uuid}/sort", sync_to_thread=True)
def sort_page(
    request: AnyRequest, record: GivenRecord, issue: FromPath[uuid.UUID], before: FromQuery[int | None] = None
) -> Response[str]:
    """Shows what belongs to an issue."""
    with record.transaction() as session:
        who = authenticate(session, request)
        return _page(session, who, access.issue_for(session, who, issue), before)


@post("/dashboard/issues/{issue:uuid}/sort", status_code=200)
async def sort(request: AnyRequest, record: GivenRecord, issue: FromPath[uuid.UUID]) -> PageOrRedirect:
    """Does with the ticked statements what was chosen."""
    values, form = await form_values(request), await read_form(request)
    typed = [whole_number(str(text)) for text in form.getall("statement", [])]
    chosen = [number for number in typed if number is not None]

    def change(session: Session, who: Principal, found: Issue) -> None:
        if not chosen:
            raise Malformed("none is ticked", field="statement")
        if values.get("do") == "split":
            regrouping.split(session, who, found, chosen, _title(values.get("title", "")))
        elif values.get("do") == "apart":
            regrouping.keep_apart(session, who, found, chosen)
        else:
            _move(session, who, found, chosen, values.get("into", ""))

    return await asyncio.to_thread(_change, request, record, issue, change)


@post("/dashboard/issues/{issue:uuid}/merge", status_code=200)
async def merge(request: AnyRequest, record: GivenRecord, issue: FromPath[uuid.UUID]) -> PageOrRedirect:
    """Merges an issue into another."""
    values = await form_values(request)

    def change(session: Session, who: Principal, found: Issue) -> None:
        other = _other(session, who, values.get("into", ""))
        regrouping.merge(session, who, found, other, values.get("reason", "")[:2_000] or None)

    return await asyncio.to_thread(_change, request, record, issue, change, "merged")


@post("/dashboard/issues/{issue:uuid}/undo/{regrouping_id:int}", sync_to_thread=True)
def undo(
    request: AnyRequest, record: GivenRecord, issue: FromPath[uuid.UUID], regrouping_id: FromPath[int]
) -> PageOrRedirect:
    """Undoes a decision about what belongs together."""

    def change(session: Session, who: Principal, found: Issue) -> None:
        undoing.undo(session, who, access.owned_for(session, who, Regrouping, regrouping_id, Role.editor))

    return _change(request, record, issue, change, "undone")


def _title(text: str) -> str | None:
    try:
        return convert(text, ShortText) if text else None
    except Malformed as error:
        raise Malformed(str(error), field="title") from None


def _other(session: Session, who: Principal, into: str) -> Issue:
    try:
        return access.issue_for(session, who, uuid.UUID(into), Role.editor)
    except ValueError:
        raise Malformed("this is no issue", field="into") from None


def _move(session: Session, who: Principal, issue: Issue, chosen: Sequence[int], into: str) -> None:
    to = _other(session, who, into)
    rows = session.scalars(select(Statement).where(Statement.id.in_(chosen), Statement.issue_id == issue.id)).all()
    if len(rows) < len(set(chosen)):
        raise Conflict("some are not of this issue any more")
    for said in rows:
        regrouping.move(session, who, said, to)


def _change(
    request: AnyRequest, record: Record, issue: uuid.UUID, regroup: Regroup, act: str = "sorted"
) -> PageOrRedirect:
    """Applies it, or shows the page again and says what is wrong."""

    def change(session: Session, who: Principal) -> Redirect:
        regroup(session, who, access.issue_for(session, who, issue, Role.editor))
        return saved(f"/dashboard/issues/{issue}/sort", act)

    def show_again(session: Session, who: Principal, error: FeedbackError) -> Response[str]:
        problem = COMPLAINTS.get(error.field or "", OUTDATED)
        return _page(session, who, access.issue_for(session, who, issue), problem=problem)

    return submit(request, record, change, show_again, told=(Malformed, Conflict))


def _page(
    session: Session, who: Principal, issue: Issue, before: int | None = None, problem: str = ""
) -> Response[str]:
    service = session.get_one(Service, issue.service_id)
    statements = issue_detail.statements_page(session, issue, PAGE_SIZE, before)
    others = select(Issue.id, Issue.title).where(*living(service), Issue.id != issue.id).order_by(Issue.title)
    decisions = regrouping.standing(session, issue)
    named = {identity for it in decisions for identity in (it.issue_id, it.other_id) if identity}
    return show(
        who,
        "sort.html",
        400 if problem else 200,
        service=service,
        issue=issue,
        statements=statements,
        further=statements[-1].id if len(statements) == PAGE_SIZE else None,
        first=before is None,
        others=session.execute(others).all(),
        decisions=decisions,
        titles=titles(session, list(named)),
        inside=subtopics.parts_of(session, issue),
        may_decide=who.may(Role.editor, issue.service_id) and not issue.merged_into and not issue.ended_at,
        problem=problem,
    )


handlers = (sort_page, sort, merge, undo)
