"""The words of a mail: of several forms and parts of its text those that its sender wrote."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import Message
from typing import Final, NamedTuple

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


class _Shown(NamedTuple):
    """All that a reader would see of a passage, and the same up to where the markup says that a mail is quoted."""

    whole: str
    own: str
    is_html: bool


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
    every = [one for one in map(_shown, passages) if one.whole]
    read = [one for one in every if len(every) == 1 or not is_furniture(one.whole)] or every
    until = next((at + 1 for at, one in enumerate(read) if one.own != one.whole), len(read))
    words = own_words("\n\n".join(one.own for one in read[:until])) or own_words("\n\n".join(one.whole for one in read))
    others = sum(len(one.whole.split()) for one in every) - len(words.split())
    return MailBody(words, "HTML" if any(one.is_html for one in every) else "plain text", max(0, others))


def _shown(passage: Passage) -> _Shown:
    seen = markup.text(passage.html) if passage.html else ""
    if _shows_html(passage.plain, seen):
        return _Shown(seen, markup.text(passage.html, history=False), True)
    plain = passage.plain.strip()
    return _Shown(plain, plain, False)


def _shows_html(plain: str, seen: str) -> bool:
    """Tells whether the plain form is missing, a stub that points to the other, or a mere piece of it."""
    count = len(plain.split())
    if not seen or not count:
        return bool(seen)
    is_stub = count <= _STUB_WORDS and _STUB.search(plain) is not None and _STUB.search(seen) is None
    return is_stub or count * _AS_MUCH < len(seen.split())
