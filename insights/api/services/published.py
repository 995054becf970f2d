"""Publishing an issue under "You said, we did", over HTTP; and taking it off again."""

import uuid

from litestar import delete, put
from litestar.params import FromPath, JSONBody

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.staff import authenticate, routes
from feedback.record import access
from feedback.record.access import Role
from insights.replies.published import PublicationText, publish, withdraw


@put("/v1/issues/{issue:uuid}/publication", status_code=204, sync_to_thread=True)
def publish_issue(
    request: AnyRequest, record: GivenRecord, issue: FromPath[uuid.UUID], data: JSONBody[PublicationText]
) -> None:
    """Publish an issue under "You said, we did"."""
    with record.transaction() as session:
        who = authenticate(session, request)
        publish(session, who, access.issue_for(session, who, issue, Role.editor), data)


@delete("/v1/issues/{issue:uuid}/publication", sync_to_thread=True)
def unpublish_issue(request: AnyRequest, record: GivenRecord, issue: FromPath[uuid.UUID]) -> None:
    """Take an issue off "You said, we did" again."""
    with record.transaction() as session:
        who = authenticate(session, request)
        withdraw(session, who, access.issue_for(session, who, issue, Role.editor))


router = routes("staff", publish_issue, unpublish_issue)
