"""What a title may be, whoever proposes it: a machine, or a language model of the operator's choice."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nlp.group.titles.rendering import fits

_WORD = re.compile(r"[^\W_]+(?:['’-]\w+)*")
_SMALL = frozenset(
    ["the", "a", "an", "of", "for", "to", "in", "on", "and", "my", "your", "is", "are", "was", "were", "be", "this"]
)
_MARKED = re.compile(r"[\[\]{}<>@|*#:]|//")


def stands(title: str, taken: Iterable[str]) -> bool:
    """Tell whether a title that somebody proposes keeps the rules of ours: so many words, no mark, none that is
    taken.
    """
    plain = fits(title) and title.isprintable() and not _MARKED.search(title)
    return plain and bool(key(title)) and all(key(title) != key(other) for other in taken)


def key(title: str) -> frozenset[str]:
    """Return the same for titles that differ in the order of words, in small words or in a plural."""
    words = (word.lower() for word in _WORD.findall(title))
    return frozenset(word.rstrip("s") for word in words if word not in _SMALL)
