"""The words of a mail's sender: without the mails it quotes, the signature, and what its system adds below."""

import re
from collections.abc import Sequence
from itertools import islice
from typing import Final

from ingest.channels.email.added import is_device, without_added
from ingest.channels.email.history import forwarded, without_history

_GREETS: Final = re.compile(
    r"(?:hi|hello|hiya|hey|dear|good|morning|afternoon|evening|to whom|annwyl|bore|p'?nawn|prynhawn|noswaith|helo|"
    r"shwmae|"
    r"s'?mae|i bwy)\b",
    re.IGNORECASE,
)
_SIGN_OFF: Final = re.compile(
    r"(?:(?:(?:kind(?:est)?|warm(?:est)?|best|many|with) )?(?:regards|wishes|thanks)(?: and (?:kind )?regards)?|"
    r"yours (?:sincerely|faithfully|truly)|all the best|best|cheers|thank you|sincerely|diolch(?: yn fawr)?|"
    r"cofion(?: gorau| cynnes| cywir)?|(?:gyda )?dymuniadau gorau|(?:gyda|llawer o) ddiolch|hwyl(?: fawr)?|pob hwyl|"
    r"(?:yr eiddoch )?yn (?:gywir|bur)|(?:mit )?(?:freundlichen|besten|vielen|viele|beste|"
    r"liebe) gr(?:ü|ue)(?:ß|ss)en?|(?:bien )?cordialement|salutations|(?:un )?saludos?(?: cordial(?:es)?)?|atentamente|"
    r"z poważaniem|pozdrawiam|(?:cordiali|distinti) saluti|cu (?:stimă|respect)|atenciosamente|com os melhores "
    r"cumprimentos|(?:met )?vriendelijke groeten?)\W{0,3}$",
    re.IGNORECASE,
)
_BORDER: Final = re.compile(r"(\n\n+|\n(?=[-_=*~#\u2013\u2014]{2,} ?\n))")
"""Between paragraphs; a list puts its foot right below the words, behind a rule."""
_POSTSCRIPT: Final = re.compile(r"(?:p\.?\s?s\.?|o\.?\s?n\.?)(?:[\s:.,-]|$)", re.IGNORECASE)
_DELIMITER: Final = "-- "
_SIGNATURE_LINES: Final = 12
_SIGNATURE_WIDTH: Final = 90
_SENTENCE_WORDS: Final = 5
_CLAUSE_WORDS: Final = 3
_SMALL_WORDS: Final = frozenset(
    (
        "of",
        "the",
        "and",
        "for",
        "to",
        "at",
        "in",
        "on",
        "a",
        "an",
        "y",
        "yr",
        "a'r",
        "o",
        "i",
        "ar",
        "am",
        "yn",
        "de",
        "la",
    )
)


def own_words(text: str) -> str:
    """Returns what the sender wrote, or where that is nothing, the mail that is forwarded; may be empty."""
    lines = _lines(text)
    return _written(lines) or _written(forwarded(lines))


def _lines(text: str) -> list[str]:
    """Without white space at their ends, or more than one blank line in a row; the delimiter of signatures stays."""
    bare = [line if line == _DELIMITER else line.strip() for line in text.replace("\xa0", " ").split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(bare)).split("\n")


def _written(lines: Sequence[str]) -> str:
    own = [line for line in without_history(lines) if not is_device(line)]
    parts = _BORDER.split("\n".join(_without_signature(own)).strip())
    kept = ((border, without_added(words)) for border, words in zip(["", *parts[1::2]], parts[::2], strict=True))
    return "".join(border[:2] + words for border, words in kept if words).strip()


def _without_signature(lines: Sequence[str]) -> list[str]:
    wrote = False
    for at, line in enumerate(lines):
        if wrote and (line == _DELIMITER or (_ends(line) and _is_signature(lines, at + 1))):
            postscript = (place for place in range(at + 1, len(lines)) if _POSTSCRIPT.match(lines[place]))
            return [*lines[:at], *lines[next(postscript, len(lines)) :]]
        wrote = wrote or (bool(line) and not _is_greeting(line) and not _ends(line))
    return list(lines)


def _ends(line: str) -> bool:
    return line == "--" or _SIGN_OFF.match(line) is not None


def _is_greeting(line: str) -> bool:
    """Thanks below a greeting alone are the beginning of a mail and not its end."""
    return _GREETS.match(line) is not None and len(line.split()) <= _SENTENCE_WORDS and not line.endswith((".", "?"))


def _is_signature(lines: Sequence[str], begin: int) -> bool:
    """Short lines that say nothing, and few of them, before the end or what a system added below."""
    below = (lines[at] for at in range(begin, len(lines)) if lines[at])
    for line in islice(below, _SIGNATURE_LINES):
        if not without_added(line) or _POSTSCRIPT.match(line):
            return True
        if len(line) > _SIGNATURE_WIDTH or _says_something(line):
            return False
    return next(below, None) is None


def _says_something(line: str) -> bool:
    """A sentence, or words that begin small as those of names, titles and streets do not."""
    words = line.split()
    if len(words) >= _SENTENCE_WORDS and line.endswith((".", "!", "?")):
        return True
    telling = [word for word in words if word.lower() not in _SMALL_WORDS]
    small = sum(word[0].islower() and "@" not in word and "." not in word.rstrip(".") for word in telling)
    return len(words) >= _CLAUSE_WORDS and 2 * small > len(telling)
