"""The HTTP client for alerts: it posts to permitted addresses alone, within a time limit, and follows no redirect."""

import ipaddress
import socket
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

import httpcore

from feedback.record.errors import Malformed
from feedback.record.settings import Settings
from insights.egress.addresses import Address, AllowList, Target, literal
from insights.egress.proxy import Proxy
from insights.egress.wire import Deadline, Stream, Unreachable

TIMEOUT_SECONDS = 15.0  # from the look-up of the name to the end of the reply
REPLY_TEXT_BYTES = 1_000

Resolve = Callable[[str, int], Sequence[Address]]

CONNECTION_ERRORS = (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError)


class Refused(Exception):
    """Nothing was sent, as alerts may not go to that address. Its text is shown to the subscriber."""


@dataclass(frozen=True, slots=True)
class ReceiverReply:
    """What a receiver replied: `text` is its first kilobyte, `retry_after` the header as it came."""

    status: int
    text: str
    retry_after: str | None


def resolve_host(host: str, port: int) -> list[Address]:
    """Asks the system for the addresses of a host; there are none for an unknown one."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]


class Egress:
    """Posts to receivers under the operator's rules: the private addresses that are allowed, and the proxy, if any."""

    def __init__(self, settings: Settings, resolve: Resolve = resolve_host, seconds: float = TIMEOUT_SECONDS) -> None:
        self.allowed = AllowList.of(settings.webhook_allow)
        self._proxy = Proxy.at(settings.egress_proxy) if settings.egress_proxy else None
        self._resolve = resolve
        self._seconds = seconds
        self._tls = httpcore.default_ssl_context()

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> ReceiverReply:
        """Posts a body and returns the reply; a redirect is a reply.

        Raises `Refused` before a byte is sent, `Unreachable` when there is no reply.
        """
        try:
            target = Target.of(url)
        except Malformed as error:
            raise Refused(str(error)) from None
        where = httpcore.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)
        lines = [("Host", target.authority), *headers.items()]
        try:
            with (
                httpcore.ConnectionPool(self._tls, network_backend=_Backend(self, Deadline(self._seconds))) as pool,
                pool.stream("POST", where, headers=lines, content=body) as response,
            ):
                return ReceiverReply(response.status, _reply_text(response), _header(response, b"retry-after"))
        except CONNECTION_ERRORS as error:
            raise Unreachable(f"no answer ({type(error).__name__})") from error

    def connect(self, host: str, port: int, deadline: Deadline) -> socket.socket:
        """Connects to a permitted address of a host, which is looked up once. Raises `Refused` or `Unreachable`."""
        failure: OSError | None = None
        for address in self._permitted_addresses(host, port, deadline):
            try:
                if self._proxy:
                    return self._proxy.connect(str(address), port, deadline)
                return socket.create_connection((str(address), port), deadline.left())
            except OSError as error:
                failure = error
        raise Unreachable(f"no connection ({type(failure).__name__})") from failure

    def _permitted_addresses(self, host: str, port: int, deadline: Deadline) -> list[Address]:
        spelled = literal(host)
        found = [spelled] if spelled is not None else self._resolve_in_time(host, port, deadline)
        if not found:
            raise Unreachable("the name leads nowhere")
        permitted = [address for address in dict.fromkeys(found) if self.allowed.permits(host, address)]
        if not permitted:
            raise Refused("its address is not public, and FEEDBACK_WEBHOOK_ALLOW does not name it")
        return permitted

    def _resolve_in_time(self, host: str, port: int, deadline: Deadline) -> Sequence[Address]:
        """In a thread, as the system's look-up knows no time limit."""
        answer: SimpleQueue[Sequence[Address]] = SimpleQueue()
        threading.Thread(target=lambda: answer.put(self._resolve(host, port)), daemon=True).start()
        try:
            return answer.get(timeout=deadline.left())
        except Empty:
            raise Unreachable("the name was not found in time") from None


class _Backend(httpcore.NetworkBackend):
    """How httpcore comes to its connections: it names a host, and gets one to a checked address."""

    def __init__(self, egress: Egress, deadline: Deadline) -> None:
        self._egress = egress
        self._deadline = deadline

    def connect_tcp(self, host: str, port: int, *_: Any, **__: Any) -> httpcore.NetworkStream:
        return Stream(self._egress.connect(host, port, self._deadline), self._deadline)


def _reply_text(response: httpcore.Response) -> str:
    """The status is what counts: an answer that breaks off, or goes on for ever, has been given."""
    body = b""
    with suppress(*CONNECTION_ERRORS, Unreachable):
        for chunk in response.iter_stream():
            body += chunk
            if len(body) >= REPLY_TEXT_BYTES:
                break
    return "".join(
        sign for sign in body[:REPLY_TEXT_BYTES].decode(errors="replace") if sign.isprintable() or sign in "\n\t"
    )


def _header(response: httpcore.Response, name: bytes) -> str | None:
    return next((value.decode("latin-1") for key, value in response.headers if key.lower() == name), None)
