"""How soon intake answers again once the API or PostgreSQL is killed, everything running, forty pieces a second."""

import itertools
import math
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import httpx

from feedback.process.supervisor import STEADY
from tests.bench import Report, Row
from tests.faults.processes import kill_one, kill_server
from tests.whole.system import Running, up

KILLS = 10
A_SECOND = 40
AT_ONCE = 400
"""Citizens who may wait at one time; each has a connection of their own."""

APIS = "api", "api-standby"
"""They take turns: the one that waits while the other is killed goes on, and is the next."""

WATCHED_SECONDS = STEADY + 2
"""After a kill, in which both APIs are loaded again, and what was killed counts as steady."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A piece by a citizen who tries once: when it was sent and answered, and what; no status where the line broke."""

    sent: float
    answered: float
    status: int | None


@dataclass(slots=True)
class Load:
    """Pieces at a steady rate, however long the answers take."""

    url: str
    answers: list[Answered] = field(default_factory=list)

    def keep_on(self, done: threading.Event) -> None:
        began = time.monotonic()
        with ThreadPoolExecutor(AT_ONCE) as citizens:
            for number in itertools.count():
                if done.wait(max(0.0, began + number / A_SECOND - time.monotonic())):
                    return
                citizens.submit(self._write, number)

    def _write(self, number: int) -> None:
        sent, status = time.monotonic(), None
        try:
            message = {"message": f"The lift is slow, says number {number}"}
            status = httpx.post(f"{self.url}/v1/services/blue-badge/feedback", json=message, timeout=60).status_code
        except httpx.HTTPError:
            pass
        self.answers.append(Answered(sent, time.monotonic(), status))

    def since(self, moment: float) -> Sequence[Answered]:
        return [answer for answer in tuple(self.answers) if answer.answered >= moment]


def run(report: Report) -> None:
    with tempfile.TemporaryDirectory() as folder, up(Path(folder)) as running, _load(running) as load:
        time.sleep(WATCHED_SECONDS)
        rows = [_killed(running, load, what) for what in ("api", "postgres")]
    report.table(f"Seconds from kill -9 to the first 202, of {KILLS}, at {A_SECOND} pieces a second", rows)
    report.remark(f"{len(load.answers):,} pieces, {sum(it.status == 202 for it in load.answers):,} taken at once")


@contextmanager
def _load(running: Running) -> Iterator[Load]:
    load, done = Load(str(running.http.base_url).rstrip("/")), threading.Event()
    thread = threading.Thread(target=load.keep_on, args=(done,))
    thread.start()
    try:
        yield load
    finally:
        done.set()
        thread.join()


def _killed(running: Running, load: Load, what: str) -> Row:
    """Of the answers to what was sent after the kill: when the first good one came, what came before, who waited."""
    seconds, broken, refused, longest = [], 0, 0, 0.0
    for number in range(KILLS):
        moment = time.monotonic()
        if what == "postgres":
            kill_server(running, what)
        else:
            kill_one(running, APIS[number % len(APIS)])
        time.sleep(WATCHED_SECONDS)
        answers = load.since(moment)
        taken = [it.answered for it in answers if it.status == 202 and it.sent >= moment]
        seconds.append(min(taken, default=math.inf) - moment)
        broken += sum(it.status is None for it in answers)
        refused += sum(it.status not in (None, 202) for it in answers)
        longest = max([longest, *(it.answered - it.sent for it in answers)])
    return {
        "killed": what,
        "least": round(min(seconds), 2),
        "median": round(median(seconds), 2),
        "worst": round(max(seconds), 2),
        "lines broken": broken,
        "asked to come again": refused,
        "longest wait": round(longest, 1),
    }
