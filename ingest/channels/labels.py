"""Speakers named in front of what they say: `Caller: It has not come.`"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from ingest.channels.conversation import role_of

_LABEL: Final = re.compile(r"[*_>\s-]{0,6}([^\W\d_][^:*\n]{0,40}?)[*_]{0,2}\s?:(?!//)[*_]{0,2}\s*(?=\S)")
_CHANGE: Final = ">>"
"""Broadcasters' sign that another speaks."""


def split(lines: Sequence[str]) -> list[tuple[str | None, str]]:
    """Each line as who says it and what; None goes on with the speaker before.

    What stands before a colon is a speaker where it names a role, comes back, or most lines have such a name.
    """
    found = [_LABEL.match(line) for line in lines]
    names = Counter(match[1].strip() for match in found if match)
    usual = 2 * sum(names.values()) >= len(lines)
    speakers = {name for name, times in names.items() if role_of(name) or (_may_be_name(name) and (times > 1 or usual))}
    return [_one(line, match, speakers) for line, match in zip(lines, found, strict=True)]


def _one(line: str, match: re.Match[str] | None, speakers: set[str]) -> tuple[str | None, str]:
    if match and match[1].strip() in speakers:
        return match[1].strip(), line[match.end() :]
    return None, line.strip().removeprefix(_CHANGE).lstrip()


def _may_be_name(label: str) -> bool:
    words = label.split()
    return len(words) <= 4 and words[0][0].isupper()
