"""Citizens who write while processes are replaced, each thing once: what is not taken at once is a failure."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx

from tests.whole.system import Running

PATH = "/v1/services/blue-badge/feedback"
KEPT_ALIVE, NEW = 4, 4
"""Writers who keep their connection, and who make one for each piece."""
PAUSE_SECONDS = 0.05
"""Between two pieces of a writer: together they write some hundred a second."""


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
