"""Looking into an issue, over HTTP."""

import uuid

from litestar import get
from litestar.params import FromPath

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.staff import authenticate, routes
from feedback.record import access
from insights.issues.queries.subtopics import IssueParts, parts_of


@get("/v1/issues/{issue:uuid}/parts", sync_to_thread=True)
def show_parts(request: AnyRequest, record: GivenRecord, issue: FromPath[uuid.UUID]) -> IssueParts:
    """Look into an issue: its theme, its sub-issues, and what else it falls into."""
    with record.transaction() as session:
        return parts_of(session, access.issue_for(session, authenticate(session, request), issue))


router = routes("staff", show_parts)
