"""A real SMTP server on loopback."""

import email
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult


class Box:
    """Takes every mail, or answers with a refusal."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.answer = "250 OK"
        self.passwords: list[bytes] = []

    def sign_in(self, server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
        self.passwords.append(given.password)
        return AuthResult(success=True)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.answer.startswith("250"):
            self.mails.append(email.message_from_bytes(envelope.content, policy=default))
        return self.answer


@contextmanager
def mailbox(tls: ssl.SSLContext | None = None) -> Iterator[tuple[Box, str]]:
    """Takes mail from anybody, whatever their password; over STARTTLS where there is a context."""
    found = Box()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    controller = Controller(
        found, hostname="127.0.0.1", port=port, tls_context=tls, authenticator=found.sign_in, auth_require_tls=False
    )
    controller.start()
    yield found, f"smtp://127.0.0.1:{port}"
    controller.stop()
