"""Names of people in Welsh: by lists and by what stands before them, as no English reading of Welsh is to be believed.

A Welsh sentence has a capital where it names a day, a month or a place, and its places and names begin with another
letter behind some words (Bangor: i Fangor; Mair: i Fair).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from nlp.clean.lookbehind import just_before
from nlp.clean.recognisers.institutions import told_in_welsh
from nlp.clean.recognisers.lexicon import TITLES, Word, WordKind, word_list
from nlp.clean.recognisers.mutations import mutated
from nlp.clean.recognisers.name_cues import SAID_IN_WELSH
from nlp.clean.words import listed

LISTS = listed("welsh")
SMALL = frozenset((listed("language")["welsh"]["words"] + LISTS["sentences"]["small"]).split())
"""Small words of Welsh."""
ENGLISH = frozenset((listed("language")["english"]["words"] + LISTS["sentences"]["english"]).split())
"""Words that no Welsh sentence has; what is in both lists counts for neither."""
WELSH_ALONE, ENGLISH_ALONE = SMALL - ENGLISH, ENGLISH - SMALL
SENTENCE = re.compile(r"[^.!?\n]+[.!?\n]*")
FEWEST_SMALL = 2
"""Different small words that make a sentence Welsh, if they are more than the English ones."""
SHARE = 6
"""Of so many words one is a small one at least."""

MUTATING = frozenset(LISTS["names"]["behind"].split())
"""Words behind which it does."""
SON_OF = ("ap", "ab", "ferch")
NO_TITLES = ("sir", "sr", "pc", "lady")
"""Words that are English titles, and other words in Welsh: a sir is a county."""


def welsh_parts(text: str, words: Sequence[Word]) -> list[tuple[int, int]]:
    """Find the sentences that are Welsh, each from its first character to the one behind its last."""
    found, at = [], 0
    for sentence in SENTENCE.finditer(text):
        first = at
        while at < len(words) and words[at].start < sentence.end():
            at += 1
        if _is_welsh(words[first:at]):
            found.append(sentence.span())
    return found


def _is_welsh(words: Sequence[Word]) -> bool:
    said = [word.low.replace("’", "'") for word in words]
    small = [word for word in said if word in WELSH_ALONE]
    english = sum(word in ENGLISH_ALONE for word in said)
    if small and not english and sum(word.kind is WordKind.UNKNOWN for word in words) * 2 >= len(words):
        return True
    return len(set(small)) >= FEWEST_SMALL and len(small) > 2 * english and len(small) * SHARE >= len(said)


def names_in_welsh(text: str, words: Sequence[Word]) -> Iterator[tuple[int, int]]:
    """Find names: the numbers of the first word of each, and of the word behind its last."""
    place = 0
    while place < len(words):
        end = _name_end(text, words, place)
        if end > place:
            yield place, end
        place = max(end, place + 1)


def _name_end(text: str, words: Sequence[Word], place: int) -> int:
    """The number of the word behind the name that begins here; the same number where none does."""
    word = words[place]
    if word.low in TITLES and word.low not in NO_TITLES and _joined(text, words, place) and words[place + 1].capital:
        return _extended(text, words, place + 2)
    if not word.capital or told_in_welsh(text, word.start):
        return place
    if just_before(SAID_IN_WELSH, text, word.start) or _is_listed(words, place) or _is_pair(text, words, place):
        return _extended(text, words, place + 1)
    return place


def _is_listed(words: Sequence[Word], place: int) -> bool:
    word = words[place]
    if word.low in word_list("welsh_names") or (word.low in word_list("common_names") and not word.text.isupper()):
        return True
    behind = place > 0 and words[place - 1].low in MUTATING
    return behind and word.low in _mutated()


def _is_pair(text: str, words: Sequence[Word], place: int) -> bool:
    """A given name of any list, and a family name behind it."""
    if words[place].kind is not WordKind.GIVEN or not _joined(text, words, place):
        return False
    second = words[place + 1]
    return second.capital and second.kind is WordKind.FAMILY


def _extended(text: str, words: Sequence[Word], end: int) -> int:
    """Over the names, the initials and the fathers that follow."""
    while end < len(words) and _joined(text, words, end - 1):
        word = words[end]
        if word.low in SON_OF and end + 1 < len(words) and words[end + 1].capital:
            end += 2
        elif word.capital and (word.is_name or len(word.text) == 1 or _is_listed(words, end)):
            end += 1
        else:
            break
    return min(end, len(words))


def _joined(text: str, words: Sequence[Word], place: int) -> bool:
    """Whether the next word follows with no more than a space or a dot between."""
    return place + 1 < len(words) and text[words[place].end : words[place + 1].start].strip(" ") in ("", ".")


@cache
def _mutated() -> frozenset[str]:
    """The names of Wales as they are behind words that change them."""
    return frozenset(form for name in word_list("welsh_names") for form in mutated(name) if len(form) > 2)
