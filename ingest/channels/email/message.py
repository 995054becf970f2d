"""E-mail as raw MIME: the citizen's own words; attachments are named, not kept."""

import datetime as dt
import hashlib
import re
from collections.abc import Iterator
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parseaddr, parsedate_to_datetime
from typing import Final

from feedback.record.errors import Malformed, NotSupported
from feedback.record.states import ChannelName
from ingest.channels import markup
from ingest.channels.contract import Directory, Inbound, KeyedChannel, Parsed, Secrets, require_media_type
from ingest.channels.email.reply_parser import own_words
from ingest.channels.parsing import attributes, moment_or_none, storable
from ingest.intake.arrival import MESSAGE_LIMIT, Arrival

_ENCRYPTED: Final = ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime")
_ANSWERED_BEFORE: Final = re.compile(r"\s*+(?:re|fw|fwd|aw|ateb|ymlaen)\s*(?:\[\d+\])?\s*:", re.IGNORECASE)
_RECIPIENTS: Final = ("Delivered-To", "X-Original-To", "To", "Cc")
_MACHINES: Final = re.compile(r"(?:mailer-daemon|postmaster)@", re.IGNORECASE)
_ABOUT_PARTS: Final = re.compile(rb"^content-(?:type|disp)[^\n]*(?:\n[ \t][^\n]*)*", re.IGNORECASE | re.MULTILINE)
_LONGEST_ABOUT: Final = 2_000
_MOST_ABOUT: Final = 100
_LONGEST_HEADER: Final = 1_000
_LINES_BESIDES: Final = 10_000
_SHORTEST_LINES: Final = 40
_DEEPEST: Final = 10
_ATTRIBUTE_LIMIT: Final = 200


def read(inbound: Inbound, secrets: Secrets, directory: Directory) -> Parsed:
    """One mail; what machines send (out of office, bounces) is ignored."""
    require_media_type(
        inbound, "message/rfc822", "text/plain", "application/octet-stream", "application/x-www-form-urlencoded"
    )
    message = _message(inbound.body)
    sender = parseaddr(_header(message, "From"))[1]
    if _is_automatic(message, sender):
        return Parsed(ignored="sent by a machine", sender=sender)
    parts = list(_parts(message, _DEEPEST))
    service = inbound.service or _service(message, directory)
    if service is None:
        return Parsed(ignored="no service has this address", sender=sender)
    words = _words(message, parts)
    if not words:
        return Parsed(ignored="no words", sender=sender)
    names = ", ".join(name for part in parts if (name := _attachment(part)))[:_ATTRIBUTE_LIMIT]
    arrival = Arrival(
        service=service,
        message=words[:MESSAGE_LIMIT],
        channel=ChannelName.EMAIL,
        caller=inbound.caller,
        external_id=_identity(message),
        submitted_at=_sent(message),
        sender=sender or None,
        attributes=attributes(inbound.query) | ({"attachments": names} if names else {}),
    )
    cut = (f"what is longer than {MESSAGE_LIMIT} characters",) if len(words) > MESSAGE_LIMIT else ()
    return Parsed(arrivals=(arrival,), skipped=cut, sender=sender)


def _message(body: bytes) -> Message:
    body = body.lstrip()
    about = [found.end() - found.start() for found in _ABOUT_PARTS.finditer(body)]
    # The standard parser takes time by the lines times the parts they are within, and the square of such headers.
    too_much = body.count(b"\n") > _LINES_BESIDES + len(body) // _SHORTEST_LINES or len(about) > _MOST_ABOUT
    if too_much or max(about, default=0) > _LONGEST_ABOUT:
        raise Malformed("This has more parts or lines than a mail has.")
    try:
        message = message_from_bytes(body)
    except Exception as error:  # it documents none, and raises many
        raise Malformed("This cannot be read as a mail.") from error
    if not any(message.get(name) for name in ("From", "Date", "Subject", "Message-ID", "Received")):
        raise Malformed("This is no mail: it has no From, Date, Subject or Message-ID.")
    return message


def _header(message: Message, name: str) -> str:
    raw = str(message.get(name, ""))[:_LONGEST_HEADER]
    try:
        decoded = str(make_header(decode_header(raw)))
    except (MessageError, LookupError, ValueError):
        decoded = raw
    return " ".join(storable(decoded).split())


def _service(message: Message, directory: Directory) -> str | None:
    """Of the first recipient that a service has as its address."""
    listed = ", ".join(_header(message, name) for name in _RECIPIENTS)
    recipients = [address.lower() for _, address in getaddresses([listed]) if address]
    return next((slug for one in recipients if (slug := directory.service_for(one, ""))), None)


def _is_automatic(message: Message, sender: str) -> bool:
    submitted = _header(message, "Auto-Submitted").lower()
    return (
        (submitted != "" and not submitted.startswith("no"))
        or _header(message, "Precedence").lower() in ("auto_reply", "junk", "bulk")
        or "X-Autoreply" in message
        or _header(message, "Return-Path") == "<>"
        or message.get_content_type() == "multipart/report"
        or _MACHINES.match(sender) is not None
    )


def _parts(message: Message, depth: int) -> Iterator[Message]:
    """The leaves; a mail within the mail is one of them."""
    if message.get_content_type() in _ENCRYPTED:
        raise NotSupported("This mail is encrypted.")
    inside = message.get_payload()
    if message.get_content_maintype() != "multipart" or not isinstance(inside, list) or depth == 0:
        yield message
        return
    for part in inside:
        if isinstance(part, Message):
            yield from _parts(part, depth - 1)


def _words(message: Message, parts: list[Message]) -> str:
    """The subject of a mail that begins a matter, and the sender's own words; those it forwards if it has none."""
    texts = [part for part in parts if not _attachment(part)]
    plain = "\n".join(_decoded(part) for part in texts if part.get_content_type() == "text/plain")
    marked = "\n".join(_decoded(part) for part in texts if part.get_content_type() == "text/html")
    body = own_words(plain)
    if not plain.strip():
        body = own_words(markup.text(marked, history=False)) or own_words(markup.text(marked))
    subject = _header(message, "Subject")
    if not subject or _ANSWERED_BEFORE.match(subject) or subject.lower() in body.lower():
        return body
    return f"{subject}\n\n{body}".strip()


def _decoded(part: Message) -> str:
    try:
        content = part.get_payload(decode=True)
        charset = str(part.get_content_charset() or "utf-8")
    except Exception as error:  # as above
        raise Malformed("A part of this mail cannot be decoded.") from error
    if not isinstance(content, bytes):
        return ""
    try:
        text = content.decode(charset)
    except (LookupError, ValueError):
        text = content.decode("utf-8", "replace")
    return storable(text.replace("\r\n", "\n").replace("\r", "\n"))


def _attachment(part: Message) -> str:
    """Its name, or its kind where it has none; empty for the text of the mail itself."""
    try:
        name = part.get_filename()
    except (MessageError, LookupError, ValueError):
        name = None
    is_text = part.get_content_maintype() == "text"
    if part.get_content_disposition() != "attachment" and is_text and not name:
        return ""
    return " ".join(storable(name or part.get_content_type()).split()).replace(",", " ")


def _identity(message: Message) -> str | None:
    """Of its Message-ID, in which some programs write who sends."""
    identity = _header(message, "Message-ID")
    return hashlib.sha256(identity.encode()).hexdigest()[:32] if identity else None


def _sent(message: Message) -> dt.datetime | dt.date | None:
    try:
        return moment_or_none(parsedate_to_datetime(_header(message, "Date")).isoformat())
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


CHANNEL = KeyedChannel(read, needs_service=False)
