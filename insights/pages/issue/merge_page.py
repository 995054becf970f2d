"""Merging issues on a page: the other ones are searched for, and shown with their counts and what one member said."""

import asyncio
import uuid
from collections.abc import Collection, Sequence

from litestar import Response, get, post
from litestar.params import FromPath
from sqlalchemy import select
from sqlalchemy.orm import Session

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.forms import form_values, read_form
from feedback.http.staff import authenticate
from feedback.i18n import N_, TranslatedLabels
from feedback.record import access
from feedback.record.access import Principal, Role
from feedback.record.db import Record
from feedback.record.errors import Conflict, FeedbackError, Malformed
from feedback.record.models import Issue, Service
from insights.dependencies import QueryEmbedderDependency
from insights.issues import similar
from insights.issues.decisions import lifecycle, regrouping
from insights.issues.queries import issues
from insights.issues.queries.issues import living
from insights.pages.forms import FormValues, PageOrRedirect, complaint_at, ids, submit
from insights.pages.issue.issue_page import LONGEST_QUERY
from insights.pages.issue.sort_page import regrouped
from insights.pages.layout import show
from insights.presentation.schemas import IssueView
from insights.search import of_service
from insights.search.query_embedding import QueryVector

MOST_FOUND, MOST_TICKED = 10, 50

COMPLAINTS = TranslatedLabels(
    {
        "other": N_("Tick the issues that say the same"),
        "goes": N_("To go on as the ticked one, tick one alone"),
    }
)
"""What is said of a field that cannot be taken."""


@get("/dashboard/issues/{issue:uuid}/merge", sync_to_thread=True)
def merge_page(
    request: AnyRequest, record: GivenRecord, query_embedder: QueryEmbedderDependency, issue: FromPath[uuid.UUID]
) -> Response[str]:
    """Shows the issues that may be merged with one: the likest, or what a search finds; those ticked stay."""
    query = request.query_params.get("q", "").strip()[:LONGEST_QUERY]
    values = {
        "q": query,
        "goes": request.query_params.get("goes", ""),
        "reason": request.query_params.get("reason", ""),
    }
    with record.transaction() as session:
        access.issue_for(session, authenticate(session, request), issue)
    vector = query_embedder.embed(query) if query else None
    with record.transaction() as session:
        who = authenticate(session, request)
        found = access.issue_for(session, who, issue)
        ticked = ids(request.query_params.getall("other", [])[:MOST_TICKED])
        return _page(session, who, found, ticked, values, vector)


@post("/dashboard/issues/{issue:uuid}/merge", status_code=200)
async def merge(request: AnyRequest, record: GivenRecord, issue: FromPath[uuid.UUID]) -> PageOrRedirect:
    """Merges the ticked issues into this one, or this one into the one that is ticked."""
    values, form = await form_values(request), await read_form(request)
    return await asyncio.to_thread(_merge, request, record, issue, ids(form.getall("other", [])[:MOST_TICKED]), values)


def _merge(
    request: AnyRequest, record: Record, issue_id: uuid.UUID, ticked: Sequence[uuid.UUID], values: FormValues
) -> PageOrRedirect:
    reason = values.get("reason", "")[:2_000] or None

    def change(session: Session, who: Principal) -> PageOrRedirect:
        found = access.issue_for(session, who, issue_id, Role.editor)
        others = [access.issue_for(session, who, other, Role.editor) for other in ticked]
        if not others:
            raise Malformed("none is ticked", field="other")
        if values.get("goes") != "other":
            for other in others:
                regrouping.merge(session, who, other, found, reason)
            return regrouped(session, found, "", "merged")
        if len(others) > 1:
            raise Malformed("more than one is ticked", field="goes")
        regrouping.merge(session, who, found, others[0], reason)
        return regrouped(session, others[0], "", "merged")

    def show_again(session: Session, who: Principal, error: FeedbackError) -> Response[str]:
        errors = complaint_at("choices", error, COMPLAINTS)
        return _page(session, who, access.issue_for(session, who, issue_id), ticked, values, errors=errors)

    return submit(request, record, change, show_again, told=(Malformed, Conflict))


def _page(
    session: Session,
    who: Principal,
    issue: Issue,
    ticked: Sequence[uuid.UUID],
    values: FormValues,
    vector: QueryVector | None = None,
    errors: FormValues | None = None,
) -> Response[str]:
    service = session.get_one(Service, issue.service_id)
    query = values.get("q", "")
    return show(
        who,
        "merge.html",
        400 if errors else 200,
        service=service,
        issue=issue,
        ticked=set(ticked),
        choices=_choices(session, service, issue, ticked, query, vector),
        query=query,
        goes=values.get("goes", ""),
        reason=values.get("reason", ""),
        may_decide=lifecycle.may_decide(who, issue),
        errors=errors or {},
    )


def _choices(
    session: Session,
    service: Service,
    issue: Issue,
    ticked: Sequence[uuid.UUID],
    query: str,
    vector: QueryVector | None,
) -> list[IssueView]:
    """What is ticked, then what was found."""
    mine = select(Issue).where(*living(service), Issue.id.in_(ticked), Issue.id != issue.id)
    kept = session.scalars(mine).all()
    but = {issue.id, *ticked}
    found = _sought(session, service, query, vector, but) if query else _likest(session, service, issue, but)
    return [*issues.views(session, service, kept, most_quotes=1), *found]


def _sought(
    session: Session, service: Service, query: str, vector: QueryVector | None, but: Collection[uuid.UUID]
) -> list[IssueView]:
    hits = [hit.issue for hit in of_service.search(session, service, query, vector) if hit.issue]
    return [view for view in hits if view.id not in but and not view.merged_into][:MOST_FOUND]


def _likest(session: Session, service: Service, issue: Issue, but: Collection[uuid.UUID]) -> list[IssueView]:
    near = similar.nearest(session, issue, MOST_FOUND, Issue.service_id == service.id, Issue.id.not_in(but))
    return issues.views(session, service, [one for one, _ in near], most_quotes=1)


handlers = (merge_page, merge)
