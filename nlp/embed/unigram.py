"""Words cut into the pieces that a unigram model knows, in the most likely way (Kudo 2018), as SentencePiece does.

The trie of the library `tokenizers` takes 240 MB for the 250,000 pieces of a multilingual model, a dictionary 45; their
hashes in order take 4.
"""

from __future__ import annotations

import unicodedata
from array import array
from collections.abc import Iterator, Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from nlp.embed.composing import with_few_marks

SPACE = "\u2581"
"""Stands before each word, as in the pieces."""

BEGIN, END, UNKNOWN = "<s>", "</s>", "<unk>"
UNKNOWN_PENALTY = 10.0
"""How much less likely an unknown letter is than the least likely piece; SentencePiece's."""


class UnigramTokenizer:
    """Texts to the places of their pieces. `scores`: the log of the chance of each; `longest`: tokens of a text."""

    def __init__(self, pieces: Sequence[str], scores: Sequence[float], longest: int) -> None:
        special = self._begin, self._end, self._unknown = [pieces.index(piece) for piece in (BEGIN, END, UNKNOWN)]
        hashes = _hashes(pieces)
        self._places = np.setdiff1d(np.arange(len(pieces), dtype=np.int32), special)
        self._places = self._places[hashes[self._places].argsort()]
        self._hashes, self._scores, self._longest = hashes[self._places], array("f", scores), longest
        self._widest, self._least = max(map(len, pieces)), min(scores) - UNKNOWN_PENALTY

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Cut texts, in their compatible form; what is too long is cut short. Letters unknown side by side are one."""
        return [self._wrapped(unicodedata.normalize("NFKC", with_few_marks(text)).split()) for text in texts]

    def _wrapped(self, said: Sequence[str]) -> list[int]:
        words = [SPACE + word for word in said[: self._longest]]
        places = iter(self._find([part for word in words for part in self._parts(word)]))
        found = [place for word in words for place in self._cut(word, places)]
        fused = [one for place, run in groupby(found) for one in ([place] if place == self._unknown else run)]
        return [self._begin, *fused[: self._longest - 2], self._end]

    def _parts(self, word: str) -> Iterator[str]:
        """All that may be a piece, in the order of where it ends, then where it begins."""
        for end in range(1, len(word) + 1):
            for begin in range(max(0, end - self._widest), end):
                yield word[begin:end]

    def _find(self, parts: Sequence[str]) -> list[int]:
        """The places of pieces; -1 for what is none. Of 64 bits, hashes are the same by chance once in 10^13."""
        if not len(self._hashes):
            return [-1] * len(parts)
        asked = _hashes(parts)
        near = np.searchsorted(self._hashes, asked).clip(max=len(self._hashes) - 1)
        places: list[int] = np.where(self._hashes[near] == asked, self._places[near], -1).tolist()
        return places

    def _cut(self, word: str, places: Iterator[int]) -> list[int]:
        """The pieces of the likeliest way to the end of the word, from the likeliest ways to each letter before it.

        `places`: of its parts.
        """
        likely, last = [0.0], [(0, self._unknown)]
        for end in range(1, len(word) + 1):
            known = zip(range(max(0, end - self._widest), end), places, strict=False)
            ways = [(likely[at] + self._scores[place], at, place) for at, place in known if place >= 0]
            ways.append((likely[end - 1] + self._least, end - 1, self._unknown))
            best, begin, place = max(ways)
            likely.append(best)
            last.append((begin, place))
        found, end = [], len(word)
        while end:
            end, place = last[end]
            found.append(place)
        return found[::-1]


def _hashes(parts: Sequence[str]) -> NDArray[np.int64]:
    """With their lengths, as Python's own are of the bytes in memory: those of "整" are those of "te"."""
    return np.fromiter((hash(part) ^ len(part) for part in parts), np.int64, len(parts))
