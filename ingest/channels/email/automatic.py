"""Which mails nobody wrote: answers of machines, bounces, receipts, invitations. A form's mail is a citizen's."""

import re
from collections.abc import Iterator
from email.message import Message
from typing import Final

from ingest.channels.email.headers import text_of

REPLY: Final = "an automatic reply"
BOUNCE: Final = "a bounce"
RECEIPT: Final = "a receipt"
CALENDAR: Final = "an answer or invitation of a calendar"
MACHINE: Final = "sent by a machine"

_I: Final = re.IGNORECASE
_REPLY_HEADER: Final = re.compile(
    r"(?:x-)?(?:mail-)?(?:auto-?(?:repl(?:y|ied)|respon(?:d|der|se)|answer)(?:-from|-by)?|vacation|"
    r"fc-machinegenerated)",
    _I,
)
_REPLY_SUBJECT: Final = re.compile(
    r"(?:(?:automatic|automated|auto|vacation)[ -]?(?:e-?mail )?(?:reply|response|answer|acknowledge?ment)"
    r"|auto(?=:)|out[ -]of[ -](?:the )?office(?: (?:auto\w*|reply|response|message|notification|notice|alert))*|ooo"
    r"|(?:(?:ateb|ymateb|atebiad|neges) )?awtomatig|(?:ateb|neges|ymateb)?\s?allan o(?:'|’)?r swyddfa"
    r"|(?:i ffwrdd|absennol) o(?:'|’)?r swyddfa|automatische antwort|abwesenheitsnotiz|r[ée]ponse automatique"
    r"|respuesta autom[áa]tica|odpowied[źz] automatyczna|risposta automatica)"
    r"\s{0,3}(?:$|[:;,.!(\[\u2013\u2014-])",
    _I,
)
_AWAY_SUBJECT: Final = re.compile(r"[^.?!]{1,60}\b(?:is|am|i'm|i’m) (?:currently )?out of the office\b", _I)
_BOUNCE_SUBJECT: Final = re.compile(
    r"undeliver(?:able|ed)\s?(?::|mail|message|e-?mail|$)|mail delivery (?:failed|failure|subsystem|system)"
    r"|failure notice$|delivery status notification|(?:mail )?delivery (?:has )?(?:failed|failure)\s?(?::|$|notif)|"
    r"returned mail\s?:"
    r"|delayed mail\b|message (?:delayed|not delivered)\s?(?::|$)|warning: (?:message|could not send)"
    r"|(?:methwyd|methu) (?:â )?(?:danfon|anfon)(?:on)?(?:'r|’r)? (?:neges|e-?bost)\s?(?::|$)"
    r"|ni ellir ei (?:h)?anfon\s?:",
    _I,
)
_RECEIPT_SUBJECT: Final = re.compile(
    r"(?:not )?read\s?:|(?:return|read) receipt\s?(?:[(:]|$)|delivered\s?:|relayed\s?:|(?:heb ei )?darllen(?:wyd)?\s?:|"
    r"wedi(?:'i|’i)? (?:ei )?dd?arllen\s?:|derbynneb ddarllen\b",
    _I,
)
_RECEIPT_BODY: Final = re.compile(
    r"your message\b.{0,300}\bwas (?:read|deleted|delivered|displayed)|this is a (?:return|read) receipt|"
    r"(?:cafodd|darllenwyd) eich neges|^$",
    _I | re.DOTALL,
)
_CALENDAR_SUBJECT: Final = re.compile(
    r"(?:accepted|declined|tentative(?:ly accepted)?|cancell?ed|(?:updated |new )?invitation|new time proposed|"
    r"derbyniwyd|wedi(?:'i|’i)? dderbyn|gwrthodwyd|wedi(?:'i|’i)? wrthod|canslwyd|gwahoddiad|amhendant|petrus)\s?:",
    _I,
)
_CALENDAR_BODY: Final = re.compile(
    r"\b(?:invitation|invited|meeting request|meeting|calendar|gwahoddiad|cyfarfod|calendr)\b|^$", _I
)
_LONGEST_NOTE: Final = 400
_FORM_SUBJECT: Final = re.compile(
    r"\b(?:web ?forms?|forms?|submission|submitted|enquiry|feedback|report(?:ed)?|contact us|complaint|comments?|"
    r"ffurflen|cyflwyniad|ymholiad|adborth|adroddiad|cwyn|sylw(?:adau)?)\b",
    _I,
)
_FORM_FIELD: Final = re.compile(
    r"^[\s*>|\u2022-]{0,9}(?:your |the |eich )?(?:name|full name|first name|e-?mail(?: address)?|phone|telephone|"
    r"address|post ?code|topic|category|service|subject|reference|ward|enw|e-?bost|ff[oô]n|cyfeiriad|cod post|pwnc|"
    r"testun|"
    r"gwasanaeth)[*\s]{0,4}[:?]",
    _I | re.MULTILINE,
)
_FORM_WORDS: Final = re.compile(
    r"^[\s*>|\u2022-]{0,9}(?:your |the |eich |please |tell us |what |how |describe )?[\w ]{0,30}\b(?:message|comments?|"
    r"feedback|details?|description|enquiry|complaint|query|issue|problem|happened|suggestion|report|say|neges|"
    r"sylw(?:adau)?|adborth|manylion|disgrifiad|ymholiad|cwyn|problem)[\w ()/,*]{0,30}[:?]",
    _I | re.MULTILINE,
)
_ANSWERED_FORM: Final = re.compile(
    r"\b(?:thank(?:s| you) for (?:contacting|your|getting|submitting|completing|e-?mailing)|"
    r"we (?:have|'ve) received your|has been (?:received|logged|created|registered|closed|updated)|"
    r"do not reply to this|unsubscribe|"
    r"diolch am (?:gysylltu|eich)|(?:rydym|ry'n ni) wedi (?:cael|derbyn) eich|peidiwch ag ateb)\b",
    _I,
)
_MACHINES: Final = re.compile(r"(?:mailer-daemon|postmaster)@", _I)
_BULK: Final = ("auto_reply", "auto-reply", "junk", "bulk")
_REPORTS: Final = {"message/disposition-notification": RECEIPT, "message/delivery-status": BOUNCE}
_METHODS: Final = re.compile(
    r"^METHOD\s?:\s?(?:REPLY|REQUEST|CANCEL|COUNTER|REFRESH|ADD|DECLINECOUNTER)", _I | re.MULTILINE
)


def from_headers(message: Message, sender: str) -> str | None:
    """Says what kind of machine sent this, as far as its header and parts tell; `MACHINE` may still be a form."""
    subject = text_of(message, "Subject")
    kinds = [part.get_content_type() for part in message.walk()] if message.is_multipart() else []
    if message.get_content_type() == "multipart/report":
        return next((_REPORTS[kind] for kind in kinds if kind in _REPORTS), MACHINE)
    if any(_is_calendar(part) for part in _own_parts(message)):
        return CALENDAR
    if _MACHINES.match(sender) or "X-Failed-Recipients" in message or _BOUNCE_SUBJECT.match(subject):
        return BOUNCE
    if _is_reply(message) or _REPLY_SUBJECT.match(subject) or _AWAY_SUBJECT.match(subject):
        return REPLY
    return MACHINE if _is_generated(message) else None


def from_words(message: Message, body: str, told: str | None) -> str | None:
    """Says the same once the words are known: short notes that go with a subject, and forms that are to be kept."""
    subject = text_of(message, "Subject")
    is_note = len(body) <= _LONGEST_NOTE
    if is_note and _RECEIPT_SUBJECT.match(subject) and _RECEIPT_BODY.search(body):
        return RECEIPT
    if is_note and _CALENDAR_SUBJECT.match(subject) and _CALENDAR_BODY.search(body):
        return CALENDAR
    return None if told == MACHINE and _is_form(subject, body) else told


def _own_parts(message: Message) -> Iterator[Message]:
    """The parts of the mail itself, and not those of mails within it."""
    yield message
    if message.get_content_maintype() == "multipart" and message.is_multipart():
        for part in message.get_payload():
            if isinstance(part, Message):
                yield from _own_parts(part)


def _is_calendar(part: Message) -> bool:
    if part.get_content_type() != "text/calendar" or part.get_content_disposition() == "attachment":
        return False
    content = part.get_payload(decode=True)
    return isinstance(content, bytes) and bool(_METHODS.search(content.decode("latin-1")) or part.get_param("method"))


def _is_reply(message: Message) -> bool:
    named = (key for key, value in message.raw_items() if _REPLY_HEADER.fullmatch(key) and not _denies(str(value)))
    return text_of(message, "Auto-Submitted").lower().startswith("auto-replied") or next(named, None) is not None


def _denies(value: str) -> bool:
    return value.strip().lower() in ("no", "false", "0", "none")


def _is_generated(message: Message) -> bool:
    submitted = text_of(message, "Auto-Submitted").lower()
    return (
        (submitted != "" and not submitted.startswith("no"))
        or text_of(message, "Precedence").lower() in _BULK
        or text_of(message, "Return-Path") == "<>"
    )


def _is_form(subject: str, body: str) -> bool:
    """What a citizen filled in: labels with words beside or below them, and nothing that thanks the citizen for it."""
    if _ANSWERED_FORM.search(body):
        return False
    fields = len(_FORM_FIELD.findall(body)) + 2 * len(_FORM_WORDS.findall(body))
    return fields >= 2 or _FORM_SUBJECT.search(subject) is not None
