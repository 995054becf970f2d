"""A folder on an IMAP server (RFC 3501): what is unseen is taken, then marked as seen, or moved where it is told."""

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from imap_tools import BaseMailBox, ImapToolsError, MailBox, MailBoxUnencrypted
from imap_tools.utils import encode_folder

from feedback.record.errors import Malformed, NotAuthentic, NotFound, NotSupported, Unavailable
from feedback.record.oauth import access_token
from feedback.record.settings import Settings
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
        if any(map(CONTROL.search, (user, password, folder))):
            raise Malformed("the user, password or folder has letters that are not taken")
        secure = parts.scheme == "imaps"
        return cls(parts.hostname, port or (993 if secure else 143), secure, user, password, folder, token)


def account_of(settings: Settings, url: str) -> ImapAccount:
    """Reads the address of a mailbox; user, password or access token are set beside it, where it holds none.

    Raises `Malformed` for what makes no sense, `Unavailable` where no token is to be had.
    """
    token = access_token(settings) if settings.oauth_token_url else None
    return ImapAccount.of(url, settings.imap_user, settings.imap_password, token)


def try_out(account: ImapAccount) -> None:
    """Signs in and opens the folder, and reads nothing. Raises as `unread_mails` does."""
    with _connected(account) as box:
        _select(box, account.folder)


def unread_mails(account: ImapAccount, move_to: str | None = None) -> Iterator[UnreadMail]:
    """Return those unseen; the connection ends with the last. Raises `Unavailable` where the server does not answer."""
    with _connected(account) as box:
        _select(box, account.folder)
        if move_to and not _can_move(box):
            raise NotSupported("this server cannot move mails: leave --move-to out, and they are marked as seen")
        for uid in box.uids("UNSEEN", charset=None):
            body = _fetched(box, uid)
            if body is not None:
                yield UnreadMail(body, lambda bad, uid=uid: _settle(box, uid, bad, move_to))  # type: ignore[misc]


@contextmanager
def _connected(account: ImapAccount) -> Iterator[BaseMailBox]:
    try:
        box = _dialled(account)
        try:
            _sign_in(box, account)
            yield box
        finally:
            with suppress(imaplib.IMAP4.error, ImapToolsError, OSError):
                box.logout()
    except (imaplib.IMAP4.abort, OSError) as error:
        raise Unavailable(f"the mail server does not answer: {type(error).__name__}") from error
    except (imaplib.IMAP4.error, ImapToolsError) as error:
        raise Unavailable("the mail server answers what cannot be understood") from error


def _dialled(account: ImapAccount) -> BaseMailBox:
    context = ssl.create_default_context()
    if account.secure:
        box: BaseMailBox = MailBox(account.host, account.port, TIMEOUT_SECONDS, ssl_context=context)
    else:
        box = MailBoxUnencrypted(account.host, account.port, TIMEOUT_SECONDS)
        if "STARTTLS" in box.client.capabilities:
            box.client.starttls(context)
        elif account.host not in LOOPBACK_HOSTS:
            box.client.shutdown()
            raise NotSupported("this server takes a password without encryption alone: use imaps://")
    return box


def _sign_in(box: BaseMailBox, account: ImapAccount) -> None:
    try:
        if account.token:
            box.xoauth2(account.user, account.token, None)
        elif "AUTH=PLAIN" in box.client.capabilities:
            box.login_utf8(account.user, account.password, None)
        else:
            box.login(account.user, account.password, None)
    except imaplib.IMAP4.abort:
        raise
    except (imaplib.IMAP4.error, ImapToolsError) as error:
        raise NotAuthentic("the mail server does not take this user and password") from error


def _select(box: BaseMailBox, folder: str) -> None:
    try:
        box.folder.set(folder)
    except ImapToolsError:
        raise NotFound("there is no such folder") from None


def _can_move(box: BaseMailBox) -> bool:
    """Servers tell more of what they can once one is signed in."""
    _, [told] = box.client.capability()
    return b"MOVE" in (told or b"").upper().split()


def _fetched(box: BaseMailBox, uid: str) -> bytes | None:
    """The mail, cut where it is larger than is taken; none where it has gone meanwhile."""
    _, data = box.client.uid("FETCH", uid, f"(BODY.PEEK[]<0.{LARGEST_MAIL_BYTES + 1}>)")
    return next((bytes(part[1]) for part in data if isinstance(part, tuple)), None)


def _settle(box: BaseMailBox, uid: str, bad: bool, move_to: str | None) -> None:
    """What was not understood stays where it is, flagged.

    `flag` and `move` of imap-tools also expunge, and so would delete what others have marked for it.
    """
    box.client.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen \Flagged)" if bad else r"(\Seen)")
    if move_to and not bad:
        status, _ = box.client.uid("MOVE", uid, encode_folder(move_to).decode())
        if status != "OK":
            raise NotFound("there is no such folder to move mails to")
