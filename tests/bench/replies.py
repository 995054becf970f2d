"""What of a mail its sender wrote: 60 mails in the styles of their programs, beside mail-parser-reply."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any

from ingest.channels import markup
from ingest.channels.email.body import words_of
from ingest.channels.email.parts import Parts, Passage
from tests.bench import Report, Row, Skipped

MAILS = Path(__file__).with_suffix(".toml")
LANGUAGES = ("en", "de", "fr", "pl", "es")
Way = Callable[["WrittenMail"], str]


@dataclass(frozen=True, slots=True)
class WrittenMail:
    """A mail's text as it was written, and what of it is `own`."""

    style: str
    body: str
    own: str
    html: bool = False


def mails() -> list[WrittenMail]:
    return [WrittenMail(**one) for one in tomllib.loads(MAILS.read_text(encoding="utf-8"))["mail"]]


def own_words(mail: WrittenMail) -> str:
    passage = Passage(html=mail.body) if mail.html else Passage(plain=mail.body.lstrip("\n"))
    return words_of(Message(), Parts(passages=[passage])).words


def run(report: Report) -> None:
    ways: dict[str, Way] = {"ours": own_words, "mail-parser-reply": _peer()}
    styles = list(dict.fromkeys(mail.style.split(",")[0].removesuffix(" in HTML") for mail in mails()))
    report.table("Mails of which just the sender's own words come out", [_row(style, ways) for style in [*styles, ""]])


def _row(style: str, ways: dict[str, Way]) -> Row:
    found = [mail for mail in mails() if mail.style.startswith(style)]
    right = {name: sum(_alike(way(mail), mail.own) for mail in found) for name, way in ways.items()}
    return {"style": style or "all", "mails": len(found), **right}


def _alike(read: str, own: str) -> bool:
    return read.split() == own.split()


def _peer() -> Way:
    """The parser that is compared with; it knows no HTML, and gets the text that we see in it."""
    try:
        from mailparser_reply import EmailReplyParser
    except ImportError:
        raise Skipped("mail-parser-reply is not installed") from None
    parser: Any = EmailReplyParser(languages=list(LANGUAGES))

    def latest(mail: WrittenMail) -> str:
        replies = parser.read(markup.text(mail.body) if mail.html else mail.body).replies
        return str(replies[0].body) if replies else ""  # without signatures and disclaimers

    return latest
