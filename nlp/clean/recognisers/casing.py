"""Capitals: what they tell of a text, and where spaCy needs them to be."""

from __future__ import annotations

from collections.abc import Sequence

from nlp.clean.recognisers.lexicon import TITLES, Word, WordKind


def truecased(text: str, words: Sequence[Word]) -> str:
    """Write a text, letter for letter, with names in capitals and everyday words without: what spaCy has learnt from.

    Each letter keeps its place, so that what is found in the one lies at the same place in the other.
    """
    shouting = shouted(words)
    if not shouting and not any(word.is_name and word.text.islower() for word in words):
        return text
    letters = list(text)
    for word in words:
        shape = _shape(word, shouting)
        if len(shape) == len(word.text):
            letters[word.start : word.end] = shape
    return "".join(letters)


def _shape(word: Word, shouting: bool) -> str:
    if word.is_name:
        return word.text.title() if word.text.islower() or word.text.isupper() else word.text
    if shouting and word.text.isupper() and len(word.text) > 1:
        return word.text.capitalize() if word.opens or word.kind is WordKind.UNKNOWN else word.text.lower()
    return word.text


def worth_reading(words: Sequence[Word]) -> bool:
    """Tell whether spaCy could find a person who would be believed.

    Most comments hold no word that might be a name, and are spared the model.
    """
    shouting = shouted(words)
    return any(word.is_name or (not shouting and _might_be_name(word)) for word in words)


def _might_be_name(word: Word) -> bool:
    unknown = word.kind is WordKind.UNKNOWN and word.capital and not word.text.isupper()
    return unknown and word.text.lower() not in TITLES


def shouted(words: Sequence[Word]) -> bool:
    """Tell whether most of it is in capitals, which then tell nothing."""
    return sum(word.text.isupper() and len(word.text) > 1 for word in words) * 2 > len(words)
