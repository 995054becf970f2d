"""What recognisers of speech write that nobody said: sounds in brackets, what they invent in silence, loops.

The words are in `noise.toml`, English and Welsh.
"""

import re
from collections.abc import Sequence
from typing import Final

from ingest.channels.calls.smalltalk import SENTENCE_ENDS, SENTENCE_GAP
from ingest.channels.word_lists import word_lists

_LISTS: Final = word_lists(__package__, "noise")
_SOUNDS: Final = frozenset(_LISTS["sounds"])
_INVENTED: Final = re.compile("|".join(_LISTS["invented"]), re.IGNORECASE)
_MARKED: Final = re.compile(
    r"\[([^\[\]]{1,60})\]|\(([^()]{1,60})\)|\*([^*\n]{1,40})\*|<([^<>]{1,40})>|\{([^{}]{1,40})\}"
)
_SUNG: Final = re.compile(r"[♪♫][^♪♫\n]{0,300}[♪♫]?")
_SPEAKER: Final = re.compile(r"speaker(?:[ _](?:\?|unknown|\d{1,3}))?|unknown speaker|siaradwr(?: \?)?", re.IGNORECASE)
_WORD: Final = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_MOST_MARKED_WORDS: Final = 5
"""Words of a sound that is described: more are what somebody said in brackets."""
_LOOP: Final = 4
"""Times that the same words come in a row before they are a loop of the recogniser's, and count once."""
_LOOP_WITHIN_A_SENTENCE: Final = 8
"""The same of one or two words within a sentence: people say "very, very, very, very bad" and "no no no no"."""
_EMPHASIS_WORDS: Final = 2
_UNSTRESSED: Final = frozenset(_LISTS["unstressed"])
"""Nobody repeats these to make a point."""
_LONGEST_LOOP: Final = 16
"""Words that come again and again."""


def without(text: str) -> str:
    """Return the text as it was said: without sounds, inventions and loops."""
    said = _SUNG.sub(" ", _MARKED.sub(_kept, text))
    if _INVENTED.search(said):
        said = " ".join(part for part in SENTENCE_GAP.split(said) if not _is_invented(part))
    words = said.split()
    return said.strip() if len(words) < _LOOP else _unlooped(said.strip(), words)


def _kept(found: re.Match[str]) -> str:
    inner = next(filter(None, found.groups()))
    return " " if _is_sound(inner) else found[0]


def _is_sound(inner: str) -> bool:
    if _SPEAKER.fullmatch(inner.strip(" :")):
        return True
    words = _WORD.findall(inner.lower().replace("_", " "))
    return 0 < len(words) <= _MOST_MARKED_WORDS and not _SOUNDS.isdisjoint(words)


def _is_invented(sentence: str) -> bool:
    """Whether that is all that it says."""
    found = _INVENTED.search(sentence)
    return found is not None and not _WORD.search(sentence[: found.start()] + " " + sentence[found.end() :])


def _unlooped(text: str, words: Sequence[str]) -> str:
    plain = ["".join(_WORD.findall(word.lower())) for word in words]
    kept: list[str] = []
    at, looped = 0, False
    while at < len(words):
        length, times = _loop(plain, words, at)
        kept += words[at : at + max(length, 1)]
        looped = looped or length > 0
        at += max(length, 1) * max(times, 1)
    return " ".join(kept) if looped else text


def _loop(plain: Sequence[str], words: Sequence[str], at: int) -> tuple[int, int]:
    """How many words from here on come how often in a row; nothing where they do not loop."""
    for length in range(1, min(_LONGEST_LOOP, (len(plain) - at) // _LOOP) + 1):
        if plain[at] != plain[at + length]:
            continue
        times = 1
        part = plain[at : at + length]
        while plain[at + times * length : at + (times + 1) * length] == part:
            times += 1
        may_be_meant = length <= _EMPHASIS_WORDS and not _UNSTRESSED.issuperset(part)
        is_sentence = any(word.endswith(SENTENCE_ENDS) for word in words[at : at + length])
        if times >= (_LOOP_WITHIN_A_SENTENCE if may_be_meant and not is_sentence else _LOOP):
            return length, times
    return 0, 0
