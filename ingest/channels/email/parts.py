"""The parts of a mail: which are its text, in their order, and which are only named."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.errors import MessageError
from email.message import Message
from typing import Final

from feedback.record.errors import Malformed, NotSupported
from ingest.channels.email import smime, winmail
from ingest.channels.email.charsets import decoded_by
from ingest.channels.email.flowed import unflowed
from ingest.channels.email.headers import unencoded
from ingest.channels.parsing import storable

_DEEPEST: Final = 10
_TEXTS: Final = ("text/plain", "text/html", "text/markdown")
_SIGNATURES: Final = ("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature")
_WRITTEN: Final = re.compile(r"application/(?:pdf|rtf|msword|vnd\.(?:openxml|oasis|ms-word).*)|text/rtf", re.IGNORECASE)
_META_CHARSET: Final = re.compile(rb"<meta[^>]{0,200}?charset\s{0,3}=\s{0,3}[\"']?([\w-]{1,40})", re.IGNORECASE)
_ENCODING: Final = re.compile(r"[\w-]+")


@dataclass(slots=True)
class Passage:
    """One stretch of the text, in the forms that the mail gives it in; the reader sees one of them."""

    plain: str = ""
    html: str = ""


@dataclass(slots=True)
class Parts:
    """What a mail holds.

    `passages` are its text in their order, `enclosed` texts and `forwarded` mails that hang on it, `names` those of all
    that is not read. `unread` says why what may be its text could not be read. `charsets` are those that its text was
    read by.
    """

    passages: list[Passage] = field(default_factory=list)
    enclosed: list[Passage] = field(default_factory=list)
    forwarded: list[Message] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    unread: str | None = None
    charsets: list[str] = field(default_factory=list)


def parts_of(message: Message, depth: int = _DEEPEST) -> Parts:
    """Takes a mail apart. Raises `NotSupported` where it is encrypted, `Malformed` where a part cannot be decoded."""
    parts = Parts()
    _collect(message, parts, depth)
    return parts


def _collect(part: Message, parts: Parts, depth: int) -> None:
    kind = part.get_content_type()
    if kind == "multipart/encrypted":
        raise NotSupported("This mail is encrypted.")
    payload = part.get_payload() if part.is_multipart() else None  # of a leaf it would be decoded, and may raise
    inside = [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []
    if depth == 0:
        parts.names.append(_name(part))
    elif kind in smime.KINDS and not _name_ends(part, ".p7s"):
        _collect(smime.opened(_content(part), str(part.get_param("smime-type", ""))), parts, depth - 1)
    elif kind == "multipart/alternative" and inside:
        _collect_alternatives(inside, parts, depth)
    elif kind == "message/rfc822" and inside:
        parts.forwarded += inside
        parts.names.append(_name(part))
    elif part.get_content_maintype() == "multipart" and inside:
        for one in inside:
            _collect(one, parts, depth - 1)
    else:
        _leaf(part, kind, parts)


def _collect_alternatives(inside: list[Message], parts: Parts, depth: int) -> None:
    """One passage of all: a form of it may itself have several parts, with pictures between them."""
    within = Parts()
    for one in inside:
        _collect(one, within, depth - 1)
    both = Passage(
        *("\n".join(filter(None, (getattr(it, form) for it in within.passages))) for form in ("plain", "html"))
    )
    parts.passages += [both] if both.plain or both.html else []
    parts.enclosed += within.enclosed
    parts.forwarded += within.forwarded
    parts.names += within.names
    parts.charsets += within.charsets
    parts.unread = parts.unread or within.unread


def _leaf(part: Message, kind: str, parts: Parts) -> None:
    if kind in winmail.KINDS or _name_ends(part, "winmail.dat"):
        said = storable(winmail.text(_content(part)))
        parts.passages += [Passage(plain=said)] if said else []
        parts.unread = parts.unread or (None if said else "Its words are in a winmail.dat that cannot be read.")
        parts.names.append(_name(part))
    elif kind in _TEXTS:
        text, charset = _text(part)
        parts.charsets.append(charset)
        passage = Passage(html=text) if kind == "text/html" else Passage(plain=text)
        is_body = part.get_content_disposition() != "attachment"
        (parts.passages if is_body else parts.enclosed).append(passage)
        parts.names += [] if is_body else [_name(part)]
    elif kind not in _SIGNATURES:
        parts.names.append(_name(part))
        if _WRITTEN.fullmatch(kind):
            parts.unread = parts.unread or "Its words are in an attachment of a kind that is not read."


def _text(part: Message) -> tuple[str, str]:
    """What it says, and the charset that it was read by."""
    content = _content(part)
    label = part.get_param("charset")
    label = label[2] if isinstance(label, tuple) else label
    if not label and (meta := _META_CHARSET.search(content[:5_000])):
        label = meta[1].decode("ascii", "replace")
    text, charset = decoded_by(content, label)
    text = storable(text).replace("\r\n", "\n").replace("\r", "\n")
    if part.get_content_type() == "text/html":
        return text, charset
    is_flowed = str(part.get_param("format", "")).lower() == "flowed"
    text = unflowed(text, str(part.get_param("delsp", "")).lower() == "yes") if is_flowed else text
    return smime.unsigned(text), charset


def _content(part: Message) -> bytes:
    """The bytes of a part; the name of an encoding is taken with what some programs write behind it."""
    named = _ENCODING.search(str(part.get("Content-Transfer-Encoding", "")))
    try:
        if named and named[0] != str(part["Content-Transfer-Encoding"]):
            part.replace_header("Content-Transfer-Encoding", named[0])
        content = part.get_payload(decode=True)
    except Exception as error:  # it documents none, and raises many
        raise Malformed("A part of this mail cannot be decoded.") from error
    return content if isinstance(content, bytes) else b""


def _name(part: Message) -> str:
    """Of a part that is not read; its kind where it has none."""
    try:
        name = part.get_filename()
    except (MessageError, LookupError, ValueError):
        name = None
    return " ".join(storable(unencoded(name or part.get_content_type())).split()).replace(",", " ")


def _name_ends(part: Message, end: str) -> bool:
    return _name(part).lower().endswith(end)


def every_passage(parts: Parts) -> Iterator[Passage]:
    """Yields the passages that hold words, or else the texts that hang on the mail."""
    yield from (
        parts.passages if any(one.plain.strip() or one.html.strip() for one in parts.passages) else parts.enclosed
    )
