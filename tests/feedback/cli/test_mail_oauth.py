"""Mail servers that take access tokens alone, as those of Microsoft 365 and Google do."""

import json
import threading
import uuid
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
from click.testing import CliRunner

from feedback.cli import main
from feedback.record.db import Record
from feedback.record.errors import NotAuthentic
from feedback.record.settings import Settings
from ingest.channels.email.mailboxes import imap
from insights.alerts.delivery import mail
from insights.egress.wire import Unreachable
from tests.conftest import RealServers
from tests.ingest.channels.email.mailserver import TOKEN, USER, mail_server
from tests.insights.mailbox import Box

MAIL = b"From: jo@example.org\r\nSubject: Swings\r\nMessage-ID: <1@example.org>\r\n\r\nThe swings are gone.\r\n"


@pytest.fixture
def tokens() -> Iterator[str]:
    """The address of a server that gives a token to who knows the secret."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
            known = form["client_secret"] == ["s"] and form["grant_type"] == ["client_credentials"]
            self.send_response(200 if known else 401)
            self.end_headers()
            self.wfile.write(json.dumps({"access_token": TOKEN}).encode())

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/token"
        server.shutdown()
        thread.join()


def test_a_mailbox_is_read_with_a_token(servers: RealServers, record: Record, blue_badge: str, tokens: str) -> None:
    urls = {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url, "FEEDBACK_DATA": str(servers.data)}
    oauth = {"FEEDBACK_OAUTH_TOKEN_URL": tokens, "FEEDBACK_OAUTH_CLIENT_ID": "c", "FEEDBACK_IMAP_USER": USER}
    with mail_server() as server:
        server.deliver(MAIL)
        words = ["mail", "--imap", server.url, "--service", blue_badge, "--once"]
        refused = CliRunner(env={**urls, **oauth, "FEEDBACK_OAUTH_CLIENT_SECRET": "wrong"}).invoke(main, words)
        taken = CliRunner(env={**urls, **oauth, "FEEDBACK_OAUTH_CLIENT_SECRET": "s"}).invoke(main, words)
    assert refused.exit_code == 1 and "gives no token" in refused.output
    assert taken.output.startswith("1 mails taken in")


def test_a_token_that_the_mailbox_does_not_take_is_told() -> None:
    with mail_server() as server, pytest.raises(NotAuthentic):
        list(imap.unread_mails(imap.ImapAccount.of(server.url, USER, None, "another")))


def test_outgoing_mail_signs_in_with_a_token(
    box: tuple[Box, str], tokens: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[str] = []
    found, url = box
    settings = Settings(
        smtp_url=url.replace("//", "//jo@"), oauth_token_url=tokens, oauth_client_id="c", oauth_client_secret="s"
    )
    made = mail.compose(settings, "ann@example.org", uuid.uuid4(), "Subject", "plain", "<p>html</p>", {})

    def auth(_: Any, mechanism: str, proof: Any, **more: Any) -> tuple[int, bytes]:
        given.append(f"{mechanism} {proof()}")
        return 235, b""

    monkeypatch.setattr("smtplib.SMTP.auth", auth)
    assert mail.send(settings, made).status == 250
    assert given == [f"XOAUTH2 user=jo\1auth=Bearer {TOKEN}\1\1"]
    assert len(found.mails) == 1


def test_without_a_token_no_mail_goes_out(box: tuple[Box, str]) -> None:
    settings = Settings(smtp_url=box[1].replace("//", "//jo@"), oauth_token_url="http://127.0.0.1:1/token")
    made = mail.compose(settings, "ann@example.org", uuid.uuid4(), "Subject", "plain", "<p>html</p>", {})
    with pytest.raises(Unreachable, match="gives no token"):
        mail.send(settings, made)
