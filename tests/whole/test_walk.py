"""The whole walk: nothing is lost, whoever dies."""

import datetime as dt
import itertools
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event

import httpx
import pytest

from tests.faults.clock import clock
from tests.faults.processes import OURS, kill_server, server_pids
from tests.whole.system import Running, post, until, up, waiting
from tests.whole.writers import writing
from tests.workers.texts import BROKEN, USUAL, said

TAKEOVER_SECONDS = 10.0  # on a machine that is busy with other tests; a start from nothing takes longer there

WRITERS = 8

HEARD_BETWEEN = 60
"""Pieces from the end of one process to that of the next."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("up")
    ours = clock(folder)
    with up(folder, **(ours.environment() if ours else {})) as found:
        yield replace(found, clock=ours)


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


def test_while_postgresql_is_restarted_each_is_told_that_it_is_stored_or_when_to_come_again(running: Running) -> None:
    before, answers, done = running.get("/v1/services/blue-badge/summary")["feedback"], list[httpx.Response](), Event()
    with ThreadPoolExecutor(WRITERS) as citizens:
        writing = [citizens.submit(write_on, running, number, answers, done) for number in range(WRITERS)]
        for _ in range(3):
            [old, *_] = server_pids(running, "postgres")
            os.kill(old, signal.SIGINT)
            until(lambda: bool(now := server_pids(running, "postgres")) and old not in now)  # noqa: B023 - called here
            heard = len(answers)
            until(lambda: len(answers) > heard + WRITERS and answers[-1].status_code == 202)  # noqa: B023 - called here
        done.set()
        for writer in writing:
            writer.result()
    refused = [answer for answer in answers if answer.status_code != 202]
    assert all(answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0 for answer in refused)
    until(lambda: waiting(running) == 0)
    taken = len(answers) - len(refused)
    assert running.get("/v1/services/blue-badge/summary")["feedback"] == before + taken


def test_without_redis_for_an_hour_everybody_is_heard_and_all_is_done(running: Running) -> None:
    """An hour by the clock of ours; that of the stores goes on as ever."""
    if not running.clock:
        pytest.skip("no compiler of C for a clock that can be set")
    before = running.get("/v1/services/blue-badge/summary")["feedback"]
    valkey = server_pids(running, "valkey")
    for pid in valkey:
        os.kill(pid, signal.SIGSTOP)
    try:
        for minute in range(0, 61, 12):
            running.clock.set(60 * minute)
            post(running, [f"Nobody has rung back for {minute} minutes"], dt.datetime.now(dt.UTC))
        until(lambda: waiting(running) == 0)
    finally:
        for pid in valkey:
            os.kill(pid, signal.SIGCONT)
        running.clock.set(0)
    post(running, ["And now they have"], dt.datetime.now(dt.UTC))
    until(lambda: waiting(running) == 0)
    assert running.get("/v1/services/blue-badge/summary")["feedback"] == before + 7


def write_on(running: Running, number: int, answers: list[httpx.Response], done: Event) -> None:
    """One piece after another, each until it is taken, as a client does that is told to come again."""
    for count in itertools.count():
        if done.is_set():
            return
        body = {"message": f"The lift is slow, says {number} for the {count}. time"}
        headers = {"Idempotency-Key": f"{number} {count}"}
        taken = False
        while not taken:
            answers.append(running.http.post("/v1/services/blue-badge/feedback", json=body, headers=headers))
            taken = answers[-1].status_code == 202


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


def test_nobody_is_refused_while_one_process_after_another_is_told_to_end(running: Running) -> None:
    """As a new version is put in place."""
    before = running.get("/v1/services/blue-badge/summary")["feedback"]
    until(lambda: all(running.children(name) for name in OURS))
    with writing(running) as writers:
        for name in (*OURS, "api", "api-standby"):
            replaced(running, name)
            heard = len(writers.answers)
            until(lambda: len(writers.answers) > heard + HEARD_BETWEEN)  # noqa: B023 - it is called here
    assert Counter(writers.answers).keys() == {"202"}, Counter(writers.answers)
    assert running.get("/v1/services/blue-badge/summary")["feedback"] == before + len(writers.answers)


def replaced(running: Running, name: str) -> None:
    """Returns once the next one is started."""
    [*_, old] = running.children(name)
    os.kill(old, signal.SIGTERM)
    until(lambda: running.children(name)[-1] != old)


def taken(running: Running, message: str) -> bool:
    """Sent as a careful client does that was told to come again: under one key, so that it counts once."""
    headers = {"Idempotency-Key": message}
    body = {"message": message}
    return running.http.post("/v1/services/blue-badge/feedback", json=body, headers=headers).status_code == 202
