"""A new version is put in place: one process after another is told to end, and whoever writes meanwhile is heard."""

import os
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests.faults.processes import OURS
from tests.whole.system import Running, until, up

PATH = "/v1/services/blue-badge/feedback"
KEPT_ALIVE, NEW = 4, 4
"""Writers who keep their connection, and who make one for each piece."""
PAUSE_SECONDS = 0.05
"""Between two pieces of a writer: together they write some hundred a second."""
HEARD_BETWEEN = 60
"""Pieces from the end of one process to that of the next."""


@dataclass(slots=True)
class Writers:
    """They say one thing after another, each once: what is not taken at once is a failure."""

    url: str
    answers: list[str] = field(default_factory=list)
    done: threading.Event = field(default_factory=threading.Event)

    def write(self, number: int, *, keeps: bool) -> None:
        with httpx.Client(base_url=self.url, timeout=30) as client:
            count = 0
            while not self.done.wait(PAUSE_SECONDS):
                count += 1
                body = {"message": f"The lift is slow, says {number} for the {count}. time"}
                self.answers.append(self._answer(client if keeps else None, body))

    def _answer(self, kept: httpx.Client | None, body: dict[str, str]) -> str:
        try:
            post = kept.post if kept else httpx.post
            return str(post(PATH if kept else self.url + PATH, json=body, timeout=30).status_code)
        except httpx.HTTPError as error:
            return repr(error)


@contextmanager
def writing(running: Running) -> Iterator[Writers]:
    found = Writers(str(running.http.base_url).rstrip("/"))
    threads = [
        threading.Thread(target=found.write, args=(number,), kwargs={"keeps": number < KEPT_ALIVE})
        for number in range(KEPT_ALIVE + NEW)
    ]
    for thread in threads:
        thread.start()
    try:
        yield found
    finally:
        found.done.set()
        for thread in threads:
            thread.join()


@pytest.mark.timeout(600)
def test_nobody_is_refused_while_one_process_after_another_is_told_to_end(tmp_path: Path) -> None:
    with up(tmp_path, FEEDBACK_WORKERS="1") as running:
        until(lambda: all(running.children(name) for name in OURS))
        with writing(running) as writers:
            for name in (*OURS, "api", "api-standby"):
                replace(running, name)
                heard = len(writers.answers)
                until(lambda: len(writers.answers) > heard + HEARD_BETWEEN)  # noqa: B023 - it is called here
        assert Counter(writers.answers).keys() == {"202"}, Counter(writers.answers)
        assert running.get("/v1/services/blue-badge/summary")["feedback"] == len(writers.answers)


def replace(running: Running, name: str) -> None:
    """Returns once the next one is started."""
    [*_, old] = running.children(name)
    os.kill(old, signal.SIGTERM)
    until(lambda: running.children(name)[-1] != old)
