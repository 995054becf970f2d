"""What a notice says, in English and Welsh. A text keeps to the letters of short messages where the language does."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NoticeWording:
    """The texts of a notice in one language.

    `{service}`, `{title}` (of the issue) and `{url}` (of the receipt) are filled in when it is sent.
    """

    code: str
    subject: str
    mail: str
    text: str


ENGLISH = NoticeWording(
    code="en",
    subject="What became of your feedback about {service}",
    mail="""You told us something about {service}, and asked us to let you know what came of it.

The team says that this is resolved: {title}

What was done, and a way to tell us if it is not fixed for you: {url}

This is the only message that we send. Your address is now destroyed.
""",
    text="""{service}: you told us about "{title}". The team says that it is resolved. \
What was done, and how to tell us if it is not fixed: {url}
This is our only message. Your number is now destroyed.""",
)

WELSH = NoticeWording(
    code="cy",
    subject="Beth ddaeth o'ch adborth am {service}",
    mail="""Dywedoch rywbeth wrthym am {service}, a gofyn i ni roi gwybod i chi beth ddaeth ohono.

Mae'r tîm yn dweud bod hyn wedi'i ddatrys: {title}

Beth a wnaed, a sut i ddweud wrthym os nad yw wedi'i drwsio i chi: {url}

Dyma'r unig neges y byddwn yn ei hanfon. Mae eich cyfeiriad bellach wedi'i ddileu.
""",
    text="""{service}: dywedoch wrthym am "{title}". Mae'r tîm yn dweud ei fod wedi'i ddatrys. \
Beth a wnaed, a sut i ddweud os nad yw wedi'i drwsio: {url}
Dyma ein hunig neges. Mae eich rhif bellach wedi'i ddileu.""",
)


def wording(language: str | None) -> NoticeWording:
    """Chooses the wording by the language that the citizen wrote in; English where it is neither."""
    return WELSH if language == WELSH.code else ENGLISH
