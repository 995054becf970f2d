"""The words of a text in any script, for keywords: whole, with their letters and marks, and without function words."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from runpy import run_path

import regex
from lingua import Language

from nlp.clean.language import KNOWN, WELSH
from nlp.clean.recognisers.lexicon import WordKind, word_kind
from nlp.embed.composing import with_few_marks

_WORD = regex.compile(r"\w\w+")
"""Of the library `regex`, in which vowel signs and other marks are part of a word: with `re` Bengali falls apart."""

_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]+")
"""Scripts that part no words by spaces."""

_LETTER = regex.compile(r"\X")


def tokens(text: str) -> list[str]:
    """List the words of a text that say something, in lower case; of scripts without spaces, each pair of letters.

    Pairs of letters are what search engines index of Chinese (Lucene's CJKBigramFilter): most of its words are two.
    """
    plain = unicodedata.normalize("NFC", with_few_marks(text)).lower()
    ignored = function_words()
    return [word for said in _WORD.findall(plain) for word in _parted(said) if word not in ignored]


def _parted(word: str) -> Iterator[str]:
    end = 0
    for run in _UNSPACED.finditer(word):
        letters = _LETTER.findall(run.group())
        yield from _long(word[end : run.start()])
        yield from map("".join, pairwise(letters))
        end = run.end()
    yield from _long(word[end:])


def _long(word: str) -> Iterator[str]:
    if len(word) > 1:
        yield word


@cache
def function_words() -> frozenset[str]:
    """Collect the function words of every language that is told apart; no everyday word of English is one of another.

    Those of English are scikit-learn's, of Welsh our own, of the others spaCy's, where it has them.
    """
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS  # noqa: PLC0415 - takes a second

    found = {word for name in KNOWN for word in _of_spacy(getattr(Language, name).iso_code_639_1.name.lower())}
    english: frozenset[str] = ENGLISH_STOP_WORDS
    return english | WELSH | {word for word in found if not _english(word)}


def _of_spacy(code: str) -> frozenset[str]:
    """By the file alone: to import the language would take seconds for rules of French that nobody here needs."""
    path = Path(str(files("spacy"))) / "lang" / code / "stop_words.py"
    found: set[str] = run_path(str(path))["STOP_WORDS"] if path.exists() else set()
    return frozenset(found)


def _english(word: str) -> bool:
    return word.isascii() and word_kind(word) in (WordKind.EVERYDAY, WordKind.EITHER)
