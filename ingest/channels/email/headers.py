"""The header of a mail. Its fields are parsed first and decoded afterwards, as a name may hold any sign (RFC 2047)."""

import datetime as dt
import re
from base64 import b64decode
from collections.abc import Iterator
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from itertools import groupby, islice
from quopri import decodestring
from typing import Final

from ingest.channels.email.charsets import decoded
from ingest.channels.parsing import moment_or_none, storable

_LONGEST: Final = 1_000
_LONGEST_LIST: Final = 10_000
_MOST: Final = 20
_ENCODED: Final = re.compile(r"=\?([^?*\s]{1,40})(?:\*[^?\s]{0,20})?\?([bq])\?([^?]*)\?=", re.IGNORECASE)
_BETWEEN_ENCODED: Final = re.compile(r"(?<=\?=)\s+(?==\?)")
_BARE_ADDRESS: Final = re.compile(r"[^\s\x00-\x1f\x7f<>\"(),:;@]{1,100}@[^\s\x00-\x1f\x7f<>\"(),:;@]{1,100}")
_RECIPIENTS: Final = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "Resent-To", "To", "Cc")
_UNANSWERED: Final = re.compile(r"(?:no|do[-_.]?not)[-_.]?reply|dim[-_.]?ateb|donotrespond", re.IGNORECASE)


def text_of(message: Message, name: str) -> str:
    """Returns what a field says, decoded, in one line; empty where the mail has none of that name."""
    first = next(iter(_raw(message, name)), "")
    return " ".join(storable(unencoded(first[:_LONGEST])).split())


def unencoded(text: str) -> str:
    """Replaces the encoded words of a header by what they say; neighbours of one charset may share a letter."""
    pieces = _ENCODED.split(_BETWEEN_ENCODED.sub("", text))
    words = [(pieces[at], pieces[at + 1], pieces[at + 2], pieces[at + 3]) for at in range(1, len(pieces) - 1, 4)]
    said = [pieces[0]]
    pending: list[tuple[str, bytes]] = []
    for charset, encoding, content, after in words:
        pending.append((charset.lower(), _bytes(encoding, content)))
        if after:
            said += [*_joined(pending), after]
            pending = []
    return "".join([*said, *_joined(pending)])


def _joined(words: list[tuple[str, bytes]]) -> Iterator[str]:
    for charset, same in groupby(words, key=lambda word: word[0]):
        yield decoded(b"".join(content for _, content in same), charset)


def _bytes(encoding: str, content: str) -> bytes:
    raw = content.encode("utf-8", "replace")
    if encoding in "qQ":
        return decodestring(raw, header=True)
    try:
        return b64decode(raw + b"=" * (-len(raw) % 4))
    except ValueError:
        return raw


def _raw(message: Message, name: str) -> list[str]:
    """The fields of a name as they came; bytes beyond ASCII are read like those of a body that names no charset."""
    found = (str(value) for key, value in message.raw_items() if key.lower() == name.lower())
    return [decoded(value.encode("utf-8", "surrogateescape"), None) for value in islice(found, _MOST)]


def addresses(message: Message, name: str) -> list[str]:
    """Lists the addresses of a field, in lower case. One that is wholly encoded, against the rules, is read too."""
    fields = [" ".join(field.split())[:_LONGEST_LIST] for field in _raw(message, name)]
    return [one for field in fields for one in _addresses(field) or _addresses(unencoded(field))]


def _addresses(field: str) -> list[str]:
    try:
        parsed = [address for _, address in getaddresses([field]) if _BARE_ADDRESS.fullmatch(address)]
    except RecursionError:  # comments within comments within comments
        parsed = []
    return [address.lower() for address in parsed or _BARE_ADDRESS.findall(field)]


def sender(message: Message) -> str:
    """Returns the address that a person can be reached under; of a form that nobody answers, the one to reply to."""
    own, answers = addresses(message, "From"), addresses(message, "Reply-To")
    if not own or (answers and _UNANSWERED.search(own[0])):
        own = answers or addresses(message, "Sender")
    return own[0] if own else ""


def recipients(message: Message) -> Iterator[str]:
    """Yields who it was for, whoever delivered it first; behind each plus address its mailbox (RFC 5233)."""
    for name in _RECIPIENTS:
        for address in addresses(message, name):
            yield address
            mailbox, plus, _ = address.rpartition("@")[0].partition("+")
            if plus and mailbox:
                yield f"{mailbox}@{address.rpartition('@')[2]}"


def sent(message: Message) -> dt.datetime | dt.date | None:
    """Returns when it was sent, as far as it says so."""
    try:
        return moment_or_none(parsedate_to_datetime(text_of(message, "Date")).isoformat())
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
