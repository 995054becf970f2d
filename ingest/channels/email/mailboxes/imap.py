"""A folder on an IMAP server (RFC 3501): what is unseen is taken, then marked as seen, or moved where it is told."""

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from feedback.record.errors import Malformed, NotAuthentic, NotFound, NotSupported, Unavailable
from feedback.record.oauth import xoauth2
from ingest.channels.email.mailboxes.taking_in import LARGEST_MAIL_BYTES, UnreadMail

TIMEOUT_SECONDS = 60
"""Seconds that the server may take for one answer."""
LOOPBACK_HOSTS = ("localhost", "127.0.0.1", "::1")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class ImapAccount:
    """Says where to look. `secure`: TLS from the first byte; otherwise STARTTLS, which only loopback may do without."""

    host: str
    port: int
    secure: bool
    user: str
    password: str
    folder: str
    token: str | None = None

    @classmethod
    def of(cls, url: str, user: str | None, password: str | None, token: str | None = None) -> "ImapAccount":
        """Reads `imaps://user:password@host:port/folder`; what the URL leaves out is taken from the others.

        An access `token` takes the place of a password. Raises `Malformed` for what makes no sense.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise Malformed("this is no URL as imaps://user@host/INBOX") from None
        if parts.scheme not in ("imap", "imaps") or not parts.hostname:
            raise Malformed("this is no URL as imaps://user@host/INBOX")
        user, password = unquote(parts.username or "") or user, unquote(parts.password or "") or password or token
        if not user or not password:
            raise Malformed(
                "the mailbox needs a user and a password: set FEEDBACK_IMAP_USER and FEEDBACK_IMAP_PASSWORD"
            )
        folder = unquote(parts.path.strip("/")) or "INBOX"
        if any(map(CONTROL.search, (user, password, folder))) or not folder.isascii():
            raise Malformed("the user, password or folder has letters that are not taken")
        secure = parts.scheme == "imaps"
        return cls(parts.hostname, port or (993 if secure else 143), secure, user, password, folder, token)


def unread_mails(account: ImapAccount, move_to: str | None = None) -> Iterator[UnreadMail]:
    """Return those unseen; the connection ends with the last. Raises `Unavailable` where the server does not answer."""
    with _connected(account) as server:
        _checked(server.select(_quoted(account.folder)), "there is no such folder")
        if move_to and not _can_move(server):
            raise NotSupported("this server cannot move mails: leave --move-to out, and they are marked as seen")
        [found] = _checked(server.uid("SEARCH", "UNSEEN"), "the folder cannot be searched")
        for uid in (found or b"").decode().split():
            body = _fetched(server, uid)
            if body is not None:
                yield UnreadMail(body, lambda bad, uid=uid: _settle(server, uid, bad, move_to))  # type: ignore[misc]


@contextmanager
def _connected(account: ImapAccount) -> Iterator[imaplib.IMAP4]:
    try:
        server = _open(account)
        try:
            yield server
        finally:
            with suppress(imaplib.IMAP4.error, OSError):
                server.logout()
    except (imaplib.IMAP4.abort, OSError) as error:
        raise Unavailable(f"the mail server does not answer: {type(error).__name__}") from error
    except imaplib.IMAP4.error as error:
        raise Unavailable("the mail server answers what cannot be understood") from error


def _open(account: ImapAccount) -> imaplib.IMAP4:
    context = ssl.create_default_context()
    if account.secure:
        server: imaplib.IMAP4 = imaplib.IMAP4_SSL(
            account.host, account.port, ssl_context=context, timeout=TIMEOUT_SECONDS
        )
    else:
        server = imaplib.IMAP4(account.host, account.port, timeout=TIMEOUT_SECONDS)
        if "STARTTLS" in server.capabilities:
            server.starttls(context)
        elif account.host not in LOOPBACK_HOSTS:
            server.shutdown()
            raise NotSupported("this server takes a password without encryption alone: use imaps://")
    _sign_in(server, account)
    return server


def _sign_in(server: imaplib.IMAP4, account: ImapAccount) -> None:
    secret = f"\0{account.user}\0{account.password}".encode()
    try:
        if account.token:
            server.authenticate("XOAUTH2", lambda _: xoauth2(account.user, account.token or "").encode())
        elif "AUTH=PLAIN" in server.capabilities:
            server.authenticate("PLAIN", lambda _: secret)
        else:
            server.login(_quoted(account.user), account.password)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        raise NotAuthentic("the mail server does not take this user and password") from error


def _checked(answer: tuple[str, list[bytes | None]], wrong: str) -> list[bytes | None]:
    status, data = answer
    if status != "OK":
        raise NotFound(wrong)
    return data


def _can_move(server: imaplib.IMAP4) -> bool:
    """Servers tell more of what they can once one is signed in."""
    [told] = _checked(server.capability(), "the server does not say what it can do")
    return b"MOVE" in (told or b"").upper().split()


def _fetched(server: imaplib.IMAP4, uid: str) -> bytes | None:
    """The mail, cut where it is larger than is taken; none where it has gone meanwhile."""
    _, data = server.uid("FETCH", uid, f"(BODY.PEEK[]<0.{LARGEST_MAIL_BYTES + 1}>)")
    return next((bytes(part[1]) for part in data if isinstance(part, tuple)), None)


def _settle(server: imaplib.IMAP4, uid: str, bad: bool, move_to: str | None) -> None:
    """What was not understood stays where it is, flagged."""
    server.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen \Flagged)" if bad else r"(\Seen)")
    if move_to and not bad:
        status, _ = server.uid("MOVE", uid, _quoted(move_to))
        if status != "OK":
            raise NotFound("there is no such folder to move mails to")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", r"\\").replace('"', r"\"") + '"'
