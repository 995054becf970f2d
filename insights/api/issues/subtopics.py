"""Looking into an issue, over HTTP: what it falls into, who is affected, what is like it."""

import uuid

from litestar import get
from litestar.params import FromPath

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.staff import authenticate, routes
from feedback.record import access
from insights.issues import similar
from insights.issues.affected import affected
from insights.issues.queries.subtopics import IssueParts, parts_of
from insights.issues.similar import SimilarIssue
from insights.presentation.breakdowns import Affected
from insights.presentation.schemas import Page


@get("/v1/issues/{issue:uuid}/parts", sync_to_thread=True)
def show_parts(request: AnyRequest, record: GivenRecord, issue: FromPath[uuid.UUID]) -> IssueParts:
    """Look into an issue: its theme, its sub-issues, and what else it falls into."""
    with record.transaction() as session:
        return parts_of(session, access.issue_for(session, authenticate(session, request), issue))


@get("/v1/issues/{issue:uuid}/affected", sync_to_thread=True)
def show_affected(request: AnyRequest, record: GivenRecord, issue: FromPath[uuid.UUID]) -> Affected:
    """Show who is affected that others are not: its reports by channel, language and attribute, and what is usual."""
    with record.transaction() as session:
        return affected(session, access.issue_for(session, authenticate(session, request), issue))


@get("/v1/issues/{issue:uuid}/similar", sync_to_thread=True)
def show_similar(request: AnyRequest, record: GivenRecord, issue: FromPath[uuid.UUID]) -> Page[SimilarIssue]:
    """List the issues that are most like it, in all services that the key may see; the likest first."""
    with record.transaction() as session:
        return Page(similar.similar(session, access.issue_for(session, authenticate(session, request), issue)))


router = routes("staff", show_parts, show_affected, show_similar)
