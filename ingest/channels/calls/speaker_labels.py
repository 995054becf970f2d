"""Speakers named in front of what they say: `Caller: It has not come.`"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from ingest.channels.calls.conversation import ANOTHER, role_of

_LABEL: Final = re.compile(r"[*_>\s-]{0,6}([^\W\d_][^:*\n]{0,40}?)[*_]{0,2}\s?:(?!//)[*_]{0,2}\s*(?=\S)")
_BRACKETED: Final = re.compile(r"\s{0,6}(?:\[([^\W\d_][^\]:\n]{0,40})\]|\(([^\W\d_][^):\n]{0,40})\))\s?:?\s*(?=\S)")
_NUMBERED: Final = re.compile(r"(?:speaker|spk|sprecher|siaradwr)[\s_-]?\d{1,3}", re.IGNORECASE)
"""How diarisers call whom they cannot name."""
_CHANGE: Final = re.compile(r"\s{0,6}(?:>>|[-\u2013\u2014](?=\s))\s*")
"""The signs of broadcasters and of captions that another speaks."""


def split(lines: Sequence[str]) -> list[tuple[str | None, str]]:
    """Return each line as who says it and what; None goes on with the speaker before, `ANOTHER` is somebody else.

    What stands before a colon is a speaker where it names a role, comes back, or most lines have such a name. Where the
    caller is named, a name that stands once is none: "Address: 12 High Street" is said by whoever spoke before.
    """
    found = [_label(line) for line in lines]
    names = Counter(label[0] for label in found if label)
    usual = 2 * sum(names.values()) >= len(lines) and "caller" not in map(role_of, names)
    speakers = {
        name for name, times in names.items() if _is_told(name) or (_may_be_name(name) and (times > 1 or usual))
    }
    return [_one(line, label, speakers) for line, label in zip(lines, found, strict=True)]


def split_one(line: str) -> tuple[str | None, str]:
    """Do the same for a line alone: only what names a role, or is numbered, is a speaker."""
    label = _label(line)
    return _one(line, label, {label[0]} if label and _is_told(label[0]) else set())


def _label(line: str) -> tuple[str, int] | None:
    """What may be a speaker, and where their words begin; in brackets only who is told as one: `[music]` is none."""
    if plain := _LABEL.match(line):
        return plain[1].strip(), plain.end()
    bracketed = _BRACKETED.match(line)
    name = (bracketed[1] or bracketed[2]).strip() if bracketed else ""
    return (name, bracketed.end()) if bracketed and _is_told(name) else None


def _one(line: str, label: tuple[str, int] | None, speakers: set[str]) -> tuple[str | None, str]:
    if label and label[0] in speakers:
        return label[0], line[label[1] :]
    change = _CHANGE.match(line)
    return (ANOTHER, line[change.end() :].strip()) if change else (None, line.strip())


def _is_told(label: str) -> bool:
    return role_of(label) is not None or _NUMBERED.fullmatch(label) is not None


def _may_be_name(label: str) -> bool:
    words = label.split()
    return len(words) <= 4 and words[0][0].isupper()
