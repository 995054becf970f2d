"""How many pieces one address may send: the generic cell rate algorithm (ITU-T I.371), in Redis for all processes."""

import hashlib

import redis

from feedback.record.errors import TooMany

BURST_PIECES = 20

# KEYS[1] the address; ARGV: seconds between pieces, burst. Answers the seconds to wait, as text, "0" when it may pass.
SCRIPT = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1e6
local gap, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local due = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now)
local wait = due - now - gap * (burst - 1)
if wait > 0 then return tostring(wait) end
redis.call('SET', KEYS[1], string.format('%.6f', due + gap), 'EX', math.ceil(gap * burst) + 1)
return '0'
"""


class RateLimit:
    """`per_minute` 0 means no limit. Where Redis is away everything passes: hearing comes before limiting."""

    def __init__(self, url: str, per_minute: float) -> None:
        self._per_minute = per_minute
        self._client = redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1)
        self._script = self._client.register_script(SCRIPT)

    def take(self, address: str) -> None:
        """Raises `TooMany` when this address has had its share; only its hash is kept, and only for a minute."""
        if not self._per_minute:
            return
        key = "rate:" + hashlib.blake2b(address.encode(), digest_size=12).hexdigest()
        try:
            wait = float(self._script(keys=[key], args=[60 / self._per_minute, BURST_PIECES]))
        except redis.RedisError:
            return
        if wait > 0:
            raise TooMany("too many pieces from this address; please try again in a moment", wait)
