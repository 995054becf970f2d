"""A bell: who waits for a message is woken when one comes, and need not look again and again.

It is rung through Redis (publish and subscribe), in all processes. A ring that is not heard costs one pause between two
looks, as without a bell.
"""

import threading
import time
from collections.abc import Iterable

import redis
from dramatiq import Consumer, MessageProxy
from dramatiq.brokers.redis import RedisBroker
from dramatiq.common import compute_backoff

BELL = "bell"
"""The channel of Redis by which it is rung; what is said there is the name of a queue."""

HEALTH_CHECK_SECONDS = 30
AGAIN_SECONDS = 1.0  # after Redis did not answer
LAST_LOOKS_MILLISECONDS = 50  # between two looks, once nobody is to wait


class Bell:
    """Wakes those who wait for a queue in this process, from a thread of its own that starts with the first of them."""

    def __init__(self, client: redis.Redis) -> None:
        self._client = client
        self._rung: dict[str, threading.Event] = {}
        self._thread: threading.Thread | None = None
        self.is_over = False

    def event(self, queue: str) -> threading.Event:
        """Returns the event that is set whenever a message comes to this queue."""
        rung = self._rung.setdefault(queue, threading.Event())
        if self._thread is None:
            self._thread = threading.Thread(target=self._listen, name="bell", daemon=True)
            self._thread.start()
        return rung

    def let_go(self) -> None:
        """Wakes everybody, once and for all: nobody waits for this bell again."""
        self.is_over = True
        self._wake_all()

    def _wake_all(self) -> None:
        for event in tuple(self._rung.values()):
            event.set()

    def _listen(self) -> None:
        """Whatever came while nobody listened is looked for at once."""
        while True:
            try:
                with self._client.pubsub(ignore_subscribe_messages=True) as heard:
                    heard.subscribe(BELL)
                    self._wake_all()
                    while True:
                        if message := heard.get_message(timeout=HEALTH_CHECK_SECONDS):
                            self._ring(message["data"].decode())
            except redis.RedisError:
                time.sleep(AGAIN_SECONDS)

    def _ring(self, queue: str) -> None:
        """Wakes who waits for a queue, in this process."""
        if event := self._rung.get(queue):
            event.set()


class BellBroker(RedisBroker):
    """A broker whose consumers are woken by the bell, and look by themselves at ever longer intervals."""

    def __init__(self, url: str) -> None:
        super().__init__(url=url, middleware=[])
        self._bell = Bell(redis.Redis.from_url(url, retry=None, health_check_interval=HEALTH_CHECK_SECONDS))

    def consume(self, queue_name: str, prefetch: int = 1, timeout: int = 5000) -> Consumer:
        """Returns what reads the messages of a queue; `timeout` is the longest pause between two looks, in ms."""
        looking = super().consume(queue_name, prefetch, timeout=1)
        return BellConsumer(looking, self._bell, queue_name, timeout)

    def let_go(self) -> None:
        """Has nobody wait for messages any longer, as the process is to end."""
        self._bell.let_go()


class BellConsumer(Consumer):
    """Reads the messages of a queue by `looking` for them, and waits between two looks for the bell."""

    def __init__(self, looking: Consumer, bell: Bell, queue: str, timeout: int) -> None:
        self._looking, self._bell, self._timeout = looking, bell, timeout
        self._rung = bell.event(queue)
        self._misses = 0

    def __next__(self) -> MessageProxy | None:
        """Returns the next message, or none after a pause without any."""
        self._rung.clear()  # before it looks: what comes meanwhile rings again
        message = self._look()
        if message is not None:
            self._misses = 0
            return message
        longest = self._timeout if not self._bell.is_over else LAST_LOOKS_MILLISECONDS
        self._misses, pause = compute_backoff(self._misses, max_backoff=longest)
        if self._rung.wait(pause / 1000):
            self._misses = 0
        return None

    def _look(self) -> MessageProxy | None:
        """A Redis that is full has no message for us, and takes none: workers look by themselves."""
        try:
            found: MessageProxy | None = next(self._looking)
        except redis.ResponseError:
            return None
        return found

    def ack(self, message: MessageProxy) -> None:
        """Says that a message is done."""
        self._looking.ack(message)

    def nack(self, message: MessageProxy) -> None:
        """Says that a message cannot be done."""
        self._looking.nack(message)

    def requeue(self, messages: Iterable[MessageProxy]) -> None:
        """Gives back messages that nobody has begun."""
        self._looking.requeue(messages)

    def close(self) -> None:
        """Ends it."""
        self._looking.close()
