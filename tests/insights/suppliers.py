"""What brings texts to telephones, as Notify and Twilio document it, on loopback."""

from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import msgspec

from tests.insights.receivers import Received, Receiver, receiver

NOTIFY_SERVICE = "26785a09-ab16-4eb0-8407-a37497a57506"
NOTIFY_SECRET = "3d844edf-8d35-48ac-975b-e847b4f122b0"
NOTIFY_KEY = f"the-town-live-{NOTIFY_SERVICE}-{NOTIFY_SECRET}"
ACCOUNT, TOKEN = "AC0123456789abcdef0123456789abcdef", "twilio-token"


@dataclass(frozen=True, slots=True)
class Sent:
    to: str
    words: str
    sender: str = ""
    reference: str = ""


@dataclass(slots=True)
class Telephones:
    """`status`: what a text is answered with; those below 300 arrive."""

    url: str
    status: int = 201
    sent: list[Sent] = field(default_factory=list)

    def take(self, text: Sent) -> tuple[int, dict[str, str], bytes]:
        if self.status < 300:
            self.sent.append(text)
        return self.status, {}, b"{}"


def settings(supplier: str, url: str) -> dict[str, Any]:
    """Of an operator who has an account with one of them."""
    if supplier == "notify":
        return {"notify_url": url, "notify_api_key": NOTIFY_KEY, "notify_template": "template"}
    account = {"twilio_account_sid": ACCOUNT, "twilio_auth_token": TOKEN}
    return {"twilio_url": url, "twilio_from": "+447700900001", **account}


Take = Callable[[Telephones, Received], tuple[int, dict[str, str], bytes]]


@contextmanager
def notify() -> Iterator[Telephones]:
    with receiver() as server:
        yield _served(server, _notify)


@contextmanager
def twilio() -> Iterator[Telephones]:
    with receiver() as server:
        yield _served(server, _twilio)


def _served(server: Receiver, take: Take) -> Telephones:
    found = Telephones(server.url.removesuffix("/hook"))
    server.answers = lambda got: take(found, got)
    return found


def _notify(telephones: Telephones, got: Received) -> tuple[int, dict[str, str], bytes]:
    proof = got.headers["authorization"].removeprefix("Bearer ")
    claims = jwt.decode(proof, NOTIFY_SECRET, algorithms=["HS256"], options={"require": ["iss", "iat"]})
    assert claims["iss"] == NOTIFY_SERVICE
    where = urlsplit(got.path)
    if got.method == "GET":
        assert where.path == "/v2/notifications"
        [reference] = parse_qs(where.query)["reference"]
        same = [{"reference": text.reference} for text in telephones.sent if text.reference == reference]
        return 200, {}, msgspec.json.encode({"notifications": same, "links": {}})
    assert where.path == "/v2/notifications/sms"
    order = got.content
    assert order["template_id"] == "template"
    words = order["personalisation"]["message"]
    return telephones.take(Sent(order["phone_number"], words, reference=order["reference"]))


def _twilio(telephones: Telephones, got: Received) -> tuple[int, dict[str, str], bytes]:
    proof = b64decode(got.headers["authorization"].removeprefix("Basic ")).decode()
    assert proof == f"{ACCOUNT}:{TOKEN}"
    where = urlsplit(got.path)
    assert where.path == f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    if got.method == "GET":
        [to] = parse_qs(where.query)["To"]
        same = [{"body": text.words} for text in telephones.sent if text.to == to]
        return 200, {}, msgspec.json.encode({"messages": same})
    form = {name: values[0] for name, values in parse_qs(got.body.decode()).items()}
    sender = form.get("From") or form["MessagingServiceSid"]
    return telephones.take(Sent(form["To"], form["Body"], sender))
