"""The hot path: one thread that commits the arrivals of many requests in one transaction, and only then answers."""

import datetime as dt
import queue
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from typing import NamedTuple

import structlog

from feedback.record.db import Record
from feedback.record.errors import FeedbackError, Unavailable
from feedback.record.work.queue import WorkQueue
from ingest.intake.accept import Accepted, accept
from ingest.intake.arrival import Arrival

log = structlog.get_logger()

Answers = list[Accepted | FeedbackError]


class _Request(NamedTuple):
    arrivals: Sequence[Arrival]
    answer: "Future[Answers]"


class Writer:
    """`most`: arrivals committed at once. `waiting`: requests that may wait; a further one is told to come back."""

    def __init__(self, record: Record, work_queue: WorkQueue, *, most: int = 200, waiting: int = 2_000) -> None:
        self._record, self._work_queue, self._most = record, work_queue, most
        self._requests: queue.Queue[_Request | None] = queue.Queue(waiting)
        self._thread = threading.Thread(target=self._run, name="intake", daemon=True)
        self._thread.start()

    def submit(self, arrivals: Sequence[Arrival]) -> "Future[Answers]":
        """Return the answers, one for each arrival, once they are committed."""
        request = _Request(arrivals, Future())
        try:
            self._requests.put_nowait(request)
        except queue.Full:
            raise Unavailable("too much is waiting to be stored; please try again in a moment") from None
        return request.answer

    def close(self) -> None:
        """Ends once all that was submitted is answered."""
        self._requests.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (first := self._requests.get()) is not None:
            ended = self._commit(self._with_followers(first))
            if ended:
                return

    def _with_followers(self, first: _Request) -> list[_Request | None]:
        batch: list[_Request | None] = [first]
        size = len(first.arrivals)
        while size < self._most:
            try:
                following = self._requests.get_nowait()
            except queue.Empty:
                break
            batch.append(following)
            if following is None:
                break
            size += len(following.arrivals)
        return batch

    def _commit(self, batch: list[_Request | None]) -> bool:
        requests = [request for request in batch if request is not None]
        try:
            answers = self._store([arrival for request in requests for arrival in request.arrivals])
        except Exception as error:
            log.error("intake failed", error=type(error).__name__, requests=len(requests))
            if len(requests) > 1:  # find the one that is to blame; the others are stored
                for request in requests:
                    self._commit([request])
            else:
                requests[0].answer.set_exception(Unavailable("this could not be stored just now; please try again"))
        else:
            for request in requests:
                count = len(request.arrivals)
                request.answer.set_result(answers[:count])
                del answers[:count]
            self._work_queue.wake("clean")
        return len(requests) < len(batch)

    def _store(self, arrivals: Sequence[Arrival]) -> Answers:
        with self._record.transaction() as session:
            return accept(session, self._record.keys, arrivals, dt.datetime.now(dt.UTC))
