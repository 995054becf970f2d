"""E-mail as raw MIME: the citizen's own words; attachments are named, not kept."""

import hashlib
import re
from email import message_from_bytes
from email.message import Message
from typing import Final

from feedback.record.errors import Malformed
from feedback.record.states import ChannelName
from ingest.channels.contract import Directory, Inbound, KeyedChannel, Parsed, Secrets, require_media_type
from ingest.channels.email import automatic, headers
from ingest.channels.email.body import MailBody, words_of
from ingest.channels.email.parts import Parts, parts_of
from ingest.channels.parsing import attributes
from ingest.intake.arrival import MESSAGE_LIMIT, Arrival

_ANSWERED_BEFORE: Final = re.compile(r"\s*+(?:re|fw|fwd|aw|ateb|ymlaen)\s*(?:\[\d+\])?\s*:", re.IGNORECASE)
_ABOUT_PARTS: Final = re.compile(rb"^content-(?:type|disp)[^\n]*(?:\n[ \t][^\n]*)*", re.IGNORECASE | re.MULTILINE)
_LONGEST_ABOUT: Final = 2_000
_MOST_ABOUT: Final = 100
_LINES_BESIDES: Final = 10_000
_SHORTEST_LINES: Final = 40
_ATTRIBUTE_LIMIT: Final = 200


def read(inbound: Inbound, secrets: Secrets, directory: Directory) -> Parsed:
    """Reads one mail; what machines send (out of office, bounces, receipts, invitations) is ignored.

    Raises `Malformed` for what is no mail, `NotSupported` where it is encrypted or its words are in what is not read.
    """
    require_media_type(
        inbound, "message/rfc822", "text/plain", "application/octet-stream", "application/x-www-form-urlencoded"
    )
    message = _message(inbound.body)
    sender = headers.sender(message)
    told = automatic.from_headers(message, sender)
    if told and told != automatic.MACHINE:
        return Parsed(ignored=told, sender=sender)
    parts = parts_of(message)
    body = words_of(message, parts)
    if ignored := automatic.from_words(message, body.words, told):
        return Parsed(ignored=ignored, sender=sender)
    service = inbound.service or _service(message, directory)
    words = _with_subject(headers.text_of(message, "Subject"), body.words)
    if service is None or not words:
        return Parsed(ignored="no words" if service else "no service has this address", sender=sender)
    arrival = Arrival(
        service=service,
        message=words[:MESSAGE_LIMIT],
        channel=ChannelName.EMAIL,
        caller=inbound.caller,
        external_id=_identity(message, words),
        submitted_at=headers.sent(message),
        sender=sender or None,
        attributes=attributes(inbound.query) | _attachments(parts),
        read_as=_read_as(parts, body),
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


def _service(message: Message, directory: Directory) -> str | None:
    """Of the first recipient that a service has as its address."""
    return next((slug for one in headers.recipients(message) if (slug := directory.service_for(one, ""))), None)


def _with_subject(subject: str, body: str) -> str:
    """The words, below the subject of a mail that begins a matter."""
    if not subject or _ANSWERED_BEFORE.match(subject) or subject.lower() in body.lower():
        return body
    return f"{subject}\n\n{body}".strip()


def _attachments(parts: Parts) -> dict[str, str]:
    names = ", ".join(parts.names)[:_ATTRIBUTE_LIMIT]
    return {"attachments": names} if names else {}


def _read_as(parts: Parts, body: MailBody) -> dict[str, str]:
    """How it was read, in fixed words and figures."""
    others = {"quoted, signed or added by mail systems": f"{body.others} words, left out"} if body.others else {}
    unread = {"parts not read": str(len(parts.names))} if parts.names else {}
    return {"form": body.form, "encoding": ", ".join(dict.fromkeys(parts.charsets)), **others, **unread}


def _identity(message: Message, words: str) -> str | None:
    """Of its Message-ID, in which some programs write who sends, and its words, as some programs repeat an id."""
    identity = headers.text_of(message, "Message-ID")
    known = f"{identity}\n{' '.join(words.split()).lower()}"
    return hashlib.sha256(known.encode()).hexdigest()[:32] if identity else None


CHANNEL = KeyedChannel(read, needs_service=False)
