"""Which language a text is in: English, Welsh, and what British councils meet; "unknown" rather than a guess.

Most of what comes is plain English, which a list of its words tells at a hundredth of the cost of lingua's models;
those are loaded when the first other text comes, in the mode that takes 40 MB, not 470: it is as sure of a sentence.
"""

from __future__ import annotations

import re
from functools import cache

from lingua import Language, LanguageDetector, LanguageDetectorBuilder

from nlp.clean.recognisers.lexicon import TITLES, WORD, WordKind, word_kind
from nlp.clean.words import listed

UNKNOWN = "unknown"
KNOWN = listed("language")["known"]
"""By lingua's names: those that British councils meet."""

SHORT_WORDS = 4
"""Under it a language must be told with more confidence, or by words that no other language has."""

SURE, CONFIDENT, LIKELY = 0.95, 0.9, 0.6
EXPECTED = ("en", "cy")
"""Languages that citizens are answered in; another is told only where it is beyond doubt."""
MARKS = frozenset(listed("language")["english"]["words"].split())
"""Words that make a text of everyday English words English: none of them is a word of Welsh."""

ALIKE = frozenset(listed("language")["alike"]["words"].split())
"""Welsh words that are also English ones: alone they tell nothing."""

WELSH = frozenset(listed("language")["welsh"]["words"].split())
"""Small words of Welsh: two different ones, and a sixth of the words, make a text Welsh."""

LETTERS: dict[str, frozenset[str]] = {
    code: frozenset(letters) for code, letters in listed("language")["letters"].items()
}
"""Letters that only one language has."""

ROOFED = frozenset("âêîôûŵŷÂÊÎÔÛŴŶ")
"""Letters of Welsh that no English word needs."""

FOREIGN_SHARE = 0.3
"""Of the letters of a text those of another script; from so many on, its Latin words are not looked at."""

ENOUGH_CHARACTERS = 2_000
"""These tell a language; more would only take longer."""

LATIN = re.compile(r"[A-Za-z]+")
OTHER_SCRIPT = re.compile(r"[^\W\d_\u0000-\u024F\u1E00-\u1EFF]")

PLACEHOLDER = re.compile(r"\[[A-Z_]+\]|https?://\S+|(?<!\S)\S+@\S+")


def language(text: str) -> str:
    """Give the ISO 639-1 code of the language of a text, or "unknown"."""
    prose = _of_one_script(PLACEHOLDER.sub(" ", text))
    words = [word for word in (word.lower().replace("’", "'") for word in WORD.findall(prose)) if not _name(word)]
    if not words:
        return UNKNOWN
    if _plainly_english(words):
        return "en"
    if _plainly_welsh(words):
        return "cy"
    if len(words) > 1 and (own := [code for code, letters in LETTERS.items() if not letters.isdisjoint(prose)]):
        return own[0] if len(own) == 1 else UNKNOWN
    best = _detector().compute_language_confidence_values(prose[:ENOUGH_CHARACTERS])[0]
    code = best.language.iso_code_639_1.name.lower()
    if code != "en" and _mostly_english(words):
        code = "en" if not MARKS.isdisjoint(words) else UNKNOWN
    elif best.value < _needed(code, len(words)):
        return UNKNOWN
    return UNKNOWN if code == "en" and len(words) < SHORT_WORDS else code


def language_of_query(text: str, usual: str) -> str:
    """Give the language of words that are looked for: of a few, between those of the service; in doubt the usual one.

    Another language is told by its own letters, or where lingua is sure and no letter is Welsh.
    """
    told, words = language(text), [word.lower() for word in WORD.findall(text)]
    if told in EXPECTED or len(words) >= SHORT_WORDS:
        return usual if told == UNKNOWN else told
    if not ROOFED.isdisjoint(text):
        return "cy"
    if told != UNKNOWN:
        return told
    if all(_english(word) and word not in ALIKE for word in words):
        return "en"
    welsh, english = (_detector().compute_language_confidence(text, it) for it in (Language.WELSH, Language.ENGLISH))
    new = any(word_kind(word) is WordKind.UNKNOWN for word in words)
    return "cy" if new and welsh > CONFIDENT * (welsh + english) else usual


def _mostly_english(words: list[str]) -> bool:
    """Names of cards, firms and wards ("Where can I find Mastercard ATMs?") mislead lingua, which looks at letters."""
    return 2 * sum(word.isascii() and _english(word) and word not in ALIKE | WELSH for word in words) >= len(words)


def _needed(code: str, words: int) -> float:
    """How sure lingua must be: surer of a language that is not expected, and of a short text."""
    short, likely = words < SHORT_WORDS, words < 2 * SHORT_WORDS
    if code in EXPECTED:
        return CONFIDENT if short else LIKELY if likely else 0.0
    return SURE if short else CONFIDENT if likely else LIKELY


def _of_one_script(text: str) -> str:
    """What is said in Urdu below an English heading is Urdu."""
    other = 0 if text.isascii() else len(OTHER_SCRIPT.findall(text))
    return LATIN.sub(" ", text) if other and other > FOREIGN_SHARE * len(text.replace(" ", "")) else text


def _name(word: str) -> bool:
    """Names are of no language: Anna and Alice deserve a rise in English."""
    return word_kind(word) in (WordKind.GIVEN, WordKind.FAMILY) and word not in WELSH


def _plainly_english(words: list[str]) -> bool:
    telling = [word for word in words if word not in ALIKE and _english(word)]
    if len(telling) + sum(word in ALIKE - WELSH for word in words) == len(words):
        return any(len(word) > 3 for word in telling) and len(telling) * 4 >= len(words)
    return len(telling) * 10 >= len(words) * 6 and len(telling) > 2 and not MARKS.isdisjoint(words)


def _english(word: str) -> bool:
    return word_kind(word) in (WordKind.EVERYDAY, WordKind.EITHER) or word in TITLES


def _plainly_welsh(words: list[str]) -> bool:
    small = [word for word in words if word in WELSH]
    return len(set(small)) > 1 and not WELSH.isdisjoint(set(words) - ALIKE) and len(small) * 6 >= len(words)


@cache
def _detector() -> LanguageDetector:
    return (
        LanguageDetectorBuilder.from_languages(*(getattr(Language, name) for name in KNOWN))
        .with_low_accuracy_mode()
        .build()
    )
