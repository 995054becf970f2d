"""Alerts to chat tools, through Apprise in a process of its own."""

import os
import subprocess
import sys

import msgspec

from feedback.record.errors import Malformed, Unavailable
from insights.egress.addresses import Allowed, host_of, literal
from insights.egress.client import IN_ALL, Answer, Egress, Refused
from insights.egress.gateway import Gateway
from insights.egress.wire import Unreachable

PASSED_ON = ("PATH", "PYTHONPATH", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "LANG")
NOBODY = "http://127.0.0.1:9"
"""A proxy that is not there: whoever only reads an address needs no network."""

TO_START = 15.0  # seconds that Apprise may take to load, beside those that sending may take


class Reply(msgspec.Struct):
    known: bool
    shown: str = ""
    host: str | None = None
    sent: bool = False
    said: str = ""


def check(url: str, allowed: Allowed) -> str:
    """As much of the address as may be seen. Raises `Malformed` for what is no chat tool of those that we send to."""
    try:
        reply = _run({"url": url}, NOBODY)
    except Unreachable as error:
        raise Unavailable(str(error)) from None
    if not reply.known:
        raise Malformed("url: this is no address of a chat tool that alerts go to (docs/alerts.md names them)")
    if reply.host and _is_forbidden(reply.host, allowed):
        raise Malformed("url: this address is not public, and FEEDBACK_WEBHOOK_ALLOW does not name it")
    return reply.shown


def _is_forbidden(place: str, allowed: Allowed) -> bool:
    """Where a tool has one home for all, its address begins with something else that is no host."""
    try:
        host = host_of(place)
        address = literal(host)
    except Malformed:
        return False
    return address is not None and not allowed.permits(host, address)


def send(egress: Egress, url: str, title: str, body: str) -> Answer:
    """Raises `Refused` or `Unreachable`."""
    with Gateway(egress) as gateway:
        reply = _run({"url": url, "title": title, "body": body}, gateway.url)
        if reply.sent:
            return Answer(200, "sent", None)
        if gateway.refusal:
            raise Refused(gateway.refusal)
    raise Unreachable(reply.said.strip() or "the chat tool did not take it")


def _run(order: dict[str, str], proxy: str) -> Reply:
    names = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ} | dict.fromkeys(names, proxy)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "insights.alerts.delivery.chat_child"],
            input=msgspec.json.encode(order),
            env=environment,
            capture_output=True,
            timeout=TO_START + IN_ALL,
            check=True,
        )
    except subprocess.TimeoutExpired:
        raise Unreachable("it took too long") from None
    except subprocess.CalledProcessError:
        raise Unreachable("the chat tool could not be asked") from None
    return msgspec.json.decode(done.stdout, type=Reply)
