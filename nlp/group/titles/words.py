"""The lists by which titles are cut and weighed, and what makes two words one."""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from nlp.clean.recognisers.mutations import unmutated
from nlp.clean.recognisers.welsh import SMALL

WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")


@cache
def _lists() -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "words.toml").read_text(encoding="utf-8"))


@cache
def pattern(name: str) -> re.Pattern[str]:
    """Make the pattern that finds each word of a list in lower case."""
    words = [*listed(name), *_lists()[name].get("values", ())]
    parts = (re.escape(word).replace(r"\*", r"\w*") for word in words)
    return re.compile(r"(?<![\w])(?:" + "|".join(parts) + r")(?!\w)")


def listed(name: str) -> list[str]:
    """Return the words of a list."""
    return [word.strip() for word in str(_lists()[name]["words"]).split(",")]


@lru_cache(65_536)
def is_in(name: str, word: str) -> bool:
    """Tell whether a word in lower case is on a list."""
    return bool(pattern(name).fullmatch(word))


@cache
def slips() -> dict[str, str]:
    """Hasty spellings, and what they stand for."""
    return dict(_lists()["slips"])


@cache
def figures_in_words() -> dict[str, int]:
    """Words for numbers, and their values."""
    return dict(_lists()["numbers"]["values"])


@cache
def small() -> frozenset[str]:
    """Words that carry no content by themselves."""
    return frozenset(listed("small"))


@lru_cache(65_536)
def stem(word: str) -> str:
    """Cut the ending off a word in lower case, so that what differs by it alone is one."""
    bare = re.sub(r"['’]s?$", "", word)
    for ending in ("ing", "ed", "ies", "es", "s", "ly", "e", "y"):
        if bare.endswith(ending) and len(bare) - len(ending) >= 3:
            bare = bare[: -len(ending)]
            break
    return bare[:-1] if len(bare) > 4 and bare[-1] == bare[-2] and bare[-1] not in "aeiouls" else bare


@lru_cache(65_536)
def stems(text: str, language: str = "en") -> frozenset[str]:
    """Return the stems of the words of a text that carry content; of Welsh, what all forms of a word have in common."""
    words = WORD.findall(text.lower())
    if language == "cy":
        bare = (_JOINED_TO_IT.sub("", word) for word in words)
        return frozenset(unmutated(it) for it in bare if len(it) > 1 and not (it in SMALL or is_in("welsh_small", it)))
    return frozenset(stem(word) for word in words if word not in small() and len(word) > 1)


_JOINED_TO_IT = re.compile(r"['’](?:r|n|i|u|w|m|ch|th)$")
"""Small words of Welsh behind another one: mae'r, gasglu'r."""
