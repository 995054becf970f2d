"""A subscription as somebody asks for it, and a piece that cannot wait."""

import datetime as dt
from typing import Any

from litestar import Litestar
from litestar.testing import TestClient

from feedback.record import access
from feedback.record.models import Feedback
from insights.alerts.rules import fan_out
from tests.insights.raising import NOW
from workers.runtime.actor import Worker

Client = TestClient[Litestar]
Headers = dict[str, str]


def subscribe(api: Client, headers: Headers, **more: Any) -> dict[str, Any]:
    wanted = {"service": "blue-badge", "kind": "email", "address": "team@example.org", **more}
    answer = api.post("/v1/subscriptions", json=wanted, headers=headers)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def urgent_piece(worker: Worker, *, said: dt.datetime = NOW, channel: str = "web") -> Feedback:
    with worker.record.transaction() as session:
        piece = Feedback(
            service_id=access.service(session, "blue-badge").id,
            channel=channel,
            receipt=f"receipt {dt.datetime.now(dt.UTC)}",
            caller="test",
            digest=b"",
            said_at=said,
            stage="group",
            text="Please help me at once",
            urgent={"kind": "danger", "reason": "made up"},
        )
        session.add(piece)
        session.flush()
        session.refresh(piece)
        fan_out.raise_urgent_alerts(session, [piece])
        fan_out.raise_urgent_alerts(session, [piece])
        return piece
