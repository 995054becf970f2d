# ruff: noqa: E501 (mails are as wide as they are)
"""Whatever a mail program wraps a text in, it comes out as it went in."""

import base64
import quopri
from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.channels.contract import Inbound, Secrets
from ingest.channels.email import message as mail
from tests.ingest.channels.phonebook import PhoneBook

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789àéôûïç£"
WORDS = st.text(LETTERS, min_size=1, max_size=9)
TEXTS = st.lists(WORDS, min_size=1, max_size=12).map(lambda words: "Zebra " + " ".join(words) + " zebra")
Wrapper = Callable[[str], bytes]


def encoded(text: str, charset: str, encoding: str, kind: str = "text/plain") -> bytes:
    raw = text.encode(charset)
    body = {"base64": base64.encodebytes, "quoted-printable": quopri.encodestring}.get(encoding, bytes)(raw)
    return f"Content-Type: {kind}; charset={charset}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode() + body


def page(text: str) -> str:
    return f'<html><head><title>t</title></head><body><div style="font-size:11pt">{text}</div></body></html>'


def several(kind: str, *parts: bytes) -> bytes:
    mark = kind[:3].encode() + str(len(b"".join(parts))).encode()
    inside = b"".join(b"--" + mark + b"\r\n" + part + b"\r\n" for part in parts)
    return (
        f'Content-Type: multipart/{kind}; boundary="{mark.decode()}"\r\n\r\n'.encode()
        + inside
        + b"--"
        + mark
        + b"--\r\n"
    )


def plain(text: str) -> bytes:
    return encoded(text, "utf-8", "quoted-printable")


def marked(text: str) -> bytes:
    return encoded(page(text), "utf-8", "base64", "text/html")


PICTURE = b'Content-Type: image/png; name="a.png"\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0K'
REPLY = "\n\nOn Mon, 3 Mar 2025 at 09:30, Bins <bins@council.example> wrote:\n> Please wait.\n"
OUTLOOK = (
    "\n\n________________________________\nFrom: Bins\nSent: 03 March 2025 09:30\nTo: Ada\nSubject: Bins\n\nWait.\n"
)
CHARSETS = ("utf-8", "iso-8859-1", "windows-1252", "iso-8859-15", "utf-16")
ENCODINGS = ("base64", "quoted-printable", "8bit")
WRAPPERS: dict[str, Wrapper] = {
    **{
        f"{charset} {encoding}": lambda text, c=charset, e=encoding: encoded(text, c, e)  # type: ignore[misc]
        for charset, encoding in product(CHARSETS, ENCODINGS)
        if (charset, encoding) != ("utf-16", "8bit")
    },
    **{
        f"html {charset}": lambda text, c=charset: encoded(page(text), c, "base64", "text/html")  # type: ignore[misc]
        for charset in CHARSETS
    },
    "both forms": lambda text: several("alternative", plain(text), marked(text)),
    "a stub and html": lambda text: several("alternative", plain(" "), marked(text)),
    "with a picture": lambda text: several("mixed", plain(text), PICTURE),
    "html with a picture": lambda text: several("related", marked(text), PICTURE),
    "both forms in mixed": lambda text: several("mixed", several("alternative", plain(text), marked(text)), PICTURE),
    "pictures within html": lambda text: several("alternative", plain(text), several("related", marked(text), PICTURE)),
    "signed": lambda text: several("signed", plain(text), b"Content-Type: application/pkcs7-signature\r\n\r\nx"),
    "deep": lambda text: several("mixed", several("related", several("mixed", marked(text)))),
    "Gmail": lambda text: plain(text + REPLY),
    "Outlook": lambda text: plain(text + OUTLOOK),
    "iPhone": lambda text: plain(text + "\n\nSent from my iPhone" + REPLY),
    "signature": lambda text: plain(text + "\n\n-- \nAda\n01632 960 001\n"),
    "Welsh": lambda text: plain(text + "\n\nCofion gorau\nAda\n"),
    "Gmail in html": lambda text: marked(f'{text}<div class="gmail_quote"><div>On Mon, Bins &lt;b@c.example&gt; wrote:</div></div>'),
    "Outlook in html": lambda text: marked(f'{text}<div id="divRplyFwdMsg">From: Bins</div>Wait.'),
    "flowed": lambda text: plain(text).replace(b"charset=utf-8", b"charset=utf-8; format=flowed"),
}  # fmt: skip


@pytest.mark.parametrize("wrap", WRAPPERS.values(), ids=WRAPPERS)
@given(text=TEXTS)
@settings(max_examples=15, deadline=None)
def test_a_text_comes_out_as_it_went_in(wrap: Wrapper, text: str) -> None:
    raw = b"From: Ada <ada@home.example>\r\nSubject: Re: Bins\r\nMIME-Version: 1.0\r\n" + wrap(text)
    (arrival,) = mail.read(Inbound("", raw, "k", service="parks"), Secrets(), PhoneBook()).arrivals
    assert arrival.message == text


def test_there_are_thirty_wrappers() -> None:
    assert len(WRAPPERS) >= 30
