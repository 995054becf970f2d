"""What a signal rests on, on the page of its issue; and the button that calls it a false alarm."""

import asyncio
import uuid

from litestar import post
from litestar.params import FromPath
from litestar.response import Redirect

from feedback.http.dependencies import AnyRequest, GivenRecord
from feedback.http.forms import form_values
from feedback.http.staff import authenticate
from feedback.record.db import Record
from insights.issues.decisions import false_alarms
from insights.pages.layout import saved


@post("/dashboard/signals/{signal:uuid}/false-alarm", status_code=200)
async def doubt(request: AnyRequest, record: GivenRecord, signal: FromPath[uuid.UUID]) -> Redirect:
    """Calls a signal a false alarm; `undo` takes it back."""
    return await asyncio.to_thread(_judge, request, record, signal, await form_values(request))


def _judge(request: AnyRequest, record: Record, signal_id: uuid.UUID, values: dict[str, str]) -> Redirect:
    with record.transaction() as session:
        who = authenticate(session, request)
        signal = false_alarms.signal_for(session, who, signal_id)
        if values.get("undo"):
            false_alarms.unmark(session, who, signal)
            return saved(f"/dashboard/issues/{signal.issue_id}", "no_false_alarm", "why")
        false_alarms.mark(session, who, signal, values.get("why", "")[:2_000] or None)
        return saved(f"/dashboard/issues/{signal.issue_id}", "false_alarm", "why", undo=signal.id)
