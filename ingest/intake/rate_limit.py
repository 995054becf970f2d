"""How many pieces one client may send: the generic cell rate algorithm (ITU-T I.371).

Redis counts for all processes. Where it does not answer at once each process counts for itself, so that a citizen waits
for nothing and a flood is still stemmed.
"""

import datetime as dt
import hashlib
import math
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass

import redis
import structlog
from litestar.types import HTTPResponseStartEvent, Scope
from redis.backoff import NoBackoff
from redis.retry import Retry

from feedback.http.client_address import client_network
from feedback.http.security_headers import add_headers

log = structlog.get_logger()

STATE = "rate_limit"
"""Where a request keeps the share of who sent it."""

BURST_PIECES = 20

REDIS_TIMEOUT_SECONDS = 0.06
"""What Redis may cost a citizen."""

PAUSE_SECONDS = 2.0
"""How long Redis is not asked after it did not answer."""

SALT_LASTS = dt.timedelta(days=1)

# KEYS the clients, one for each piece; ARGV: seconds between pieces, burst. Answers for each the seconds to wait, 0
# when it may pass, and the seconds until all of its share is there again: one text, as that is read the fastest.
SCRIPT = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1e6
local gap, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local answers = {}
for at, client in ipairs(KEYS) do
    local due = math.max(tonumber(redis.call('GET', client) or now), now)
    local wait = due - now - gap * (burst - 1)
    if wait > 0 then
        answers[at] = string.format('%.6f %.6f', wait, due - now)
    else
        redis.call('SET', client, string.format('%.6f', due + gap), 'EX', math.ceil(gap * burst) + 1)
        answers[at] = string.format('0 %.6f', due + gap - now)
    end
end
return table.concat(answers, ' ')
"""


@dataclass(frozen=True, slots=True)
class Share:
    """What is left to a client: `remaining` pieces at once, all of `burst` again after `reset` seconds.

    `wait`: the seconds until its next piece is welcome, 0 where this one is.
    """

    wait: float
    burst: int
    window: int
    remaining: int
    reset: int

    def headers(self) -> dict[bytes, bytes]:
        """Says it as draft-ietf-httpapi-ratelimit-headers does."""
        return {
            b"ratelimit-policy": b'"intake";q=%d;w=%d' % (self.burst, self.window),
            b"ratelimit": b'"intake";r=%d;t=%d' % (self.remaining, self.reset),
        }


class _OwnCount:
    """Counts as the script does, for this process alone."""

    MOST_CLIENTS = 10_000
    """More are forgotten, all at once: a flood from everywhere must not fill the memory."""

    def __init__(self) -> None:
        self._due: dict[str, float] = {}

    def take(self, client: str, gap: float) -> tuple[float, float]:
        """Returns the seconds to wait, and those until all of the share is there again."""
        if len(self._due) > self.MOST_CLIENTS:
            self._due.clear()
        now = time.monotonic()
        due = max(self._due.get(client, now), now)
        wait = due - now - gap * (BURST_PIECES - 1)
        if wait > 0:
            return wait, due - now
        self._due[client] = due + gap
        return 0.0, due + gap - now


class _SharedCount:
    """Counts in Redis, for all processes. What it keeps is salted, so that no table of addresses tells whose it is."""

    def __init__(self, url: str) -> None:
        self._client = redis.Redis.from_url(
            url,
            socket_connect_timeout=REDIS_TIMEOUT_SECONDS,
            socket_timeout=REDIS_TIMEOUT_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )
        self._script = self._client.register_script(SCRIPT)
        self._salt = b""
        self._salt_until = 0.0

    def take(self, clients: Sequence[str], gap: float) -> list[tuple[float, float]]:
        """Returns for each the same as `_OwnCount`. Raises `redis.RedisError`."""
        salt = self._salt_of_today()
        names = [hashlib.blake2b(it.encode(), key=salt, digest_size=16).hexdigest() for it in clients]
        answers = map(float, self._script(keys=[f"rate:{name}" for name in names], args=[gap, BURST_PIECES]).split())
        return list(zip(answers, answers, strict=True))

    def _salt_of_today(self) -> bytes:
        """Random, made by the first process that asks on a day, and forgotten by Redis when the day is over."""
        if time.monotonic() > self._salt_until:
            name = f"salt:rate:{dt.datetime.now(dt.UTC):%F}"
            fresh = secrets.token_bytes(32)
            self._salt = self._client.set(name, fresh, nx=True, get=True, ex=SALT_LASTS) or fresh  # type: ignore[assignment]
            self._salt_until = time.monotonic() + 60
        return self._salt


class RateLimit:
    """Asked by one thread, for all who wait. `per_minute` 0 means no limit."""

    def __init__(self, url: str, per_minute: float) -> None:
        self._gap = 60 / per_minute if per_minute else 0.0
        self._shared, self._own = _SharedCount(url), _OwnCount()
        self._paused_until = 0.0

    def take(self, addresses: Sequence[str]) -> list[Share | None]:
        """Counts a piece of each address and returns what is left to it; none where there is no limit."""
        if not self._gap:
            return [None] * len(addresses)
        return [self._share(*counted) for counted in self._count([client_network(it) for it in addresses])]

    def _share(self, wait: float, until_full: float) -> Share:
        remaining = max(0, math.floor(BURST_PIECES - until_full / self._gap + 1e-3))
        window = math.ceil(BURST_PIECES * self._gap)
        return Share(wait, BURST_PIECES, window, remaining, math.ceil(until_full))

    def _count(self, clients: Sequence[str]) -> list[tuple[float, float]]:
        if time.monotonic() >= self._paused_until:
            try:
                return self._shared.take(clients, self._gap)
            except redis.RedisError as error:
                self._paused_until = time.monotonic() + PAUSE_SECONDS
                log.warning("each process limits for itself", error=type(error).__name__)
        return [self._own.take(client, self._gap) for client in clients]


def tell_share(message: HTTPResponseStartEvent, scope: Scope) -> None:
    """Tells on every answer, refusals included, what is left to who asked."""
    share: Share | None = scope["state"].get(STATE)
    if share:
        add_headers(message, share.headers())
