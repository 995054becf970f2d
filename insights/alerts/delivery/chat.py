"""Alerts to chat tools, through Apprise in a process of its own."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence

import msgspec

from feedback.record.errors import Malformed, Unavailable
from insights.alerts.delivery import chat_tools
from insights.egress.addresses import AllowList, host_of, literal
from insights.egress.client import TIMEOUT_SECONDS, Egress, ReceiverReply, Refused
from insights.egress.gateway import Gateway
from insights.egress.wire import Unreachable

INHERITED_VARIABLES = ("PATH", "PYTHONPATH", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "LANG")
NO_NETWORK = "http://127.0.0.1:9"
"""A proxy that does not exist: to check an address takes no network."""

START_SECONDS = 15.0  # that Apprise may take to load, beside those that sending may take


class AppriseReport(msgspec.Struct):
    """What the process that Apprise runs in answers (`chat_child`).

    `known` tells whether the address is a chat tool's, `shown` as much of it as may be seen, `log` what Apprise
    complained of.
    """

    known: bool
    shown: str = ""
    host: str | None = None
    sent: bool = False
    log: str = ""


def check(url: str, allowed: AllowList) -> str:
    """Returns as much of a chat tool's address as may be shown.

    Raises `Malformed` for an address that is no chat tool's, or a private one, and `Unavailable` if Apprise cannot run.
    """
    chat_tools.check(url)
    try:
        report = _run({"url": url}, NO_NETWORK)
    except Unreachable as error:
        raise Unavailable(str(error)) from None
    if not report.known:
        raise Malformed(chat_tools.NO_TOOL, field="url")
    if report.host and _is_forbidden(report.host, allowed):
        raise Malformed("this address is not public, and FEEDBACK_WEBHOOK_ALLOW does not name it", field="url")
    return report.shown


def _is_forbidden(place: str, allowed: AllowList) -> bool:
    """A tool that all its users share has no host in its address, but something else."""
    try:
        host = host_of(place)
        address = literal(host)
    except Malformed:
        return False
    return address is not None and not allowed.permits(host, address)


def send(egress: Egress, url: str, title: str, body: str, links: Sequence[str] = ()) -> ReceiverReply:
    """Sends one message to a chat tool, which shows all of it as it is written: only our own `links` are live in it.

    Raises `Refused` (also for an address that was taken before its scheme or options were forbidden) or `Unreachable`.
    """
    try:
        chat_tools.check(url)
    except Malformed as error:
        raise Refused(str(error)) from None
    with Gateway(egress) as gateway:
        report = _run({"url": url, "title": title, "body": body, "links": links}, gateway.url)
        if not report.known:
            raise Refused(chat_tools.NO_TOOL)
        if report.sent:
            return ReceiverReply(200, "sent", None)
        if gateway.refusal:
            raise Refused(gateway.refusal)
    raise Unreachable(report.log.strip() or "the chat tool did not take it")


def _run(order: Mapping[str, str | Sequence[str]], proxy: str) -> AppriseReport:
    names = ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")
    environment = {name: os.environ[name] for name in INHERITED_VARIABLES if name in os.environ} | dict.fromkeys(
        names, proxy
    )
    try:
        child = subprocess.run(
            [sys.executable, "-m", "insights.alerts.delivery.chat_child"],
            input=msgspec.json.encode(order),
            env=environment,
            capture_output=True,
            timeout=START_SECONDS + TIMEOUT_SECONDS,
            check=True,
        )
    except subprocess.TimeoutExpired:
        raise Unreachable("it took too long") from None
    except subprocess.CalledProcessError:
        raise Unreachable("the chat tool could not be asked") from None
    return msgspec.json.decode(child.stdout, type=AppriseReport)
