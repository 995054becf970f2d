"""A service that comes with a history is shown what that would have raised."""

import datetime as dt
import uuid
from collections.abc import Sequence

from litestar import Litestar
from litestar.testing import TestClient

from feedback.record import access
from feedback.record.models import Feedback, Statement, new_id
from tests.insights.made_up import NOW, problem
from tests.workers.texts import BROKEN, USUAL, said
from workers.actors.look_back import LOOK_BACK
from workers.runtime.actor import Worker, work_once


def read(worker: Worker, texts: Sequence[str], times: Sequence[dt.datetime]) -> None:
    """Pieces of one statement each, as the walk would have left them."""
    vectors = worker.tools.encode(texts)
    with worker.record.transaction() as session:
        service_id = access.service(session, "blue-badge").id
        for text, at, vector in zip(texts, times, vectors, strict=True):
            piece = Feedback(
                id=new_id(),
                service_id=service_id,
                channel="web",
                receipt=str(uuid.uuid4()),
                caller="test",
                digest=b"",
                said_at=at,
                stage="done",
                history=True,
            )
            statement = Statement(
                feedback_id=piece.id,
                service_id=service_id,
                said_at=at,
                vector=vector.tolist(),
                **problem(text),
            )
            session.add(piece)
            session.flush()
            session.add(statement)


def test_a_preview_looks_through_the_history_that_came_with_a_service(
    worker: Worker, client: TestClient[Litestar], admin: dict[str, str], blue_badge: str
) -> None:
    usual = said(USUAL, 360)
    read(worker, usual, [NOW - dt.timedelta(days=50, hours=-3 * place) for place in range(len(usual))])
    read(worker, said(BROKEN, 20), [NOW - dt.timedelta(days=12, hours=-2 * place) for place in range(20)])

    def preview(**filters: object) -> tuple[list[str], bool]:
        wanted = {"service": blue_badge, "filters": filters}
        found = client.post("/v1/subscriptions/preview", json=wanted, headers=admin).json()
        return [item["data"]["issue"]["title"] for item in found["items"]], found["complete"]

    assert preview() == ([], False)
    assert work_once(worker, LOOK_BACK) and not work_once(worker, LOOK_BACK)
    titles, complete = preview()
    assert complete and any("photo" in title.lower() for title in titles)
    assert preview(channels=["call"]) == ([], True)
    assert client.get("/v1/services/blue-badge/alerts", headers=admin).json()["items"] == []
    read(worker, said(USUAL, 1), [NOW - dt.timedelta(days=20)])
    assert preview() == (titles, False)
