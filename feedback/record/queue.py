"""The bell: a Dramatiq message that says no more than "there is work". PostgreSQL holds what the work is."""

import time

import redis
import structlog
from dramatiq import Message
from dramatiq.brokers.redis import RedisBroker
from dramatiq.errors import BrokerConnectionError

log = structlog.get_logger()

QUEUES = {
    "clean": "pipeline",
    "group": "pipeline",
    "refit": "services",
    "notice": "services",
    "look_back": "services",
    "themes": "services",
    "deliver": "deliveries",
    "answer": "deliveries",
}
"""Which queue each bell rings in. A worker process may serve some of them only."""

QUIET = 2.0  # seconds without ringing after Redis did not answer; the scheduler rings for whatever waits


def broker(url: str) -> RedisBroker:
    """No retries and no time limits of Dramatiq's own: what failed waits in PostgreSQL."""
    return RedisBroker(url=_with_timeouts(url), middleware=[])


def _with_timeouts(url: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}socket_connect_timeout=2&socket_timeout=5"


class Bell:
    """Rings for workers. Never raises: a bell that is not heard costs a second, not a piece of feedback."""

    def __init__(self, url: str) -> None:
        self._broker = broker(url)
        self._quiet_until = 0.0

    def ring(self, *names: str) -> None:
        if time.monotonic() < self._quiet_until:
            return
        try:
            for name in names:
                self._broker.enqueue(Message(queue_name=QUEUES[name], actor_name=name, args=(), kwargs={}, options={}))
        except (BrokerConnectionError, redis.RedisError) as error:
            self._quiet_until = time.monotonic() + QUIET
            log.warning("bell not heard", error=type(error).__name__)

    def answers(self) -> bool:
        """Whether Redis is there."""
        try:
            return bool(self._broker.client.ping())
        except redis.RedisError:
            return False
