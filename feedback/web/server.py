"""The HTTP server that the application runs on: uvicorn with httptools and uvloop, and limits on each client."""

import socket
from pathlib import Path
from typing import IO, Any

import uvicorn
from litestar import Litestar
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from feedback.process import file_locks
from feedback.record.settings import Settings
from feedback.web.client_limits import LimitedConfig, LimitRequests


class TurnTaker(uvicorn.Server):
    """A server that may have a `turn`, and passes it on as soon as it is told to end: the next takes who connects.

    It answers who is connected to it meanwhile, which takes it a while.
    """

    turn: IO[bytes] | None = None

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Ends in order."""
        if self.turn:
            file_locks.release(self.turn)
        await super().shutdown(sockets)


def server(app: Litestar, settings: Settings, **more: Any) -> TurnTaker:
    """Makes the server. Forwarding headers count only where a trusted proxy sends them."""
    most = settings.client_connections
    limited: Any = LimitRequests(app, most)
    proxied = ProxyHeadersMiddleware(limited, list(settings.trusted_proxies))
    config = LimitedConfig(
        proxied,  # type: ignore[arg-type]
        seconds=settings.client_seconds,
        most=most,
        trusted=proxied.trusted_hosts.__contains__,
        loop="uvloop",
        ws="none",
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=5,
        **{"host": settings.host, "port": settings.port, **more},
    )
    return TurnTaker(config)


def beside_others(serving: uvicorn.Server, listener: int) -> None:
    """Serves on the open port `listener`; whichever process is free takes the next connection."""
    with socket.socket(fileno=listener) as port:
        serving.run([port])


def on_our_turn(standby: TurnTaker, listener: int, lock: Path) -> None:
    """Waits, with everything loaded, until nobody else holds the `lock`; then serves on the open port `listener`.

    However the one that serves ends, the kernel takes its lock away and lets the next one go on at once.
    """
    with file_locks.lock_file(lock) as turn, socket.socket(fileno=listener) as port:
        file_locks.take(turn)
        standby.turn = turn
        standby.run([port])
