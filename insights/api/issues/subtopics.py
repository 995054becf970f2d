"""Looking into an issue, over HTTP."""

import uuid

from litestar import get
from litestar.params import FromPath

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.staff import authenticate, routes
from feedback.record import access
from insights.issues.queries.subtopics import Parts, parts


@get("/v1/issues/{issue:uuid}/parts", sync_to_thread=True)
def show_parts(request: AnyRequest, record: GivenRecord, issue: FromPath[uuid.UUID]) -> Parts:
    """Look into an issue: its theme, its sub-issues, and what else it falls into."""
    with record.transaction() as session:
        return parts(session, access.issue_for(session, authenticate(session, request), issue))


router = routes("staff", show_parts)
