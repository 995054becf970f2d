"""Alerts to programs: Standard Webhooks 1.0."""

import datetime as dt
import uuid
from collections.abc import Sequence

from standardwebhooks.webhooks import Webhook

from insights.alerts.delivery.credentials import SigningKey
from insights.egress.client import Egress, ReceiverReply

USER_AGENT = "citizen-feedback-loop"


def send(egress: Egress, url: str, keys: Sequence[SigningKey], identity: uuid.UUID, body: bytes) -> ReceiverReply:
    """Posts an event, signed anew; `identity` stays the same at each attempt, so that a receiver knows a repeat.

    Raises `Refused` or `Unreachable`.
    """
    now = dt.datetime.now(dt.UTC)
    secrets = [key.secret for key in keys if key.until is None or key.until > now]
    return egress.post(url, signed_headers(secrets, str(identity), now, body), body)


def signed_headers(secrets: Sequence[str], identity: str, now: dt.datetime, body: bytes) -> dict[str, str]:
    """Builds the headers of Standard Webhooks, with one signature for each secret."""
    signatures = (Webhook(secret).sign(identity, now, body.decode()) for secret in secrets)
    return {
        "Content-Type": "application/json",
        "User-Agent": USER_AGENT,
        "webhook-id": identity,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
