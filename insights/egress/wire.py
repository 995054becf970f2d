"""Connections that keep one deadline for all that is done, and give no more than an answer may hold."""

import socket
import ssl
import time

import httpcore

MAX_REPLY_BYTES = 20_000  # bytes, its headers included


class Unreachable(Exception):
    """The receiver could not be reached, or did not answer in time."""


class Deadline:
    """One for all: look-up, connection, handshake, request and answer."""

    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds; raises `Unreachable` when there are none."""
        if (left := self._at - time.monotonic()) <= 0:
            raise Unreachable("it took too long")
        return left


class Stream(httpcore.NetworkStream):
    """A socket as httpcore uses it. Its own time limits are per step, so they are not asked."""

    def __init__(self, connection: socket.socket, deadline: Deadline) -> None:
        self._socket = connection
        self._deadline = deadline
        self._left = MAX_REPLY_BYTES

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if not self._left:
            raise Unreachable("its answer is too long")
        self._socket.settimeout(self._deadline.left())
        found = self._socket.recv(min(max_bytes, self._left))
        self._left -= len(found)
        return found

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._socket.settimeout(self._deadline.left())
        self._socket.sendall(buffer)

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        self._socket.settimeout(self._deadline.left())
        try:
            return Stream(ssl_context.wrap_socket(self._socket, server_hostname=server_hostname), self._deadline)
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        self._socket.close()
