"""How the first letters of Welsh words change behind other words: bathodyn, fathodyn, mathodyn.

By the table of Universal Dependencies (https://universaldependencies.org/cy/feat/Mutation.html).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

MUTATIONS = {
    "p": ("b", "mh", "ph"),
    "t": ("d", "nh", "th"),
    "c": ("g", "ngh", "ch"),
    "b": ("f", "m"),
    "d": ("dd", "n"),
    "g": ("", "ng"),
    "m": ("f",),
    "ll": ("l",),
    "rh": ("r",),
}
"""What the first letters become: softened, nasal, breathed."""

KEPT = ("ph", "th", "ch", "dd")
"""Letters of their own, which do not change."""

_ALIKE = {
    "ff": ("ff",),
    "p": ("mh", "ph", "b", "m", "f", "p"),
    "t": ("nh", "th", "dd", "d", "n", "t"),
    "": ("ngh", "ng", "ch", "c", "g", "h"),
    "l": ("ll", "l"),
    "r": ("rh", "r"),
}
"""First letters that may be forms of one another; a softened g leaves a vowel, which takes an h."""

_BEGINNINGS = sorted(((its, one) for one, alike in _ALIKE.items() for its in alike), key=lambda it: -len(it[0]))

FEWEST_LETTERS = 3
"""Of a word; what has fewer are small words, which would run into each other."""


def mutated(word: str) -> Iterator[str]:
    """Yield the other forms of a word in lower case that is as a dictionary has it."""
    if word.startswith(KEPT):
        return
    for first in ("ll", "rh", word[0]):
        if word.startswith(first):
            yield from (changed + word[len(first) :] for changed in MUTATIONS.get(first, ()))
            return


@lru_cache(65_536)
def unmutated(word: str) -> str:
    """Return what all forms of a word in lower case have in common; no word need be known for it."""
    if len(word) < FEWEST_LETTERS:
        return word
    begun = next(((its, first) for its, first in _BEGINNINGS if word.startswith(its)), ("", ""))
    return begun[1] + word[len(begun[0]) :]
