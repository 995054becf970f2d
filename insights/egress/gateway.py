"""A proxy on loopback, for libraries that make their own connections; it lives as long as one chat message takes.

It holds such a library to the rules of `Egress`: checked addresses, one deadline, answers of bounded size.
"""

import secrets
import select
import socket
import threading
from base64 import b64encode
from contextlib import suppress
from types import TracebackType
from typing import Self

from feedback.record.errors import Malformed
from insights.egress.addresses import DEFAULT_PORTS, Target, host_of
from insights.egress.client import TIMEOUT_SECONDS, Egress, Refused
from insights.egress.wire import MAX_REPLY_BYTES, Deadline, Unreachable

MAX_HEAD_BYTES = 16_000  # of a request
MAX_RECEIVED_BYTES = 3 * MAX_REPLY_BYTES  # from a receiver, its certificates included


class Gateway:
    """A context in which a library may connect through `url`; nobody else on this machine knows its password.

    `refusal` says why the last connection was refused, if one was.
    """

    def __init__(self, egress: Egress) -> None:
        self.refusal: str | None = None
        self._egress = egress
        self._password = secrets.token_urlsafe(24)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://alerts:{self._password}@127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with suppress(OSError):  # wakes the thread that listens
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                inner, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(inner,), daemon=True).start()

    def _serve(self, inner: socket.socket) -> None:
        deadline = Deadline(TIMEOUT_SECONDS)
        with inner, suppress(OSError, Unreachable):
            try:
                outer, first, to_inner = self._open(*_head(inner, deadline), deadline)
            except (Refused, Unreachable, Malformed, ValueError) as error:
                self.refusal = str(error)
                inner.sendall(b"HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
                return
            with outer:
                inner.sendall(to_inner)
                outer.sendall(first)
                _pass_on(inner, outer, deadline)

    def _open(self, head: str, rest: bytes, deadline: Deadline) -> tuple[socket.socket, bytes, bytes]:
        """The connection, what is to be sent on it first, and what the library is told first."""
        line, *fields = head.split("\r\n")
        method, where, _ = line.split(" ")
        allowed = b64encode(f"alerts:{self._password}".encode()).decode()
        if f"proxy-authorization: basic {allowed}".lower() not in (field.lower() for field in fields):
            raise Refused("not one of ours")
        if method == "CONNECT":
            host, _, port = where.rpartition(":")
            outer = self._egress.connect(host_of(host.strip("[]")), int(port), deadline)
            return outer, rest, b"HTTP/1.1 200 Connected\r\n\r\n"
        target = Target.of(where)
        if target.scheme not in DEFAULT_PORTS:
            raise Refused("only http and https are sent to")
        kept = [field for field in fields if not field.lower().startswith(("proxy-", "connection:"))]
        request = "\r\n".join([f"{method} {target.path} HTTP/1.1", *kept, "Connection: close", "", ""])
        return self._egress.connect(target.host, target.port, deadline), request.encode() + rest, b""


def _head(inner: socket.socket, deadline: Deadline) -> tuple[str, bytes]:
    got = b""
    while b"\r\n\r\n" not in got:
        inner.settimeout(deadline.left())
        if not (more := inner.recv(4096)) or len(got) > MAX_HEAD_BYTES:
            raise Refused("no request")
        got += more
    head, _, rest = got.partition(b"\r\n\r\n")
    return head.decode("latin-1"), rest


def _pass_on(inner: socket.socket, outer: socket.socket, deadline: Deadline) -> None:
    """Both ways, until either side ends, or the receiver has said too much."""
    left = MAX_RECEIVED_BYTES
    while left > 0:
        ready, _, _ = select.select([inner, outer], [], [], deadline.left())
        for source, sink in ((inner, outer), (outer, inner)):
            if source in ready:
                source.settimeout(deadline.left())
                if not (data := source.recv(16_384)):
                    return
                sink.settimeout(deadline.left())
                sink.sendall(data)
                left -= len(data) if source is outer else 0
