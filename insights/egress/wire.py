"""Connections with one deadline for all steps, from which no more is read than a reply may hold."""

import socket
import ssl
import time

import httpcore

MAX_REPLY_BYTES = 20_000  # its headers included


class Unreachable(Exception):
    """The receiver could not be reached, or did not answer in time."""


class Deadline:
    """One time limit for look-up, connection, handshake, request and reply together."""

    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def left(self) -> float:
        """Returns the seconds that are left. Raises `Unreachable` when there are none."""
        if (left := self._at - time.monotonic()) <= 0:
            raise Unreachable("it took too long")
        return left


class Stream(httpcore.NetworkStream):
    """A socket as httpcore uses it. Its time limits, which are per step, are ignored for the deadline."""

    def __init__(self, connection: socket.socket, deadline: Deadline) -> None:
        self._socket = connection
        self._deadline = deadline
        self._left = MAX_REPLY_BYTES

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Reads some bytes. Raises `Unreachable` once the reply is too long, or the deadline is over."""
        if not self._left:
            raise Unreachable("its answer is too long")
        self._socket.settimeout(self._deadline.left())
        found = self._socket.recv(min(max_bytes, self._left))
        self._left -= len(found)
        return found

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Sends all bytes. Raises `Unreachable` once the deadline is over."""
        self._socket.settimeout(self._deadline.left())
        self._socket.sendall(buffer)

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """Wraps the socket in TLS, under the same deadline. Raises `OSError` if the handshake fails."""
        self._socket.settimeout(self._deadline.left())
        try:
            return Stream(ssl_context.wrap_socket(self._socket, server_hostname=server_hostname), self._deadline)
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        """Closes the socket."""
        self._socket.close()
