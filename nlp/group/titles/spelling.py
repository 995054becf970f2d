"""How words are mostly written within sentences (GP, CBT, Nottingham), and what a slip of the pen stands for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from nlp.clean.recognisers.lexicon import WordKind, word_kind
from nlp.group.titles.words import WORD

OFTEN = 5
"""A word that so many wrote is what a slip of the pen stands for."""

NAMED = 0.6
"""An everyday word is a name where more than so many of all write it as one: of "Pay" on a button that is not so."""

SHORTEST = 4
"""In shorter words a letter more or less is another word."""

_LETTERS = ("X", "Y")
"""What stands for sums that differ."""

_ALPHABET = "abcdefghijklmnopqrstuvwxyz'"


class Spelling:
    """Writes titles as the people of one service mostly write their words."""

    def __init__(self, texts: Sequence[str]) -> None:
        forms: Counter[str] = Counter()
        for text in texts:
            if not text.isupper():
                forms.update(it.group() for it in WORD.finditer(text) if not _opens(text, it.start()))
        self._usual: dict[str, str] = {}
        self._counts: Counter[str] = Counter()
        for form, count in forms.items():
            self._counts[form.lower()] += count
        for form, count in sorted(forms.items(), key=lambda it: (-it[1], it[0])):
            if not _as_a_name(form) or count >= NAMED * (self._counts[form.lower()] + 1):
                self._usual.setdefault(form.lower(), form)

    def __call__(self, text: str) -> str:
        """Write it so, first letter up; words with figures stay as they are."""
        written = WORD.sub(lambda it: self._form(it.group()), text)
        return f"{written[:1].upper()}{written[1:]}"

    def _form(self, word: str) -> str:
        low = word.lower()
        kept = word in _LETTERS or low == "i" or low.startswith(("i'", "i’"))
        if kept or any(letter.isdigit() for letter in word):
            return word
        return self._meant(low) or self._usual.get(low, word)

    def _meant(self, word: str) -> str | None:
        """The word that others wrote, for one that no list knows."""
        if len(word) < SHORTEST or not word.isalpha() or word_kind(word) is not WordKind.UNKNOWN:
            return None
        near = {it for it in _edits(word) if self._counts[it] >= OFTEN and word_kind(it) is WordKind.EVERYDAY}
        best = max(near, key=lambda it: (self._counts[it], it), default=None)
        return best if best and self._counts[best] > self._counts[word] else None


def _as_a_name(form: str) -> bool:
    """An everyday word with a capital, and no acronym."""
    return form.istitle() and word_kind(form.lower()) is WordKind.EVERYDAY


def _opens(text: str, start: int) -> bool:
    """Where a sentence starts a capital says nothing."""
    return not start or text[start - 2 : start].rstrip()[-1:] in {".", "!", "?", ""}


def _edits(word: str) -> Iterator[str]:
    """What one letter more, less, other, or two that changed places make of it."""
    for at in range(len(word) + 1):
        left, right = word[:at], word[at:]
        if right:
            yield left + right[1:]
            yield from (left + letter + right[1:] for letter in _ALPHABET)
        if len(right) > 1:
            yield left + right[1] + right[0] + right[2:]
        yield from (left + letter + right for letter in _ALPHABET)
