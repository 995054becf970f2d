"""The words of a mail: of several forms and parts of its text those that its sender wrote."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import Message
from typing import Final

from feedback.record.errors import NotSupported
from ingest.channels import markup
from ingest.channels.email.added import is_furniture
from ingest.channels.email.parts import Parts, Passage, every_passage, parts_of
from ingest.channels.email.reply_parser import own_words

_STUB: Final = re.compile(
    r"\b(?:(?:view|read|see|open) (?:this|the) (?:e-?mail|message|newsletter|version)\b.{0,40}\b(?:browser|online)|"
    r"html[ -](?:e-?mail|message|version|format|content|capable|enabled|only|compatible)|"
    r"(?:in|is|support|display|view|read) html\b|plain[ -]text version|(?:neges|e-?bost) html|multi-?part (?:message|"
    r"format)|mime (?:format|e-?mail|message))",
    re.IGNORECASE | re.DOTALL,
)
_STUB_WORDS: Final = 40
_AS_MUCH: Final = 2
"""How many times the words of the plain form the other one has where the plain one is no more than a part of it."""


@dataclass(frozen=True, slots=True)
class MailBody:
    """The sender's own words; in which form of the mail they were read, and how many more words that has."""

    words: str
    form: str = "plain text"
    others: int = 0


def words_of(message: Message, parts: Parts) -> MailBody:
    """Returns the sender's own words; where there are none, those of the mail that hangs on it.

    Raises `NotSupported` where there are none because a part that may hold them cannot be read.
    """
    said = _said(list(every_passage(parts)))
    if not said.words and parts.forwarded:
        said = _said(list(every_passage(parts_of(parts.forwarded[0]))))
    if not said.words and parts.unread:
        raise NotSupported(parts.unread)
    return said


def _said(passages: Sequence[Passage]) -> MailBody:
    shown = [(whole, own) for passage in passages if (whole := _whole(passage)) for own in [_without_history(passage)]]
    all_words = sum(len(whole.split()) for whole, _ in shown)
    if len(shown) > 1:
        shown = [(whole, own) for whole, own in shown if not is_furniture(whole)] or shown
    until = next((at + 1 for at, (whole, own) in enumerate(shown) if own != whole), len(shown))
    words = own_words("\n\n".join(own for _, own in shown[:until])) or own_words(
        "\n\n".join(whole for whole, _ in shown)
    )
    is_html = any(passage.html and _shows_html(passage.plain, _whole(passage)) for passage in passages)
    return MailBody(words, "HTML" if is_html else "plain text", max(0, all_words - len(words.split())))


def _whole(passage: Passage) -> str:
    """All that a reader would see of it."""
    seen = markup.text(passage.html) if passage.html else ""
    return seen if _shows_html(passage.plain, seen) else passage.plain.strip()


def _without_history(passage: Passage) -> str:
    """The same up to the place where the markup says that a mail is quoted."""
    seen = markup.text(passage.html) if passage.html else ""
    return markup.text(passage.html, history=False) if _shows_html(passage.plain, seen) else passage.plain.strip()


def _shows_html(plain: str, seen: str) -> bool:
    """Tells whether the plain form is missing, a stub that points to the other, or a mere piece of it."""
    count = len(plain.split())
    if not seen or not count:
        return bool(seen)
    is_stub = count <= _STUB_WORDS and _STUB.search(plain) is not None and _STUB.search(seen) is None
    return is_stub or count * _AS_MUCH < len(seen.split())
