"""Where the mails begin that a mail quotes or forwards; forms and lists that only look so are their sender's words."""

import re
from collections.abc import Sequence
from typing import Final

_WROTE: Final = re.compile(
    r"(?:(?:on|ar|le|am|el|il|op|em|la|w dniu|dnia|pe)\b.{4,200}|.{0,120}[<(]\S{1,100}@\S{1,100}[>)]\s?)"
    r"(?:\bwrote|\bwrites|\bysgrifennodd\b.{0,80}|\ba écrit|\bschrieb\b.{0,80}|\bschreef\b.{0,80}|\bescribió"
    r"|\bescreveu|\bha scritto|\bnapisał(?:a|\(a\))?|\ba scris)\s?:$",
    re.IGNORECASE,
)
_WROTE_IN_ANY_LANGUAGE: Final = re.compile(r".{6,200}[<(]\S{1,100}@\S{1,100}[>)](?:\s\S{1,14}){0,2}\s?[:：]$")
"""A date, an address and a colon are a program's, whatever the word between them."""
_WROTE_INLINE: Final = re.compile(r".{0,200}<\S{1,100}@\S{1,100}>\s?(?:wrote|writes|ysgrifennodd)\s?:", re.IGNORECASE)
"""Some phones let the quoted mail follow on the same line."""
_DATED: Final = re.compile(r"\d{1,2}[:.]\d\d\b|\b(?:19|20)\d\d\b|\d[/.-]\d{1,2}[/.-]\d\d")
_SPOKEN_OF: Final = re.compile(
    r"\b(?:i|you|we|he|she|they|(?:the|your|my|our|his|her|their|an?) [\w'’ <>-]{1,40}) (?:wrote|writes)\s?:$"
    r"|\bysgrifennodd (?:ef|hi|yr?|eich|fy|ein)\b|\bschrieb (?:ich|er|sie|mir|uns|der|die|das|eine?)\b",
    re.IGNORECASE,
)
"""Nobody's mail program names who wrote like this: a citizen tells what somebody wrote."""
_WROTE_BEGINS: Final = re.compile(r"(?:on|ar|am|le|el|il|op|em|w dniu|dnia)\b.{4,120}\d", re.IGNORECASE)
_SEPARATOR: Final = re.compile(
    r"(?<!-)-{2,}+\s*+(?:original message|forwarded (?:message|by)|original appointment|neges wreiddiol|"
    r"neges (?:a )?anfonwyd ymlaen|ursprüngliche nachricht|weitergeleitete nachricht|message (?:d'origine|transféré)|"
    r"mensaje (?:original|"
    r"reenviado)|mensagem original|messaggio (?:originale|inoltrato)|oorspronkelijk bericht|"
    r"(?:oryginalna wiadomość|wiadomość oryginalna|wiadomość przekazana)|mesaj original)\b.{0,80}?-{2,}$"
    r"|(?:begin forwarded message|dechrau neges wedi'i hanfon ymlaen):",
    re.IGNORECASE,
)
_RULE: Final = re.compile(r"[_\-=*\u2014\u2013]{5,}$")
_FROM: Final = re.compile(
    r"\*?(?:from|oddi wrth|o|von|de|da|od|van|от|від|发件人|寄件者|من)\s?[:：]\*?\s?\S", re.IGNORECASE
)
_LABEL: Final = re.compile(r"\*?([^\W\d_][\w' ]{0,24}?)\s?(?::\*?(?:\s|$)|：)")
_OF_HEADERS: Final = {
    name: kind
    for kind, names in {
        "sent": "sent|anfonwyd|gesendet|envoyé|enviado|enviada em|enviado el|inviato|wysłano|wysłane|verzonden|trimis"
        "|отправлено|надіслано|发送时间|تاريخ الإرسال",
        "date": "date|dyddiad|datum|fecha|data|dată|дата|日期|التاريخ",
        "to": "to|at|i|an|à|para|a|do|aan|către|кому|收件人|إلى",
        "subject": "subject|pwnc|testun|betreff|objet|asunto|assunto|oggetto|temat|onderwerp|subiect|тема|主题|الموضوع",
        "more": "cc|bcc|copi|reply-to|attachments|importance|from|oddi wrth|o|dw|udw|copie|kopie|копия|抄送|von|de|od",
    }.items()
    for name in names.split("|")
}
"""The fields that Outlook and others write above a quoted mail, in the languages of the citizens of a town."""
_TIMES: Final = frozenset(("sent", "date"))
_ADDRESS: Final = re.compile(r"\S@\S")
_MOMENT: Final = re.compile(
    r"\d{4}|\d{1,2}[:/.]\d\d|\b(?:today|yesterday|heddiw|mon|tue|wed|thu|fri|sat|sun|llun|maw|mer|iau|gwe|sul)",
    re.IGNORECASE,
)
_HEADER_LINES: Final = 7
_BELOW_RULE, _ALONE = 2, 3
"""How many fields make the header of a mail."""


def without_history(lines: Sequence[str]) -> list[str]:
    """Returns the lines that the sender wrote, above, between and below those that are quoted."""
    kept: list[str] = []
    at = 0
    while at < len(lines):
        length = _attribution(lines, at)
        is_quoted = lines[at].startswith(">")
        if length and not _quotes_follow(lines, at + length):
            if _is_by_program(" ".join(lines[at : at + length])):
                break  # below a mail quoted without signs is only that mail
            length = 0
        if _is_mail_below(lines, at):
            break
        # Answers may stand between quoted lines or below them.
        if not length and not is_quoted:
            kept.append(lines[at])
        at += length or 1
    return kept


def forwarded(lines: Sequence[str]) -> list[str]:
    """Returns what is below the header of a mail that the mail holds."""
    bare = [line.lstrip("> ") for line in lines]
    begin = next((at for at in range(len(bare)) if _is_mail_below(bare, at)), len(bare))
    first = next((at for at in range(begin + 1, len(bare)) if bare[at]), len(bare))
    begin = first if begin < len(bare) and not _FROM.match(bare[begin]) else begin
    header_ends = next((at for at in range(begin, len(bare)) if not bare[at]), len(bare))
    return bare[header_ends:] if begin < len(bare) and _LABEL.match(bare[begin]) else bare[begin:]


def _is_mail_below(lines: Sequence[str], at: int) -> bool:
    """A line that says so, or the header of a mail, which a rule may stand above."""
    if _SEPARATOR.match(lines[at]):
        return True
    if _RULE.match(lines[at]):
        first = next((below for below in range(at + 1, min(at + 4, len(lines))) if lines[below]), len(lines))
        return first < len(lines) and _is_header(lines, first, needed=_BELOW_RULE)
    return _is_header(lines, at, needed=_ALONE)


def _is_header(lines: Sequence[str], at: int, needed: int) -> bool:
    """Tells whether `needed` fields of a mail begin here: the day, an address, a subject or `Sent:`, and no other.

    Whoever writes a list of buses or fills in a form has `From:` and `To:` too, but no moment of sending, or further
    labels.
    """
    if not _FROM.match(lines[at]):
        return False
    found: set[str] = set()
    for line in lines[at + 1 : at + 1 + _HEADER_LINES]:
        label = _LABEL.match(line)
        if not label:
            if not line:
                break
            continue  # a field that goes on, as of many recipients
        kind = _OF_HEADERS.get(label[1].lower())
        if kind is None or (kind in _TIMES and not _MOMENT.search(line[label.end() :])):
            return False
        found.add(kind)
    proof = _ADDRESS.search(lines[at]) is not None or "subject" in found or "sent" in found
    return bool(found & _TIMES) and (needed == _BELOW_RULE or proof) and 1 + len(found) >= needed


def _attribution(lines: Sequence[str], at: int) -> int:
    """Of how many lines `On Monday Mary wrote:` is; none where it is something else."""
    if _WROTE_INLINE.match(lines[at]) or (_WROTE_IN_ANY_LANGUAGE.match(lines[at]) and _DATED.search(lines[at])):
        return 1
    longest = 3 if _WROTE_BEGINS.match(lines[at]) else 1
    return next((n for n in range(1, longest + 1) if _WROTE.match(" ".join(lines[at : at + n]))), 0)


def _is_by_program(attribution: str) -> bool:
    """Tells whether a mail program wrote who wrote, by an address or a full date; else all below is the citizen's."""
    if _ADDRESS.search(attribution):
        return True
    return _DATED.search(attribution) is not None and _SPOKEN_OF.search(attribution) is None


def _quotes_follow(lines: Sequence[str], at: int) -> bool:
    return any(line.startswith(">") for line in lines[at : at + 2])
