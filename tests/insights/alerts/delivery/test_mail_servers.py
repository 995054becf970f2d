"""Which mail servers mails are given to, and how a password goes along."""

import ssl
import uuid
from email.message import EmailMessage
from pathlib import Path

import pytest

from feedback.record.errors import Malformed
from feedback.record.settings import Settings
from insights.alerts.delivery import mail
from insights.egress.wire import Unreachable
from tests.insights.mailbox import Box, mailbox
from tests.insights.receivers import self_signed


def send(url: str, **headers: str) -> EmailMessage:
    """Sends a mail by that server, and returns it."""
    settings = Settings(smtp_url=url)
    made = mail.compose(settings, "team@example.org", uuid.uuid4(), "subject", "plain", "html", headers)
    mail.send(settings, made)
    return made


def with_password(url: str) -> str:
    return url.replace("smtp://", "smtp://user:password@").replace("127.0.0.1", "localhost")


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our mail servers are on loopback; here they count as if they were not."""
    monkeypatch.setattr(mail, "_is_loopback", lambda _: False)


def test_a_password_is_sent_to_no_server_without_encryption(elsewhere: None, box: tuple[Box, str]) -> None:
    with pytest.raises(Unreachable, match="over TLS alone: use smtps://"):
        send(with_password(box[1]))
    assert (box[0].passwords, box[0].mails) == ([], [])


def test_a_password_is_sent_once_the_connection_is_encrypted(
    elsewhere: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = tmp_path / "certificate.pem"
    certificate.write_bytes(self_signed(["localhost"]))
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    with mailbox(tls) as (box, url):
        with pytest.raises(Unreachable):
            send(with_password(url))
        assert box.passwords == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        send(with_password(url))
        assert (box.passwords, len(box.mails)) == ([b"password"], 1)


def test_to_this_very_machine_a_password_needs_no_encryption(box: tuple[Box, str]) -> None:
    send(with_password(box[1]))
    assert (box[0].passwords, len(box[0].mails)) == ([b"password"], 1)


@pytest.mark.parametrize(
    ("host", "is_loopback"),
    [
        ("localhost", True),
        ("127.8.0.1", True),
        ("::1", True),
        ("2130706433", True),
        ("mail.example.org", False),
        ("localhost.example.org", False),
        ("10.0.0.1", False),
        ("127.0.0.1.example.org", False),
        ("a b", False),
    ],
)
def test_this_very_machine_is_known_in_every_spelling(host: str, is_loopback: bool) -> None:
    assert mail._is_loopback(host) is is_loopback


@pytest.mark.parametrize("url", ["mail.example.org", "http://mail.example.org", "smtp://", "smtp://user:hush@h:x"])
def test_what_is_no_mail_server_is_told_at_the_start_without_its_password(url: str) -> None:
    with pytest.raises(Malformed, match="FEEDBACK_SMTP_URL cannot be read") as told:
        Settings.read({"FEEDBACK_SMTP_URL": url})
    assert "hush" not in str(told.value)


def test_no_header_breaks_whatever_it_holds(box: tuple[Box, str]) -> None:
    wild = "a\r\nBcc: all@example.org\x00\x07\x1b[31m\u202e\u2028b"
    send(box[1], **{"X-Name": wild})
    [got] = box[0].mails
    assert got["X-Name"] == "a Bcc: all@example.org[31m b"
    assert got["Bcc"] is None
