"""A small IMAP server for tests: it speaks as much of RFC 3501 and RFC 6851 (MOVE) as a reader of mail needs."""

import base64
import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

USER, PASSWORD = "jo", 'p"w'
TOKEN = "t0ken"


@dataclass
class Kept:
    """A mail in a folder, and its flags."""

    body: bytes
    flags: set[str] = field(default_factory=set)


@dataclass
class MailServer:
    """`folders`: the mails by their number. `port`: where it listens on loopback."""

    folders: dict[str, dict[int, Kept]] = field(default_factory=lambda: {"INBOX": {}, "Taken": {}})
    port: int = 0

    @property
    def url(self) -> str:
        return f"imap://127.0.0.1:{self.port}/INBOX"

    def deliver(self, body: bytes) -> None:
        self.folders["INBOX"][len(self.folders["INBOX"]) + len(self.folders["Taken"]) + 1] = Kept(body)

    def flags(self, folder: str = "INBOX") -> list[set[str]]:
        return [mail.flags for mail in self.folders[folder].values()]


class _Session(socketserver.StreamRequestHandler):
    box: MailServer
    folder: dict[int, Kept]

    def handle(self) -> None:
        self._say("* OK ready")
        for line in self.rfile:
            tag, _, command = line.decode().strip().partition(" ")
            words = command.split()
            verb = "_".join(words[: 2 if words[0].upper() == "UID" else 1]).lower()
            done = getattr(self, f"_{verb}")(command)
            self._say(f"{tag} {done or 'OK done'}")
            if verb == "logout":
                return

    def _say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def _capability(self, command: str) -> None:
        self._say("* CAPABILITY IMAP4rev1 MOVE")

    def _authenticate(self, command: str) -> str | None:
        self._say("+ ")
        given = base64.b64decode(self.rfile.readline()).decode()
        return None if given == f"user={USER}\1auth=Bearer {TOKEN}\1\1" else "NO wrong"

    def _login(self, command: str) -> str | None:
        given = [re.sub(r"\\(.)", r"\1", word) for word in re.findall(r'"((?:[^"\\]|\\.)*)"', command)]
        return None if given == [USER, PASSWORD] else "NO wrong"

    def _select(self, command: str) -> str | None:
        name = command.split('"')[1]
        if name not in self.box.folders:
            return "NO none"
        self.folder = self.box.folders[name]
        self._say(f"* {len(self.folder)} EXISTS")
        return None

    def _uid_search(self, command: str) -> None:
        unseen = [str(uid) for uid, mail in self.folder.items() if r"\Seen" not in mail.flags]
        self._say(" ".join(["* SEARCH", *unseen]))

    def _uid_fetch(self, command: str) -> None:
        uid, most = int(command.split()[2]), int(command.split("<0.")[1].split(">", maxsplit=1)[0])
        body = self.folder[uid].body[:most]
        self.wfile.write(f"* 1 FETCH (UID {uid} BODY[]<0> {{{len(body)}}}\r\n".encode() + body + b")\r\n")

    def _uid_store(self, command: str) -> None:
        self.folder[int(command.split()[2])].flags |= set(re.findall(r"\\\w+", command))

    def _uid_move(self, command: str) -> str | None:
        uid, name = int(command.split()[2]), command.split('"')[1]
        if name not in self.box.folders:
            return "NO none"
        self.box.folders[name][uid] = self.folder.pop(uid)
        return None

    def _logout(self, command: str) -> None:
        self._say("* BYE")


@contextmanager
def mail_server() -> Iterator[MailServer]:
    box = MailServer()
    handler = type("Session", (_Session,), {"box": box})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), handler) as server:
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield box
        server.shutdown()
        thread.join()
