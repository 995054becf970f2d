"""What staff tick in a search as missed by the machine: it becomes an issue with a signal of its own."""

import asyncio
from collections.abc import Sequence

from litestar import post
from litestar.params import FromPath

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.forms import form_values, read_form
from feedback.http.staff import authenticate
from feedback.record import access
from feedback.record.access import Role
from feedback.record.db import Record
from feedback.record.errors import Malformed
from feedback.record.limits import convert
from insights.dependencies import QueryEmbedderDependency
from insights.issues.decisions import missed
from insights.issues.decisions.missed import MissedReport
from insights.pages.forms import FormValues, PageOrRedirect
from insights.pages.layout import saved
from insights.pages.search.search_page import Entered, results, within_bounds
from insights.search.query_embedding import QueryEmbedder


@post("/dashboard/{service:str}/missed", status_code=200)
async def say_missed(
    request: AnyRequest, record: GivenRecord, query_embedder: QueryEmbedderDependency, service: FromPath[str]
) -> PageOrRedirect:
    """Makes an issue of the pieces that were ticked; shows the search and what was ticked again where it cannot."""
    values = await form_values(request)
    ticked = [str(value) for value in (await read_form(request)).getall("feedback", [])]
    return await asyncio.to_thread(_report, request, record, query_embedder, service, ticked, values)


def _report(
    request: AnyRequest,
    record: Record,
    query_embedder: QueryEmbedder,
    slug: str,
    ticked: Sequence[str],
    values: FormValues,
) -> PageOrRedirect:
    try:
        with record.transaction() as session:
            who = authenticate(session, request)
            found = access.service_for(session, who, slug, Role.editor)
            wanted = {"feedback": list(ticked), "title": values.get("title") or None}
            made = missed.report(session, who, found, convert(wanted, MissedReport))
            return saved(f"/dashboard/issues/{made.id}", "missed")
    except Malformed:
        entered = Entered(ticked, values.get("title", ""))
        return results(request, record, query_embedder, slug, within_bounds(values.get("q", "")), entered)
