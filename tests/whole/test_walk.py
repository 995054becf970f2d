"""The whole walk: nothing is lost, whoever dies."""

import datetime as dt
import os
import signal
import time
from collections.abc import Iterator

import httpx
import pytest

from tests.faults.processes import kill_server
from tests.whole.system import Running, post, until, up, waiting
from tests.workers.texts import BROKEN, USUAL, said

TAKEOVER_SECONDS = 10.0  # on a machine that is busy with other tests; a start from nothing takes longer there


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with up(tmp_path_factory.mktemp("up")) as found:
        yield found


def test_messages_in_one_issue_and_one_signal_out(running: Running) -> None:
    now = dt.datetime.now(dt.UTC)
    for day in range(3, 31):
        post(running, said(USUAL, 8, skip=8 * day), now - dt.timedelta(days=day, hours=day % 8))
    until(lambda: waiting(running) == 0)
    until(lambda: len(running.get("/v1/services/blue-badge/issues")["items"]) >= 2)
    assert running.get("/v1/services/blue-badge/emerging")["items"] == []
    for place, hours in enumerate((44, 38, 30, 22, 14, 6, 1)):
        post(running, said(BROKEN, 3, skip=3 * place), now - dt.timedelta(hours=hours))
    until(lambda: bool(running.get("/v1/services/blue-badge/emerging")["items"]))
    [issue] = running.get("/v1/services/blue-badge/emerging")["items"]
    assert issue["signal"]["observed"] > issue["signal"]["expected"]
    found = {row["id"]: row["text"] for row in running.get("/v1/services/blue-badge/feedback?limit=100")["items"]}
    about = [found[identity] for identity in issue["signal"]["feedback_ids"] if identity in found]
    assert sum("photo" in text.lower() for text in about) >= 0.8 * len(about) > 0


def test_killed_workers_lose_nothing_and_repeat_nothing(running: Running) -> None:
    before = running.get("/v1/services/blue-badge/summary")["feedback"]
    post(running, said(USUAL, 60), dt.datetime.now(dt.UTC))
    for name in ("worker-1", "worker-2"):
        for pid in running.children(name)[-1:]:
            os.kill(pid, signal.SIGKILL)
    until(lambda: waiting(running) == 0)
    summary = running.get("/v1/services/blue-badge/summary")
    assert (summary["feedback"], summary["set_aside"]) == (before + 60, 0)


@pytest.mark.parametrize("server", ["postgres", "valkey"])
def test_a_killed_server_comes_back_and_loses_nothing(running: Running, server: str) -> None:
    before = running.get("/v1/services/blue-badge/summary")["feedback"]
    kill_server(running, server)
    until(lambda: taken(running, f"Is anybody there after {server}?"))
    until(lambda: running.http.get("/health/ready").json() == {"store": "ok", "redis": "ok"})
    until(lambda: waiting(running) == 0)
    assert running.get("/v1/services/blue-badge/summary")["feedback"] == before + 1


def test_a_standby_takes_over_from_a_killed_api_and_nobody_is_refused(running: Running) -> None:
    until(lambda: bool(running.children("api-standby")))
    [serving] = running.children("api")
    os.kill(serving, signal.SIGKILL)
    began = time.monotonic()
    with httpx.Client(base_url=running.http.base_url, timeout=30) as newcomer:  # an open connection dies with the API
        answer = newcomer.post("/v1/services/blue-badge/feedback", json={"message": "Is anybody there after the API?"})
    assert answer.status_code == 202
    assert time.monotonic() - began < TAKEOVER_SECONDS
    until(lambda: running.children("api")[-1] != serving)
    assert len(running.children("api-standby")) == 1


def taken(running: Running, message: str) -> bool:
    """Sent as a careful client does that was told to come again: under one key, so that it counts once."""
    headers = {"Idempotency-Key": message}
    body = {"message": message}
    return running.http.post("/v1/services/blue-badge/feedback", json=body, headers=headers).status_code == 202
