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


class Kind(Enum):
    GIVEN = auto()
    FAMILY = auto()
    EITHER = auto()
    """A name and an everyday word or a place: Will, Rose, Lincoln."""
    EVERYDAY = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Word:
    start: int
    end: int
    text: str
    kind: Kind
    opens: bool
    """Stands where a sentence starts, so that its capital says nothing."""

    @property
    def is_name(self) -> bool:
        return self.kind in (Kind.GIVEN, Kind.FAMILY)

    @property
    def capital(self) -> bool:
        return self.text[0].isupper()


@cache
def listed(name: str) -> frozenset[str]:
    lines = (files(__package__) / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def plain(word: str) -> str:
    """Lower case without accents: José and jose are one."""
    bare = unicodedata.normalize("NFD", word.translate(LETTERS)).lower()
    return "".join(letter for letter in bare if not unicodedata.combining(letter))


@lru_cache(65_536)
def kind(word: str) -> Kind:
    """Of a word in lower case."""
    bare = re.sub("[’´`]", "'", plain(word))
    if bare in listed("no_names"):
        return Kind.EVERYDAY
    if bare in listed("word_names"):
        return Kind.EITHER
    if bare in listed("first_names"):
        return Kind.GIVEN
    if bare in listed("surnames") or _compound_family(bare):
        return Kind.FAMILY
    if bare in listed("everyday_words") or _inflected(bare) or set(bare) == {"x"}:  # "xxxx" is anonymised already
        return Kind.EVERYDAY
    return _of_parts([kind(part) for part in bare.split("-") if part]) if "-" in bare else Kind.UNKNOWN


def _compound_family(word: str) -> bool:
    head, quote, tail = word.partition("'")
    if quote and head in ("o", "d"):
        return len(tail) > 2
    return word.startswith(("mc", "mac", "fitz")) and len(word) > 5 and word not in listed("everyday_words")


def _inflected(word: str) -> bool:
    _stem, quote, ending = word.partition("'")
    if quote and ending in ("s", "t", "ve", "re", "ll", "d", "m", ""):
        return True
    return any(
        word.endswith(tail) and word[: -len(tail)] in listed("everyday_words")
        for tail in ("s", "ed", "ing", "ly", "er")
    )


def _of_parts(kinds: list[Kind]) -> Kind:
    if kinds and kinds[-1] in (Kind.GIVEN, Kind.FAMILY):
        return Kind.GIVEN if Kind.GIVEN in kinds else Kind.FAMILY
    return Kind.EVERYDAY if Kind.EVERYDAY in kinds or not kinds else Kind.UNKNOWN


OPENS = re.compile(r'[.!?\n:;•"“(]|^\s*-\s*$')
"""What stands between two words where the second opens a sentence."""

POSSESSIVES = tuple(mark + letter for mark in "'’´`" for letter in "sS")


def words_of(text: str) -> list[Word]:
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
    if text.endswith(POSSESSIVES) and kind(text[:-2].lower()) is not Kind.EVERYDAY:
        text = text[:-2]
    return Word(match.start(), match.start() + len(text), text, kind(text.lower()), opens)
