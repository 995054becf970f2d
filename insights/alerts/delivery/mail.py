"""Outgoing mail, by SMTP."""

import smtplib
import ssl
import uuid
from collections.abc import Mapping
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, localtime, parseaddr
from urllib.parse import SplitResult, unquote, urlsplit

from feedback.record.errors import Malformed, Unavailable
from feedback.record.oauth import access_token, xoauth2
from feedback.record.settings import Settings
from insights.egress.addresses import host_of, literal
from insights.egress.client import ReceiverReply
from insights.egress.wire import Unreachable
from insights.presentation.formats import one_line

SMTP_TIMEOUT_SECONDS = 15.0  # for each step of the conversation


def compose(
    settings: Settings, to: str, identity: uuid.UUID, subject: str, plain: str, html: str, more: Mapping[str, str]
) -> EmailMessage:
    """Composes a mail with `more` headers; one that is sent again keeps its `identity`, which shows it as a repeat."""
    made = EmailMessage(policy=SMTP)
    headers = {
        "From": settings.mail_from,
        "To": to,
        "Subject": subject,
        "Date": format_datetime(localtime()),
        "Message-ID": f"<{identity}@{domain(settings)}>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    for name, value in {**headers, **more}.items():
        made[name] = one_line(value)
    made.set_content(plain)
    made.add_alternative(html, subtype="html")
    return made


def domain(settings: Settings) -> str:
    """Returns the domain that our mail is from."""
    return parseaddr(settings.mail_from)[1].rpartition("@")[2]


def send(settings: Settings, mail: EmailMessage) -> ReceiverReply:
    """Sends a mail and returns the server's reply. Raises `Unreachable` when there is none."""
    if not settings.smtp_url:
        raise Unreachable("FEEDBACK_SMTP_URL is not set")
    try:
        url = urlsplit(settings.smtp_url)
        user, password = unquote(url.username or "") or settings.smtp_user or "", _password(url, settings)
        with _connection(url, signs_in=bool(user)) as server:
            _sign_in(server, user, password, settings)
            server.send_message(mail)
            return ReceiverReply(250, "accepted", None)
    except smtplib.SMTPRecipientsRefused as error:
        return _refusal(*next(iter(error.recipients.values())))
    except smtplib.SMTPResponseException as error:
        return _refusal(error.smtp_code, error.smtp_error)
    except (smtplib.SMTPException, OSError, UnicodeError) as error:  # smtplib signs in with ASCII alone
        raise Unreachable(f"no answer from the mail server ({type(error).__name__})") from error


def _refusal(code: int, said: bytes | str) -> ReceiverReply:
    return ReceiverReply(code, (said.decode(errors="replace") if isinstance(said, bytes) else said)[:1_000], None)


def _is_loopback(host: str) -> bool:
    try:
        address = literal(host_of(host))
    except Malformed:
        return False
    return address is not None and address.is_loopback


def _encrypt(server: smtplib.SMTP, tls: ssl.SSLContext, *, required: bool) -> None:
    """Whoever is in between could take the offer out, so that a password waits for encryption, and else is not sent."""
    server.ehlo()
    if server.has_extn("starttls"):
        server.starttls(context=tls)
    elif required:
        server.close()
        raise Unreachable("this mail server offers no encryption, and a password is sent over TLS alone: use smtps://")


def _password(url: SplitResult, settings: Settings) -> str:
    """Of the address, where it names a user; else the one that is set by itself."""
    return unquote(url.password or "") if url.username else settings.smtp_password or ""


def _connection(url: SplitResult, *, signs_in: bool) -> smtplib.SMTP:
    """Encrypted from the start (smtps), or as soon as the server offers it, except to this very machine."""
    host, tls = url.hostname or "localhost", ssl.create_default_context()
    if url.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, url.port or 465, timeout=SMTP_TIMEOUT_SECONDS, context=tls)
    else:
        server = smtplib.SMTP(host, url.port or (587 if signs_in else 25), timeout=SMTP_TIMEOUT_SECONDS)
        if not _is_loopback(host):
            _encrypt(server, tls, required=signs_in)
    return server


def _sign_in(server: smtplib.SMTP, user: str, password: str, settings: Settings) -> None:
    """By the password, or by an access token where there is a user alone and tokens are to be had."""
    if user and not password and settings.oauth_token_url:
        try:
            proof = xoauth2(user, access_token(settings))
        except Unavailable as error:
            raise Unreachable(str(error)) from error
        server.ehlo_or_helo_if_needed()
        server.auth("XOAUTH2", lambda challenge=None: "" if challenge else proof)
    elif user:
        server.login(user, password)
