"""Each of the deaths that matter, by its name: what was done is not done twice, and what was not is done."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from feedback.record.db import Record
from feedback.record.models import Feedback, Statement
from feedback.record.privacy import erasure, erasure_ledger
from tests.attacks.counting import stored
from tests.conftest import RealServers
from tests.serving import served
from tests.walking import put, walk
from workers.actors.clean import clean
from workers.runtime.actor import Worker

PATH = "/v1/services/blue-badge/feedback"
DONE_AGAIN_SECONDS = 10.0


def start(servers: RealServers, point: str, argument: str = "", keep: Sequence[int] = ()) -> subprocess.Popen[bytes]:
    given = (point, servers.database_url, servers.redis_url, str(servers.data), argument)
    return subprocess.Popen([sys.executable, "-m", "tests.whole.dying", *given], pass_fds=keep)


def test_an_api_killed_between_the_commit_and_the_answer_has_stored_it_once_however_often_it_is_said(
    record: Record, servers: RealServers, blue_badge: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        dying = start(servers, "answer", f"{listener.fileno()}", (listener.fileno(),))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}{PATH}"
        with pytest.raises(httpx.TransportError):
            say(url)
        assert dying.wait() == -signal.SIGKILL
        assert stored(record) == 1, "it was committed"
        with served(record, servers, listener=listener):
            first, second = say(url), say(url)
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json() == second.json()
    assert stored(record) == 1


def test_the_batch_of_a_worker_that_is_killed_is_in_hand_again_within_ten_seconds(
    worker: Worker, servers: RealServers, blue_badge: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(worker, *(f"The lift is slow, {number}" for number in range(20)))
    assert start(servers, "clean").wait() == -signal.SIGKILL
    died, taken, usual = time.monotonic(), list[float](), worker.tools.clean

    def clean_now(*texts: Any) -> Any:
        taken.append(time.monotonic())
        return usual(*texts)

    monkeypatch.setattr(worker.tools, "clean", clean_now)
    while stages(worker) != {"group"}:
        clean(worker)
    assert taken[0] - died < DONE_AGAIN_SECONDS
    with worker.record.transaction() as session:
        assert session.scalar(select(func.count()).select_from(Statement)) == 20


@pytest.mark.parametrize("point", ["noted", "half", "committing", "committed"])
def test_an_erasure_killed_at_any_point_is_in_the_ledger_and_whole_or_done_by_the_next(
    worker: Worker, servers: RealServers, blue_badge: str, point: str
) -> None:
    [piece] = put(worker, "The lift is slow", contact="a@b.example")
    walk(worker)
    assert start(servers, "erase", f"{point}:{piece.id}").wait() == -signal.SIGKILL
    ledger = set(erasure_ledger.read(worker.record.settings.data / "erased.log"))
    assert piece.id in ledger
    with worker.record.transaction() as session:
        left = erasure_ledger.back_again(session, ledger)
        assert left == ([] if point == "committed" else [piece.id])
        words = [*session.scalars(select(Feedback.text)), *session.scalars(select(Statement.text))]
        assert any(words) == (point != "committed"), "all of it is gone, or none"
        erasure.erase(session, left, by="test")
    with worker.record.transaction() as session:
        assert not session.scalars(select(Statement.id)).all() and session.scalars(select(Feedback.text)).all() == [
            None
        ]


def say(url: str) -> httpx.Response:
    headers = {"Idempotency-Key": "mine", "User-Agent": "a browser"}
    return httpx.post(url, json={"message": "The lift is slow"}, headers=headers, timeout=60)


def stages(worker: Worker) -> set[str]:
    with worker.record.transaction() as session:
        return set(session.scalars(select(Feedback.stage)))
