"""The words of a mail's sender: without the mails it quotes, the signature, and what its system adds below."""

import re
from collections.abc import Sequence
from itertools import islice
from typing import Final

_WROTE: Final = re.compile(
    r"(?:(?:on|ar|le|am|el|il)\b.{4,200}|.{0,120}[<(]\S{1,100}@\S{1,100}[>)]\s?)"
    r"(?:\bwrote|\bwrites|\bysgrifennodd\b.{0,80}|\ba écrit|\bschrieb)\s?:$",
    re.IGNORECASE,
)
_WROTE_BEGINS: Final = re.compile(r"(?:on|ar)\b.{4,120}\d", re.IGNORECASE)
_SEPARATOR: Final = re.compile(
    r"-{2,}\s*(?:original message|forwarded message|original appointment|neges wreiddiol)\s*-{2,}|"
    r"begin forwarded message:|_{20,}$",
    re.IGNORECASE,
)
_FROM: Final = re.compile(r"\*?(?:from|oddi wrth|o)\s?:\*?\s?\S", re.IGNORECASE)
_REST_OF_HEADER: Final = re.compile(r"\*?(?:sent|date|to|subject|anfonwyd|dyddiad|at|pwnc)\s?:", re.IGNORECASE)
_DEVICE: Final = re.compile(
    r"(?:sent (?:from|via|using) (?:my |the |an? |samsung|outlook|yahoo|proton|mail)|get outlook for|"
    r"anfonwyd o (?:fy|'n)|virus-free\.)",
    re.IGNORECASE,
)
_SIGN_OFF: Final = re.compile(
    r"(?:(?:(?:kind(?:est)?|warm(?:est)?|best|many|with) )?(?:regards|wishes|thanks)(?: and (?:kind )?regards)?|"
    r"yours (?:sincerely|faithfully|truly)|all the best|best|cheers|thank you|sincerely|diolch(?: yn fawr)?|"
    r"cofion(?: gorau| cynnes)?|(?:yr eiddoch )?yn (?:gywir|bur))\W{0,3}$",
    re.IGNORECASE,
)
_POSTSCRIPT: Final = re.compile(r"p\.?\s?s\.?\b", re.IGNORECASE)
_DISCLAIMER: Final = re.compile(
    r"\W{0,3}(?:(?:this|the information (?:contained )?in this) (?:e-?mail|message|communication|transmission)\b"
    r".{0,120}\b(?:confidential|intended|privileged|scanned|virus)|"
    r"if you (?:are not|have received this)\b.{0,60}\b(?:intended|e-?mail|error)|"
    r"(?:caution|warning|external)\s?:.{0,80}\b(?:e-?mail|sender|outside)|"
    r"this e-?mail (?:originated|came) from outside|please consider the environment|confidentiality notice|"
    r"(?:legal )?disclaimer\b|any views or opinions|mae'r (?:e-bost|neges) (?:hwn|hon|yma)\b.{0,120}\bcyfrinachol)",
    re.IGNORECASE,
)
_SIGNATURE_LINES: Final = 12
_SIGNATURE_WIDTH: Final = 90
_SENTENCE_WORDS: Final = 5
_HEADER_LINES: Final = 4


def own_words(text: str) -> str:
    """What the sender wrote, or where that is nothing, the mail that is forwarded; may be empty."""
    lines = _lines(text)
    return _written(lines) or _written(_forwarded(lines))


def _lines(text: str) -> list[str]:
    """Without white space at their ends, or more than one blank line in a row."""
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.strip() for line in text.replace("\xa0", " ").split("\n"))).split(
        "\n"
    )


def _written(lines: Sequence[str]) -> str:
    own = [line for line in _without_history(lines) if not _DEVICE.match(line)]
    paragraphs = re.split(r"\n\n+", "\n".join(_without_signature(own)).strip())
    return "\n\n".join(one for one in paragraphs if not _DISCLAIMER.match(one.replace("\n", " ")))


def _without_history(lines: Sequence[str]) -> list[str]:
    kept: list[str] = []
    at = 0
    while at < len(lines):
        length = _attribution(lines, at)
        is_quoted = lines[at].startswith(">")
        # Answers may stand between quoted lines or below them; below a mail quoted without signs is only that mail.
        if (length and not _quotes_follow(lines, at + length)) or _is_mail_below(lines, at):
            break
        if not length and not is_quoted:
            kept.append(lines[at])
        at += length or 1
    return kept


def _forwarded(lines: Sequence[str]) -> list[str]:
    """What is below the header of a mail that the mail holds."""
    bare = [line.lstrip("> ") for line in lines]
    begin = next((at for at in range(len(bare)) if _is_mail_below(bare, at)), len(bare))
    header_ends = next((at for at in range(begin + 2, len(bare)) if not bare[at]), len(bare))
    return bare[header_ends:]


def _is_mail_below(lines: Sequence[str], at: int) -> bool:
    following = lines[at + 1 : at + 1 + _HEADER_LINES]
    is_header = _FROM.match(lines[at]) and sum(bool(_REST_OF_HEADER.match(line)) for line in following) >= 2
    return bool(is_header or _SEPARATOR.match(lines[at]))


def _attribution(lines: Sequence[str], at: int) -> int:
    """Of how many lines `On Monday Mary wrote:` is; none where it is something else."""
    longest = 3 if _WROTE_BEGINS.match(lines[at]) else 1
    return next((n for n in range(1, longest + 1) if _WROTE.match(" ".join(lines[at : at + n]))), 0)


def _quotes_follow(lines: Sequence[str], at: int) -> bool:
    return any(line.startswith(">") for line in lines[at : at + 2])


def _without_signature(lines: Sequence[str]) -> list[str]:
    wrote = False
    for at, line in enumerate(lines):
        if wrote and (line == "--" or (_SIGN_OFF.match(line) and _is_signature(lines, at + 1))):
            postscript = (place for place in range(at + 1, len(lines)) if _POSTSCRIPT.match(lines[place]))
            return [*lines[:at], *lines[next(postscript, len(lines)) :]]
        wrote = wrote or bool(line)
    return list(lines)


def _is_signature(lines: Sequence[str], begin: int) -> bool:
    """Short lines, and few of them, before the end or what a system added below."""
    below = (lines[at] for at in range(begin, len(lines)) if lines[at])
    for line in islice(below, _SIGNATURE_LINES):
        if _DISCLAIMER.match(line) or _POSTSCRIPT.match(line):
            return True
        is_sentence = line.endswith((".", "!", "?")) and len(line.split()) >= _SENTENCE_WORDS
        if is_sentence or len(line) > _SIGNATURE_WIDTH:
            return False
    return next(below, None) is None
