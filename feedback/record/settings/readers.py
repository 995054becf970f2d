"""How the text of each setting is read, from wherever it comes. What cannot be read is a `ValueError` that says why."""

import re
from urllib.parse import urlsplit

GroupRole = tuple[str, str | None]
"""The role that a group of the directory has, and the slug of its service; none for an admin."""


def words(text: str) -> tuple[str, ...]:
    """Splits at spaces and commas."""
    return tuple(text.replace(",", " ").split())


def notify_key(text: str) -> str:
    """Raises `ValueError` for what is no API key of GOV.UK Notify."""
    if not re.fullmatch(r".+(-[0-9a-fA-F-]{36}){2}", text):
        raise ValueError("an API key of Notify is its name, the id of the service and a secret, joined by hyphens")
    return text


def flag(text: str) -> bool:
    """Raises `ValueError` for what is neither 0 nor 1."""
    if text not in ("0", "1"):
        raise ValueError("it must be 0 or 1")
    return text == "1"


def positive(text: str) -> int:
    """Raises `ValueError` for what is no whole number of 1 or more."""
    if int(text) < 1:
        raise ValueError("it must be 1 or more")
    return int(text)


def mail_server(text: str) -> str:
    """Raises `ValueError` for no address of a mail server."""
    return _server(text, ("smtp", "smtps"), "smtps://user:password@host:port, or smtp:// for a server with STARTTLS")


def mailbox(text: str) -> str:
    """Raises `ValueError` for no address of a mailbox."""
    return _server(text, ("imap", "imaps"), "imaps://host/INBOX, or imap:// for a server with STARTTLS")


def proxy(text: str) -> str:
    """Raises `ValueError` for no address of an HTTP proxy."""
    return _server(text, ("http",), "http://host:port")


def _server(text: str, schemes: tuple[str, ...], example: str) -> str:
    """The failure does not quote the text, which may hold a password."""
    try:
        parts = urlsplit(text)
        is_server = parts.scheme in schemes and parts.hostname and parts.port != 0
    except ValueError:
        is_server = False
    if not is_server:
        raise ValueError(f"it must be {example}")
    return text


def way_to_reach(text: str) -> str:
    """Raises `ValueError` for no way to reach somebody; a mail address becomes a `mailto:`."""
    if re.fullmatch(r"[^@\s:/]+@[^@\s:/]+", text):
        return f"mailto:{text}"
    if not re.fullmatch(r"(mailto:[^\s@]+@|https://|tel:\+)[!-~]+", text):
        raise ValueError("it must be a mail address, or begin with https://, mailto: or tel:+")
    return text


def group_roles(text: str) -> tuple[tuple[str, GroupRole], ...]:
    """Reads which group has which role. Raises `ValueError` for what cannot be read."""
    return tuple(_group_role(part) for part in text.split(",") if part.strip())


def _group_role(text: str) -> tuple[str, GroupRole]:
    group, _, given = text.strip().rpartition("=")
    role, _, slug = given.partition(":")
    if not group or not ((role == "admin" and not slug) or (role in ("reader", "editor", "owner") and slug)):
        raise ValueError("each must be GROUP=ROLE:SERVICE (reader, editor or owner) or GROUP=admin, commas between")
    return group, (role, slug or None)


def base(text: str) -> str:
    """Returns the beginning of addresses, without a slash at the end. Raises `ValueError` for no address of the web."""
    if not text.startswith(("http://", "https://")):
        raise ValueError("it must begin with http:// or https://")
    return text.rstrip("/")
