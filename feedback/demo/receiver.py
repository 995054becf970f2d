"""The demo's own receiver of webhooks, on this machine alone, with a page that shows what it got."""

import datetime as dt
import html
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Annotated

import msgspec
from msgspec import Struct
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from feedback.record.limits import whole_number

MOST_KEPT = 100
LONGEST_BODY = 100_000
"""Bytes; what the product sends is below 20,000."""

LONGEST_WAIT = 10
"""Seconds that somebody may take to say the next of a request."""

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
STYLE = """body{font:1rem/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1d2433}
article{border-left:.35rem solid #b3261e;padding:.2rem 0 .2rem 1rem;margin:1.5rem 0}h2{margin:0;font-size:1.1rem}
p{margin:.3rem 0}blockquote{margin:.3rem 0;color:#444}.hint{color:#5a6072;font-size:.9rem}"""


class ToldIssue(Struct):
    """The issue that an alert tells of."""

    title: str = ""


class ToldSignal(Struct):
    """How many report it."""

    reports: int | None = None


class ToldUrgent(Struct):
    """Why a piece cannot wait."""

    reason: str = ""


class ToldQuote(Struct):
    """What one of them said."""

    text: str


class ToldFacts(Struct):
    """What an alert tells, as far as the page shows it."""

    service: str = ""
    issue: ToldIssue | None = None
    signal: ToldSignal | None = None
    urgent: ToldUrgent | None = None
    escalated: object = None
    on_duty: str | None = None
    quotes: list[ToldQuote] = []
    link: Annotated[str, msgspec.Meta(pattern="^(https?://|$)")] = ""


class ToldAlert(Struct):
    """An alert as it comes; what the page does not show is passed over."""

    type: str
    data: ToldFacts


class DemoReceiver:
    """Keeps the last alerts that it got, and says whether each is signed with a secret of its subscriptions."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.secrets: list[str] = []
        self._got: deque[tuple[dt.datetime, ToldAlert, bool]] = deque(maxlen=MOST_KEPT)

    def take(self, body: bytes, headers: dict[str, str]) -> int:
        """Keeps what came and returns the status to answer with: 400 for what is no alert."""
        try:
            alert = msgspec.json.decode(body, type=ToldAlert)
        except (msgspec.DecodeError, RecursionError):
            return 400
        self._got.appendleft((dt.datetime.now(dt.UTC), alert, self._is_signed(body, headers)))
        return 204

    def _is_signed(self, body: bytes, headers: dict[str, str]) -> bool:
        return any(_verifies(secret, body, headers) for secret in self.secrets)

    def page(self) -> bytes:
        """Writes the page, which loads itself again every few seconds."""
        shown = "".join(_article(*one) for one in self._got) or "<p>Nothing so far.</p>"
        text = (
            "<!doctype html><html lang='en-GB'><meta charset='utf-8'><meta http-equiv='refresh' content='3'>"
            "<meta name='viewport' content='width=device-width'><title>What was told</title>"
            f"<style>{STYLE}</style><main><h1>What the demo’s own receiver was told</h1>"
            "<p class='hint'>As the team’s own system would get it: one webhook for each alert, the latest first.</p>"
            f"{shown}</main></html>"
        )
        return text.encode()


def _verifies(secret: str, body: bytes, headers: dict[str, str]) -> bool:
    try:
        Webhook(secret).verify(body, headers)
    except (WebhookVerificationError, ValueError):
        return False
    return True


def _article(at: dt.datetime, alert: ToldAlert, signed: bool) -> str:
    data = alert.data
    reports = f"{data.signal.reports} reports" if data.signal and data.signal.reports is not None else ""
    urgent = data.urgent.reason if data.urgent else ""
    escalated = "told again, as nobody acknowledged it" if data.escalated else ""
    on_duty = f"on duty: {data.on_duty}" if data.on_duty else ""
    about = "; ".join(filter(None, (reports or urgent, escalated, on_duty)))
    quotes = "".join(f"<blockquote dir='auto'>“{_safe(one.text)}”</blockquote>" for one in data.quotes)
    verified = "signature verified" if signed else "signature not verified"
    title = data.issue.title if data.issue else ""
    return (
        f"<article><h2>{_safe(alert.type)}: <span dir='auto'>{_safe(title or data.service)}</span></h2>"
        f"<p dir='auto'>{_safe(about)}</p>{quotes}"
        f"<p class='hint'>{at:%H:%M:%S} UTC, {verified}, <a href='{_safe(data.link)}'>look into it</a></p>"
        "</article>"
    )


def _safe(value: str) -> str:
    return html.escape(value, quote=True)


@contextmanager
def receiving() -> Iterator[DemoReceiver]:
    """Listens on a free port of loopback for as long as the block lasts."""
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        found = DemoReceiver(f"http://127.0.0.1:{server.server_address[1]}/")
        server.RequestHandlerClass = _handler(found)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield found
        finally:
            server.shutdown()


def _handler(receiver: DemoReceiver) -> type[BaseHTTPRequestHandler]:
    class DemoReceiverHandler(BaseHTTPRequestHandler):
        timeout = LONGEST_WAIT

        def do_GET(self) -> None:
            self._answer(200, receiver.page())

        def do_POST(self) -> None:
            size = whole_number(self.headers.get("Content-Length", ""))
            if size is None or "Origin" in self.headers:  # what sends webhooks is no page of a browser
                self._answer(400 if size is None else 403)
            elif size > LONGEST_BODY:
                self._answer(413)
            else:
                headers = {name.lower(): value for name, value in self.headers.items()}
                self._answer(receiver.take(self.rfile.read(size), headers))

        def _answer(self, status: int, body: bytes = b"") -> None:
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", POLICY)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing: what comes may quote citizens."""

    return DemoReceiverHandler
