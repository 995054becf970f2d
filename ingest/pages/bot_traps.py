"""What machines do and people do not, in place of a captcha: no script, no picture, nothing to solve.

What falls into a trap is answered as usual and stored, as spam: a citizen whom it hits is not lost, and a machine
learns nothing.
"""

import datetime as dt
import hmac
import secrets
from collections.abc import Mapping

from feedback.record.encryption import KeyRing

HONEYPOT = "website"
"""A field that is not shown, nor read out, nor reached by the keyboard: a machine fills it in."""

LEAST_SECONDS = 2.0
"""Nobody reads the form, writes and sends in less."""


def fresh_key(keys: KeyRing, now: dt.datetime) -> str:
    """Returns the key of one form, which tells under a seal when it was made."""
    made = f"{secrets.token_urlsafe(16)}.{int(now.timestamp() * 1000)}"
    return f"{made}.{_seal(keys, made)}"


def suspicion(keys: KeyRing, form: Mapping[str, str], now: dt.datetime) -> str | None:
    """Returns why it looks as if a machine had filled the form in; none where it does not."""
    if form.get(HONEYPOT):
        return "A machine seems to have sent it: it filled in a field that people do not see"
    if _age(keys, form.get("key", ""), now) < LEAST_SECONDS:
        return f"A machine seems to have sent it: within {LEAST_SECONDS:.0f} seconds of opening the form"
    return None


def _age(keys: KeyRing, key: str, now: dt.datetime) -> float:
    """Seconds since the form was made; endless where the key is not one of ours."""
    made, _, seal = key.rpartition(".")
    if not hmac.compare_digest(seal.encode(), _seal(keys, made).encode()):
        return float("inf")
    return now.timestamp() - int(made.rpartition(".")[2]) / 1000


def _seal(keys: KeyRing, made: str) -> str:
    return keys.digest(b"form" + made.encode())[:12].hex()
