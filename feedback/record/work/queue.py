"""The work queue: a Dramatiq message says no more than "there is work". PostgreSQL holds what the work is."""

import threading
import time

import redis
import structlog
from dramatiq import Message
from dramatiq.errors import BrokerConnectionError

from feedback.record.work.bell import BELL, BellBroker
from feedback.record.work.stages import stage

log = structlog.get_logger()

PAUSE_SECONDS = 2.0  # without a message after Redis did not answer; the scheduler wakes the workers for whatever waits


def broker(url: str) -> BellBroker:
    """Make a broker without retries and time limits of Dramatiq's own: what failed waits in PostgreSQL."""
    return BellBroker(_with_timeouts(url))


def _with_timeouts(url: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}socket_connect_timeout=2&socket_timeout=5"


REACHABLE = "reachable"
"""A key that is written to see whether any can be, and is gone at once."""


class WorkQueue:
    """Wakes workers. It never raises: a message that does not arrive costs a second, not a piece of feedback."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._broker = broker(url)
        self._paused_until = 0.0

    def wake(self, *stages: str) -> None:
        """Tell the workers of these stages that there is work."""
        if time.monotonic() < self._paused_until:
            return
        try:
            for name in stages:
                message: Message[None] = Message(
                    queue_name=stage(name).queue, actor_name=name, args=(), kwargs={}, options={}
                )
                self._broker.enqueue(message)
                self._broker.client.publish(BELL, message.queue_name)
        except (BrokerConnectionError, redis.RedisError) as error:
            self._paused_until = time.monotonic() + PAUSE_SECONDS
            log.warning("workers not woken", error=type(error).__name__)

    def is_reachable(self) -> bool:
        """Tell whether Redis answers, and takes what is written: one that is full does not."""
        try:
            with redis.Redis.from_url(self._url, socket_connect_timeout=1, socket_timeout=1, retry=None) as client:
                return bool(client.set(REACHABLE, "", px=1))
        except redis.RedisError:
            return False


GATHERING_SECONDS = 0.05
"""How long nobody is woken once somebody was."""


class BackgroundWorkQueue(WorkQueue):
    """Wakes workers from a thread of its own, so that whoever was heard waits for no Redis, even one that hangs.

    Whoever comes first wakes at once, and what follows within a moment goes together.
    """

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._due: set[str] = set()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def wake(self, *stages: str) -> None:
        """Tell the workers of these stages, soon, that there is work."""
        with self._changed:
            self._due.update(stages)
            self._changed.notify()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="waking", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._due)
                stages, self._due = self._due, set()
            super().wake(*sorted(stages))
            time.sleep(GATHERING_SECONDS)
