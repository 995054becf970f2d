"""Text messages through Vonage's SMS API: parameters that sign each other, long messages in parts.

Vonage sends no answer on to the citizen; anything but 200 or 204 makes the message come again.
"""

import hashlib
import hmac
from typing import Final

from feedback.record.addresses import digits
from feedback.record.errors import Malformed
from ingest.channels.contract import (
    Directory,
    Fragment,
    Inbound,
    Parsed,
    Secrets,
    SignedChannel,
    require_equal,
    require_media_type,
    require_secret,
)
from ingest.channels.parsing import ATTRIBUTES, attributes, form_pairs, json_object, storable
from ingest.channels.sms import message

_FORM, _JSON = "application/x-www-form-urlencoded", "application/json"
_HMACS: Final = ("md5", "sha1", "sha256", "sha512")
_OURS: Final = ("service", *ATTRIBUTES)
"""Parameters of the address that we gave Vonage, which it does not sign."""
_PARTS_AT_MOST: Final = 255
"""The count of parts is one byte in the message."""


def read(inbound: Inbound, secrets: Secrets, directory: Directory) -> Parsed:
    """Read one message, or one part of a long one as a `Fragment`."""
    secret = require_secret(secrets.vonage_secret)
    fields = _fields(inbound)
    _verify(fields, secret, secrets.vonage_method)
    if not all(fields.get(name) for name in ("msisdn", "to", "messageId")):
        raise Malformed("A message of Vonage has msisdn, to and messageId.")
    part = _part(fields, inbound)
    if part is not None:
        return Parsed(fragment=part, sender=part.sender)
    return message.message(
        inbound,
        directory,
        text=fields.get("text", ""),
        sender=fields["msisdn"],
        recipient=fields["to"],
        external_id=fields["messageId"],
        sent=fields.get("message-timestamp", ""),
    )


def _fields(inbound: Inbound) -> dict[str, str]:
    if inbound.method == "GET":
        pairs = [(name, value) for name, value in inbound.query if name not in _OURS]
    elif inbound.media_type == _JSON:
        pairs = [(name, _text(value)) for name, value in json_object(inbound.body).items()]
    else:
        require_media_type(inbound, _FORM, _JSON)
        pairs = form_pairs(inbound.body)
    if len(pairs) != len(dict(pairs)):
        raise Malformed("A parameter comes twice.")
    return dict(pairs)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value) if isinstance(value, str | int) else ""


def _verify(fields: dict[str, str], secret: str, method: str | None) -> None:
    signed = "".join(
        f"&{name}={fields[name].replace('&', '_').replace('=', '_')}" for name in sorted(fields) if name != "sig"
    ).encode("utf-8", "replace")
    key = secret.encode()
    proofs = {name: hmac.new(key, signed, name).hexdigest() for name in _HMACS}
    proofs["md5hash"] = hashlib.md5(signed + key, usedforsecurity=True).hexdigest()  # noqa: S324  Vonage's own choice
    taken = [proofs[method]] if method else proofs.values()
    require_equal(fields.get("sig", "").lower(), *taken)


def _part(fields: dict[str, str], inbound: Inbound) -> Fragment | None:
    """The part of a long message that this is; None where it is whole, or what it says of parts makes no sense."""
    numbers = [fields.get(name, "") for name in ("concat-part", "concat-total")]
    if fields.get("concat", "").lower() != "true" or not all(n.isascii() and n.isdecimal() for n in numbers):
        return None
    part, total = (int(number[:4]) for number in numbers)
    if not 1 <= part <= total <= _PARTS_AT_MOST or total == 1:
        return None
    return Fragment(
        ref=storable(fields.get("concat-ref", "")),
        part=part,
        total=total,
        text=storable(fields.get("text", "")),
        sender=digits(fields["msisdn"]),
        recipient=digits(fields["to"]),
        external_id=storable(fields["messageId"]),
        caller=inbound.caller,
        service=inbound.service,
        sent=storable(fields.get("message-timestamp", "")),
        attributes=attributes(inbound.query),
    )


CHANNEL = SignedChannel(read, message.empty_answer, methods=("GET", "POST"))
