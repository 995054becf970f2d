"""The words of a mail's sender: without the mails it quotes, the signature, and what its system adds below."""

import re
from collections.abc import Sequence
from itertools import islice
from typing import Final

from ingest.channels.email.history import forwarded, without_history

_DEVICE: Final = re.compile(
    r"(?:(?:sent|anfonwyd) (?:from|via|using|o|gan ddefnyddio) .{0,30}?\b(?:i-?phone|i-?pad|android|samsung|galaxy|"
    r"huawei|"
    r"blackberry|nokia|pixel|xiaomi|outlook|hotmail|yahoo|proton(?:mail)?|gmail|aol|mail(?:spring|bird)?|thunderbird|"
    r"mobile|phone|handset|smartphone|device|tablet|windows|ffôn|ffon|tabled|dyfais)\b.{0,40}"
    r"|get outlook for .{1,30}|virus-free\..{0,60})$",
    re.IGNORECASE,
)
_GREETS: Final = re.compile(
    r"(?:hi|hello|hiya|hey|dear|good|morning|afternoon|evening|to whom|annwyl|bore|p'?nawn|prynhawn|noswaith|helo|"
    r"shwmae|"
    r"s'?mae|i bwy)\b",
    re.IGNORECASE,
)
_SIGN_OFF: Final = re.compile(
    r"(?:(?:(?:kind(?:est)?|warm(?:est)?|best|many|with) )?(?:regards|wishes|thanks)(?: and (?:kind )?regards)?|"
    r"yours (?:sincerely|faithfully|truly)|all the best|best|cheers|thank you|sincerely|diolch(?: yn fawr)?|"
    r"cofion(?: gorau| cynnes)?|(?:yr eiddoch )?yn (?:gywir|bur))\W{0,3}$",
    re.IGNORECASE,
)
_POSTSCRIPT: Final = re.compile(r"(?:p\.?\s?s\.?|o\.?\s?n\.?)(?:[\s:.,-]|$)", re.IGNORECASE)
_NOTICE: Final = re.compile(
    r"\W{0,3}(?:(?:caution|warning|external(?: e-?mail)?)\]?\s?:.{0,80}\b(?:e-?mail (?:is|was|came|comes|has|"
    r"originat\w*)\b.{0,40}\b(?:from|external|outside)|sender\b|from outside|"
    r"outside (?:of )?(?:the|your|this) (?:council|organi))|"
    r"if you (?:are not|have received this)\b.{0,60}\b(?:intended|e-?mail in|error)|"
    r"this e-?mail (?:originated|came) from outside|please consider the environment|confidentiality notice|"
    r"(?:legal )?disclaimer\s?(?::|$)|any views or opinions|"
    r"mae'r (?:e-?bost|neges) (?:hwn|hon|yma)\b.{0,120}\bcyfrinachol)",
    re.IGNORECASE,
)
"""What systems add above and below, told by its beginning."""
_ABOUT_MAIL: Final = re.compile(
    r"\W{0,3}(?:this|the information (?:contained )?in this) (?:e-?mail|message|communication|transmission)\b",
    re.IGNORECASE,
)
_LEGAL: Final = re.compile(
    r"\b(confidential|privileged|intended|addressee|recipient|in error|delete|disclos|distribut|liab|virus|scanned|"
    r"attachments?|attached files|individual or entity|views)",
    re.IGNORECASE,
)
_LEGAL_WORDS: Final = 2
"""Of a paragraph about the mail itself, so many make a disclaimer: "this is confidential" may be the citizen's."""
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
    own = [line for line in without_history(lines) if not _DEVICE.match(line)]
    paragraphs = re.split(r"\n\n+", "\n".join(_without_signature(own)).strip())
    return "\n\n".join(one for one in paragraphs if not _is_added(one.replace("\n", " ")))


def _is_added(paragraph: str) -> bool:
    """Tells whether a system added it: a banner, or a disclaimer."""
    if _NOTICE.match(paragraph):
        return True
    words = {found.lower() for found in _LEGAL.findall(paragraph)} if _ABOUT_MAIL.match(paragraph) else set()
    return len(words) >= _LEGAL_WORDS


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
        if _is_added(line) or _POSTSCRIPT.match(line):
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
