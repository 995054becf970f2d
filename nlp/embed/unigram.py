"""Words cut into the pieces that a unigram model knows, in the most likely way (Kudo 2018), as SentencePiece does.

The trie of the library `tokenizers` takes 240 MB for the 250,000 pieces of a multilingual model; a dictionary takes 40.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from itertools import groupby

from nlp.embed.composing import with_few_marks

SPACE = "\u2581"
"""Stands before each word, as in the pieces."""

BEGIN, END, UNKNOWN = "<s>", "</s>", "<unk>"
UNKNOWN_PENALTY = 10.0
"""How much less likely an unknown letter is than the least likely piece; SentencePiece's."""


class UnigramTokenizer:
    """Texts to the places of their pieces. `scores`: the log of the chance of each; `longest`: tokens of a text."""

    def __init__(self, pieces: Sequence[str], scores: Sequence[float], longest: int) -> None:
        self._places = {piece: place for place, piece in enumerate(pieces)}
        self._begin, self._end, self._unknown = (self._places.pop(piece) for piece in (BEGIN, END, UNKNOWN))
        self._scores, self._longest = scores, longest
        self._widest, self._least = max(map(len, pieces)), min(scores) - UNKNOWN_PENALTY

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Cut texts, in their compatible form; what is too long is cut short. Letters unknown side by side are one."""
        return [self._wrapped(unicodedata.normalize("NFKC", with_few_marks(text)).split()) for text in texts]

    def _wrapped(self, words: Sequence[str]) -> list[int]:
        found: list[int] = []
        for word in words[: self._longest]:
            found += self._cut(SPACE + word)
        fused = [one for place, run in groupby(found) for one in ([place] if place == self._unknown else run)]
        return [self._begin, *fused[: self._longest - 2], self._end]

    def _cut(self, word: str) -> list[int]:
        """The pieces of the likeliest way to the end of the word, from the likeliest ways to each letter before it."""
        likely, last = [0.0], [(0, self._unknown)]
        for end in range(1, len(word) + 1):
            known = ((begin, self._places.get(word[begin:end])) for begin in range(max(0, end - self._widest), end))
            ways = [(likely[at] + self._scores[place], at, place) for at, place in known if place is not None]
            ways.append((likely[end - 1] + self._least, end - 1, self._unknown))
            best, begin, place = max(ways)
            likely.append(best)
            last.append((begin, place))
        found, end = [], len(word)
        while end:
            end, place = last[end]
            found.append(place)
        return found[::-1]
