"""What kind of word a word is, for telling names from everyday words; the lists lie beside this file."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache, lru_cache
from importlib.resources import files

WORD = re.compile(r"[^\W\d_]+(?:['’´`-][^\W\d_]+)*")
TITLES = frozenset(
    [
        "mr",
        "mrs",
        "ms",
        "mx",
        "dr",
        "prof",
        "professor",
        "doctor",
        "sister",
        "nurse",
        "sr",
        "rev",
        "reverend",
        "cllr",
        "councillor",
        "sir",
        "miss",
        "lady",
        "pc",
    ]
)
LETTERS = str.maketrans("łŁøØđĐßıĿŀ", "lLoOdDsiLl")


class WordKind(Enum):
    """What kind of word a word is, by the lists."""

    GIVEN = auto()
    FAMILY = auto()
    EITHER = auto()
    """A name and an everyday word or a place: Will, Rose, Lincoln."""
    EVERYDAY = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a text, and where it stands in it."""

    start: int
    end: int
    text: str
    kind: WordKind
    opens: bool
    """Stands where a sentence starts, so that its capital says nothing."""

    @property
    def low(self) -> str:
        """In lower case."""
        return self.text.lower()

    @property
    def is_name(self) -> bool:
        """Whether it is a name and no other word."""
        return self.kind in (WordKind.GIVEN, WordKind.FAMILY)

    @property
    def capital(self) -> bool:
        """Whether it begins with a capital."""
        return self.text[0].isupper()


@cache
def word_list(name: str) -> frozenset[str]:
    """Read one of the lists beside this file, by its name."""
    lines = (files(__package__) / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def without_accents(word: str) -> str:
    """Write a word in lower case without accents: José and jose are one."""
    bare = unicodedata.normalize("NFD", word.translate(LETTERS)).lower()
    return "".join(letter for letter in bare if not unicodedata.combining(letter))


@lru_cache(65_536)
def word_kind(word: str) -> WordKind:
    """Tell what kind of word a word in lower case is."""
    bare = re.sub("[’´`]", "'", without_accents(word))
    if bare in word_list("no_names"):
        return WordKind.EVERYDAY
    if bare in word_list("word_names"):
        return WordKind.EITHER
    if bare in word_list("first_names"):
        return WordKind.GIVEN
    if bare in word_list("surnames") or _compound_family(bare):
        return WordKind.FAMILY
    if bare in word_list("everyday_words") or _inflected(bare) or set(bare) == {"x"}:  # "xxxx" is anonymised already
        return WordKind.EVERYDAY
    return _of_parts([word_kind(part) for part in bare.split("-") if part]) if "-" in bare else WordKind.UNKNOWN


def _compound_family(word: str) -> bool:
    head, quote, tail = word.partition("'")
    if quote and head in ("o", "d"):
        return len(tail) > 2
    return word.startswith(("mc", "mac", "fitz")) and len(word) > 5 and word not in word_list("everyday_words")


def _inflected(word: str) -> bool:
    _stem, quote, ending = word.partition("'")
    if quote and ending in ("s", "t", "ve", "re", "ll", "d", "m", ""):
        return True
    return any(
        word.endswith(tail) and word[: -len(tail)] in word_list("everyday_words")
        for tail in ("s", "ed", "ing", "ly", "er")
    )


def _of_parts(kinds: list[WordKind]) -> WordKind:
    if kinds and kinds[-1] in (WordKind.GIVEN, WordKind.FAMILY):
        return WordKind.GIVEN if WordKind.GIVEN in kinds else WordKind.FAMILY
    return WordKind.EVERYDAY if WordKind.EVERYDAY in kinds or not kinds else WordKind.UNKNOWN


OPENS = re.compile(r'[.!?\n:;•"“(]|^\s*-\s*$')
"""What stands between two words where the second opens a sentence."""

POSSESSIVES = tuple(mark + letter for mark in "'’´`" for letter in "sS")


def words_of(text: str) -> list[Word]:
    """Find the words of a text, in order."""
    found: list[Word] = []
    end = 0
    for match in WORD.finditer(text):
        between = text[end : match.start()]
        opens = not found or (between != " " and OPENS.search(between) is not None)
        found.append(_word(match, opens))
        end = match.end()
    return found


def _word(match: re.Match[str], opens: bool) -> Word:
    """Without the possessive: it is Anna whose desk is Anna's."""
    text = match.group()
    if text.endswith(POSSESSIVES) and word_kind(text[:-2].lower()) is not WordKind.EVERYDAY:
        text = text[:-2]
    return Word(match.start(), match.start() + len(text), text, word_kind(text.lower()), opens)
