"""Text messages (and WhatsApp) through Twilio: a signed form, answered in TwiML."""

import base64
import hashlib
import hmac
from typing import Final
from urllib.parse import parse_qs, quote, unquote, unquote_plus, urlsplit
from xml.sax.saxutils import escape

from feedback.record.errors import Malformed
from ingest.channels.contract import (
    Directory,
    Inbound,
    Parsed,
    Secrets,
    SignedChannel,
    SmsKeyword,
    require_equal,
    require_media_type,
    require_secret,
)
from ingest.channels.parsing import form_pairs, json_object
from ingest.channels.sms import message

_SAFE: Final = "=&+"
"""What a query keeps when all else in it is escaped."""
_FORM, _JSON = "application/x-www-form-urlencoded", "application/json"
_OPT_OUT: Final[dict[str, SmsKeyword]] = {"STOP": "stop", "START": "start", "HELP": "help"}


def read(inbound: Inbound, secrets: Secrets, directory: Directory) -> Parsed:
    """Read one message; Twilio signs the address and every parameter."""
    token = require_secret(secrets.twilio_auth_token)
    require_media_type(inbound, _FORM, _JSON)
    known = [one for one in (inbound.url, inbound.public_url) if one]
    addresses = [form for one in known for url in _with_and_without_port(one) for form in _escaped_and_not(url)]
    if inbound.media_type == _JSON:
        # The signed address vouches for a JSON body by its hash.
        _verify(inbound, token, [one for one in addresses if _claimed_hash(one) == _hash(inbound.body)], "")
        fields = {name: value for name, value in json_object(inbound.body).items() if isinstance(value, str)}
    else:
        pairs = form_pairs(inbound.body)
        # A parameter's values count once each, all sorted.
        _verify(inbound, token, addresses, "".join(name + value for name, value in sorted(set(pairs))))
        fields = dict(pairs)
    return _message(fields, inbound, directory)


def answer(
    receipt: str | None, language: str, keyword: SmsKeyword | None = None, *, offer: bool = False
) -> tuple[str, bytes]:
    """TwiML: an acknowledgement, or nothing."""
    words = message.acknowledgement(receipt, language, keyword, offer=offer)
    inner = f"<Message>{escape(words)}</Message>" if words else ""
    content = f"<Response>{inner}</Response>" if inner else "<Response/>"
    return "text/xml", f'<?xml version="1.0" encoding="UTF-8"?>{content}'.encode()


def _message(fields: dict[str, str], inbound: Inbound, directory: Directory) -> Parsed:
    identity = fields.get("MessageSid") or fields.get("SmsSid")
    if not identity or "From" not in fields or "To" not in fields:
        raise Malformed("A message of Twilio has MessageSid, From and To.")
    return message.message(
        inbound,
        directory,
        text=fields.get("Body", ""),
        sender=fields["From"],
        recipient=fields["To"],
        external_id=identity,
        asked=_OPT_OUT.get(fields.get("OptOutType", "").upper()),
    )


def _verify(inbound: Inbound, token: str, addresses: list[str], parameters: str) -> None:
    settings = inbound.headers.get("x-twilio-webhooks-signature-settings", "").lower()
    digest = hashlib.sha256 if "hmac_sha256" in settings else hashlib.sha1
    macs = [hmac.new(token.encode(), (url + parameters).encode("utf-8", "replace"), digest) for url in addresses]
    require_equal(
        inbound.headers.get("x-twilio-signature", ""), *(base64.b64encode(mac.digest()).decode() for mac in macs)
    )


def _with_and_without_port(url: str) -> tuple[str, ...]:
    """Which of them Twilio signs is not consistent."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return ()
    bare = parts.netloc.removesuffix(f":{port}")
    return url, parts._replace(netloc=bare).geturl(), parts._replace(netloc=f"{bare}:{port}").geturl()


def _escaped_and_not(url: str) -> tuple[str, ...]:
    """Which form of a query Twilio signs depends on where the address was entered."""
    address, mark, query = url.partition("?")
    if not mark:
        return (url,)
    plain = [unquote(query), unquote_plus(query)]
    escaped = [quote(one, safe=_SAFE) for one in plain]
    return tuple(dict.fromkeys((url, *(f"{address}?{one}" for one in (*plain, *escaped)))))


def _claimed_hash(url: str) -> str:
    return parse_qs(urlsplit(url).query).get("bodySHA256", [""])[0].lower()


def _hash(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


CHANNEL = SignedChannel(read, answer)
