"""What people say on the phone that tells nothing of why they call: pleasantries, who they are, waiting.

English and Welsh; the words are in `smalltalk.toml`. Every check takes a sentence as `folded` makes it.
"""

import re
from typing import Final

from ingest.channels.word_lists import word_lists

_WORDS: Final = word_lists(__package__, "smalltalk")
_PHRASES: Final = frozenset(tuple(phrase.split()) for phrase in _WORDS["pleasantries"])
_LONGEST: Final = max(map(len, _PHRASES))
AGENT_NAMES: Final = frozenset(_WORDS["agent_names"])
CALLER_NAMES: Final = frozenset(_WORDS["caller_names"])
_THANKED_FOR: Final = frozenset(_WORDS["thanked_for"])
_GREETED_OR_THANKED: Final = frozenset(("hi", "hello", "hey", "thanks", "thank you", "cheers", "bye", "diolch", "helo"))
_LOOKED_AT: Final = 2_000
"""Characters of one sentence that are looked at, which bounds the time of every check."""
_UNMARKED: Final = re.compile(
    r"\b(?:(that|what|how|there|here)(s)|(i)(m|ve)|((?:do|does|did|is|was|are|has|have|had|could|would|ca|wo)n)(t))\b"
)
"""Words that people type without their apostrophe."""
SENTENCE_ENDS: Final = (".", "!", "?", "…")
SENTENCE_GAP: Final = re.compile(r"(?<=[.!?…])\s+")
_WORD: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_PATTERNS: Final = {
    name: re.compile(r"(?<!\w)(?:" + "|".join(fragments) + ")")
    for name, fragments in _WORDS.items()
    if name not in ("pleasantries", "thanked_for", "agent_names", "caller_names")
}


def folded(sentence: str) -> str:
    """Return it in lower case, with straight apostrophes where they belong, and no longer than is looked at."""
    plain = sentence[:_LOOKED_AT].lower().replace("’", "'")
    return _UNMARKED.sub(lambda found: "'".join(filter(None, found.groups())), plain)


def is_pleasantry(sentence: str) -> bool:
    """Nothing but greeting, thanks, agreement, goodbye, or no words at all."""
    words = _WORD.findall(sentence)
    at = 0
    while at < len(words):
        length = next((n for n in range(_LONGEST, 0, -1) if tuple(words[at : at + n]) in _PHRASES), 0)
        if not length:
            return _is_name_or_thanks(words[:at], words[at:])
        at += length
    return not any(letter.isdecimal() for letter in sentence)


def is_closing(sentence: str) -> bool:
    """The call is over for whoever says it."""
    return _has("closing", sentence)


def is_routine(sentence: str) -> bool:
    """An agent's or a machine's formula, whoever it is put down to."""
    return _has("routine", sentence)


def tells_something(sentence: str) -> bool:
    """It has the words of a problem, a wish or a question about the service."""
    return _has("telling", sentence)


def says_who(sentence: str) -> bool:
    """It gives a name, a number, an address: it is mostly figures, or says of itself what it is."""
    letters = sum(letter.isalpha() for letter in sentence)
    figures = sum(letter.isdecimal() for letter in sentence)
    return figures > letters or _has("identity", sentence)


def asks_who(sentence: str) -> bool:
    """An agent's question to make sure who calls."""
    return _has("asked_identity", sentence) and _has("request", sentence)


def asks_why(sentence: str) -> bool:
    """An agent's question for the reason."""
    return _has("asked_reason", sentence)


def makes_wait(sentence: str) -> bool:
    """What an agent says before silence: what the caller then says passes the time."""
    return _has("waiting", sentence)


def promises(sentence: str) -> bool:
    """Who works there says what they will do about it."""
    return _has("promises", sentence)


def opens_as_agent(text: str) -> bool:
    """Only who works there says so."""
    return _has("agent", text)


def _has(name: str, sentence: str) -> bool:
    return _PATTERNS[name].search(sentence) is not None


def _is_name_or_thanks(said: list[str], rest: list[str]) -> bool:
    """`Hi Sarah`, `thanks for your help`."""
    if not {" ".join(said[-1:]), " ".join(said[-2:])} & _GREETED_OR_THANKED:
        return False
    return len(rest) == 1 or (rest[0] in ("for", "am") and all(word in _THANKED_FOR for word in rest[1:]))
