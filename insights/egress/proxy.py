"""An HTTP proxy, for networks that have no other way out."""

import base64
import socket
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from feedback.record.errors import Malformed
from insights.egress.addresses import host_of
from insights.egress.wire import MAX_REPLY_BYTES, Deadline, Unreachable


@dataclass(frozen=True, slots=True)
class Proxy:
    """Opens tunnels through an HTTP proxy to addresses that were checked; plain http takes one too."""

    host: str
    port: int
    authorization: str

    @classmethod
    def at(cls, url: str) -> "Proxy":
        """Reads the setting. Raises `Malformed` unless it is http://host:port, with a user if need be."""
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname:
            raise Malformed("FEEDBACK_EGRESS_PROXY must be http://host:port")
        user = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
        encoded = base64.b64encode(user.encode()).decode()
        authorization = f"Proxy-Authorization: Basic {encoded}\r\n" if parts.username else ""
        return cls(host_of(parts.hostname), parts.port or 3128, authorization)

    def connect(self, address: str, port: int, deadline: Deadline) -> socket.socket:
        """Opens a tunnel to an address. Raises `Unreachable` if the proxy opens none, `OSError` if it is away."""
        place = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
        tunnel = socket.create_connection((self.host, self.port), deadline.left())
        tunnel.sendall(f"CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n{self.authorization}\r\n".encode())
        if _read_head(tunnel, deadline).split(b" ", 2)[1:2] != [b"200"]:
            tunnel.close()
            raise Unreachable("the proxy opens no tunnel")
        return tunnel


def _read_head(tunnel: socket.socket, deadline: Deadline) -> bytes:
    """One byte at a time: what follows the blank line is the receiver's."""
    head = b""
    while not head.endswith(b"\r\n\r\n") and len(head) < MAX_REPLY_BYTES:
        tunnel.settimeout(deadline.left())
        if not (byte := tunnel.recv(1)):
            break
        head += byte
    return head
