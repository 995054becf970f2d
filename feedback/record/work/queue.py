"""The work queue: a Dramatiq message says no more than "there is work". PostgreSQL holds what the work is."""

import time

import redis
import structlog
from dramatiq import Message
from dramatiq.brokers.redis import RedisBroker
from dramatiq.errors import BrokerConnectionError

from feedback.record.work.stages import stage

log = structlog.get_logger()

PAUSE_SECONDS = 2.0  # without a message after Redis did not answer; the scheduler wakes the workers for whatever waits


def broker(url: str) -> RedisBroker:
    """Make a broker without retries and time limits of Dramatiq's own: what failed waits in PostgreSQL."""
    return RedisBroker(url=_with_timeouts(url), middleware=[])


def _with_timeouts(url: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}socket_connect_timeout=2&socket_timeout=5"


class WorkQueue:
    """Wakes workers. It never raises: a message that does not arrive costs a second, not a piece of feedback."""

    def __init__(self, url: str) -> None:
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
        except (BrokerConnectionError, redis.RedisError) as error:
            self._paused_until = time.monotonic() + PAUSE_SECONDS
            log.warning("workers not woken", error=type(error).__name__)

    def is_reachable(self) -> bool:
        """Tell whether Redis answers."""
        try:
            return bool(self._broker.client.ping())
        except redis.RedisError:
            return False
