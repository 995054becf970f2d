"""Servers on loopback that remember what they were asked: a council's site, and what stands for the product."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

from ingest.pages import widget

WIDGET = widget.script()

RECEIPT = "7K3M-Q2ZD-98VX-4HTN"


@dataclass
class Asked:
    """One request that a server got."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


@dataclass
class Site:
    """A real server that remembers what it was asked. `answer` tells status, headers and body."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    answer: Callable[[Asked], tuple[int, dict[str, str], str]] = lambda _: (404, {}, "")

    def posts(self) -> list[Asked]:
        return [request for request in self.asked if request.method == "POST"]


@contextmanager
def serving(site: Site) -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        known: ClassVar[Site] = site

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Asked(self.command, self.path, headers, body)
            self.known.asked.append(request)
            status, reply, text = self.known.answer(request)
            self.send_response(status)
            for name, value in (reply | {"Content-Length": str(len(text.encode()))}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text.encode())

        do_GET = do_POST = do_OPTIONS = handle_any  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Receiver(Site):
    """Stands for the product: hands out the widget and takes feedback, with the statuses in `statuses`, then 202."""

    statuses: list[int] = field(default_factory=list)
    origins: tuple[str, ...] | None = None  # any

    def __post_init__(self) -> None:
        self.answer = self.respond

    def respond(self, request: Asked) -> tuple[int, dict[str, str], str]:
        if request.path == "/widget.js":
            return 200, {"Content-Type": "text/javascript"}, WIDGET.decode()
        origin = request.headers.get("origin", "")
        allowed = self.origins is None or origin in self.origins
        may = {"Access-Control-Allow-Origin": origin, "Vary": "Origin"} if allowed else {}
        if request.method == "OPTIONS":
            asks = {"Access-Control-Allow-Headers": "content-type, idempotency-key", "Access-Control-Max-Age": "0"}
            return 204, may | asks, ""
        status = self.statuses.pop(0) if self.statuses else 202
        return status, may, json.dumps({"id": "1", "receipt": RECEIPT} if status == 202 else {"status": status})


def page_of(receiver: str, language: str = "en", attributes: str = "", head: str = "") -> str:
    return f"""<!doctype html><html lang="{language}"><head><meta charset="utf-8">{head}
        <meta name="viewport" content="width=device-width"><title>Apply</title></head><body>
        <h1>Apply for a badge</h1><a href="#">Before</a>
        <script src="{receiver}/widget.js" data-service="blue-badge" {attributes} defer></script>
        <noscript><a href="{receiver}/services/blue-badge/feedback">Give feedback</a></noscript>
        <a href="#">After</a></body></html>"""
