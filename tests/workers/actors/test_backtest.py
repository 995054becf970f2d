"""A service that comes with a history is shown what that would have raised."""

import datetime as dt

from litestar import Litestar
from litestar.testing import TestClient

from tests.insights.made_up import NOW
from tests.workers.stored import keep
from tests.workers.texts import BROKEN, USUAL, said
from workers.actors.backtest import BACKTEST
from workers.runtime.actor import Worker, work_once


def test_a_preview_looks_through_the_history_that_came_with_a_service(
    worker: Worker, client: TestClient[Litestar], admin: dict[str, str], blue_badge: str
) -> None:
    usual = said(USUAL, 360)
    keep(worker, usual, [NOW - dt.timedelta(days=50, hours=-3 * place) for place in range(len(usual))])
    keep(worker, said(BROKEN, 20), [NOW - dt.timedelta(days=12, hours=-2 * place) for place in range(20)])

    def preview(**filters: object) -> tuple[list[str], bool]:
        wanted = {"service": blue_badge, "filters": filters}
        found = client.post("/v1/subscriptions/preview", json=wanted, headers=admin).json()
        return [item["data"]["issue"]["title"] for item in found["items"]], found["complete"]

    assert preview() == ([], False)
    assert work_once(worker, BACKTEST) and not work_once(worker, BACKTEST)
    titles, complete = preview()
    assert complete and any("photo" in title.lower() for title in titles)
    assert preview(channels=["call"]) == ([], True)
    assert client.get("/v1/services/blue-badge/alerts", headers=admin).json()["items"] == []
    keep(worker, said(USUAL, 1), [NOW - dt.timedelta(days=20)])
    assert preview() == (titles, False)
