"""The rule of what is a copy: the same person again, or one text that many send. Copies are kept, and count once.

Honest people say short things alike, so what is short is a copy only of the same sender's. Where nothing tells who
sent a text, it is a copy only if it is word for word the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from nlp.clean.minhash import identical, near

COPY_SPAN = timedelta(hours=24)
"""The same words further apart are no copy: it happened again."""

LONG_TEXT_WORDS = 20
"""From so many words on, nobody chooses nearly the same ones by chance."""

LEAST_WORDS_WITHOUT_SENDER = 6
"""What is shorter is said alike by chance ("long wait"), and of unknown senders each counts."""

CopyKind = Literal["duplicate", "campaign", "repeat"]


@dataclass(frozen=True, slots=True)
class SentText:
    """A text as it was sent: its signature (`minhash`), how many words it has, and what tells its sender from others.

    `sender` is None where nothing does.
    """

    signature: bytes
    words: int
    sender: bytes | None


def copy_kind(one: SentText, other: SentText) -> CopyKind | None:
    """Tell whether one of two texts of the same day is a copy of the other, and by which rule; None if neither is."""
    if one.sender is None or other.sender is None:
        long_enough = min(one.words, other.words) >= LEAST_WORDS_WITHOUT_SENDER
        return "repeat" if long_enough and identical(one.signature, other.signature) else None
    if one.sender == other.sender:
        return "duplicate" if near(one.signature, other.signature) else None
    if min(one.words, other.words) < LONG_TEXT_WORDS:
        return None
    return "campaign" if near(one.signature, other.signature) else None
