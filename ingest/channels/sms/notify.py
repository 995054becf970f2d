"""Text messages received by GOV.UK Notify: JSON under a bearer token.

Notify gives up a message on any 4xx but 429, so nothing is refused that can be understood at all.
It sends no answer on to the citizen.
"""

from feedback.http.bearer import bearer_token
from feedback.record.errors import Malformed
from ingest.channels.contract import (
    Directory,
    Inbound,
    Parsed,
    Secrets,
    SignedChannel,
    require_equal,
    require_secret,
)
from ingest.channels.parsing import json_object
from ingest.channels.sms import message


def read(inbound: Inbound, secrets: Secrets, directory: Directory) -> Parsed:
    """Read one message; the token is the only proof, so `id` makes it unique."""
    token = require_secret(secrets.notify_token)
    require_equal(bearer_token(inbound.headers) or "", token)
    fields = json_object(inbound.body)
    text, identity = fields.get("message"), fields.get("id")
    if not isinstance(text, str) or not isinstance(identity, str) or not identity.strip():
        raise Malformed("A message of Notify has an id and a message.")
    return message.message(
        inbound,
        directory,
        text=text,
        sender=str(fields.get("source_number", "")),
        recipient=str(fields.get("destination_number", "")),
        external_id=identity,
        sent=str(fields.get("date_received", "")),
    )


CHANNEL = SignedChannel(read, message.empty_answer)
