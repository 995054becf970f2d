"""How the text of each setting is read, from wherever it comes. What cannot be read is a `ValueError` that says why."""

import ipaddress
import re
from email.errors import MessageError
from email.headerregistry import Address, HeaderRegistry
from urllib.parse import urlsplit

LONGEST_HOST = 253
"""Characters of a name that can be looked up (RFC 1035)."""

VONAGE_METHODS = ("md5hash", "md5", "sha1", "sha256", "sha512")
"""As the page of Vonage's settings names them; all but the first are HMACs."""

GroupRole = tuple[str, str | None]
"""The role that a group of the directory has, and the slug of its service; none for an admin."""


def words(text: str) -> tuple[str, ...]:
    """Splits at spaces and commas."""
    return tuple(text.replace(",", " ").split())


def networks(text: str) -> tuple[str, ...]:
    """Raises `ValueError` for what is neither an address nor a network."""
    return tuple(str(ipaddress.ip_network(word, strict=False)) for word in words(text))


def notify_key(text: str) -> str:
    """Raises `ValueError` for what is no API key of GOV.UK Notify."""
    if not re.fullmatch(r".+(-[0-9a-fA-F-]{36}){2}", text):
        raise ValueError("an API key of Notify is its name, the id of the service and a secret, joined by hyphens")
    return text


def vonage_method(text: str) -> str:
    """Raises `ValueError` for what is no way in which Vonage signs."""
    if text not in VONAGE_METHODS:
        raise ValueError(f"it must be one of {', '.join(VONAGE_METHODS)}")
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


def database(text: str) -> str:
    """Raises `ValueError` for no address of PostgreSQL."""
    return _of_scheme(
        text, ("postgresql", "postgres", "postgresql+psycopg"), "postgresql://user:password@host/database"
    )


def redis(text: str) -> str:
    """Raises `ValueError` for no address of Redis."""
    return _of_scheme(text, ("redis", "rediss", "unix"), "redis://host:port/0, rediss:// or unix://path")


def mail_server(text: str) -> str:
    """Raises `ValueError` for no address of a mail server."""
    return _server(text, ("smtp", "smtps"), "smtps://user:password@host:port, or smtp:// for a server with STARTTLS")


def mailbox(text: str) -> str:
    """Raises `ValueError` for no address of a mailbox."""
    return _server(text, ("imap", "imaps"), "imaps://host/INBOX, or imap:// for a server with STARTTLS")


def proxy(text: str) -> str:
    """Raises `ValueError` for no address of an HTTP proxy."""
    return _server(text, ("http",), "http://host:port")


def _of_scheme(text: str, schemes: tuple[str, ...], example: str) -> str:
    """Several hosts may stand in one address, and what follows them is read by the driver."""
    scheme, _, rest = text.partition("://")
    if scheme not in schemes or not rest:
        raise ValueError(f"it must be {example}")
    return text


def _server(text: str, schemes: tuple[str, ...], example: str) -> str:
    """The failure does not quote the text, which may hold a password."""
    try:
        parts = urlsplit(text)
        is_server = parts.scheme in schemes and parts.port != 0 and _is_host(parts.hostname or "")
    except ValueError:
        is_server = False
    if not is_server:
        raise ValueError(f"it must be {example}")
    return text


def _is_host(name: str) -> bool:
    """Whether it can be looked up: who connects finds out too late, by an error that no connection raises else.

    Raises `UnicodeError`, a `ValueError`, for a label that is empty or longer than 63 characters.
    """
    return len(name.rstrip(".").encode("idna")) <= LONGEST_HOST and re.fullmatch(r"[\w.:-]+", name) is not None


def sender(text: str) -> str:
    """Raises `ValueError` for what is not one mail address, with a name before it or without."""
    try:
        found: list[Address] = list(getattr(HeaderRegistry()("From", text), "addresses", ()))
    except (ValueError, LookupError, AttributeError, MessageError):  # what the parser raises for some broken ones
        found = []
    if len(found) != 1 or not found[0].username or not found[0].domain or not found[0].addr_spec.isascii():
        raise ValueError("it must be one mail address, as name@example.org or Name <name@example.org>")
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
    return _server(text, ("http", "https"), "an address of the web, which begins with https:// or http://").rstrip("/")
