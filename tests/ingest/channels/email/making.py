"""Mails made up for tests, and what is read of them."""

from ingest.channels.contract import Inbound, Parsed, Secrets
from ingest.channels.email import message as mail
from tests.ingest.channels.phonebook import PhoneBook

Body = str | bytes
PLAIN = "Content-Type: text/plain; charset=utf-8"
HTML = "Content-Type: text/html; charset=utf-8"


def read(head: str, body: Body, *, service: str | None = "parks", subject: str = "Re: Bins") -> Parsed:
    """A mail of this header and body, to which only what is missing is added."""
    names = {line.partition(":")[0].lower() for line in head.split("\n")}
    base = {
        "From": "Ada <ada@home.example>",
        "To": "feedback@council.example",
        "Subject": subject,
        "MIME-Version": "1.0",
    }
    more = "\n".join(f"{name}: {value}" for name, value in base.items() if name.lower() not in names)
    content = body if isinstance(body, bytes) else body.encode()
    return mail.read(
        Inbound("", f"{more}\n{head}\n\n".encode() + content, "k", service=service), Secrets(), PhoneBook()
    )


def said(head: str, body: Body, **more: str) -> str:
    (arrival,) = read(head, body, **more).arrivals
    return arrival.message


def several(kind: str, *parts: tuple[str, str]) -> tuple[str, str]:
    inside = "".join(f"--b\n{head}\n\n{body}\n" for head, body in parts)
    return f'Content-Type: multipart/{kind}; boundary="b"', f"{inside}--b--\n"
