"""A maildir (D. J. Bernstein's): a file a mail, told as read by the flags behind its name."""

from collections.abc import Iterator
from pathlib import Path

from feedback.record.errors import NotFound
from ingest.channels.email.mailboxes.taking_in import LARGEST_MAIL_BYTES, UnreadMail

SEEN, FLAGGED = "S", "F"


def unread_mails(folder: Path) -> Iterator[UnreadMail]:
    """Return those that nobody has read, the oldest first. Raises `NotFound` where there is no maildir."""
    if not all((folder / name).is_dir() for name in ("new", "cur")):
        raise NotFound(f"{folder} is no maildir: it lacks new or cur")
    unread = [path for name in ("new", "cur") for path in (folder / name).iterdir() if _waits(path)]
    for path in sorted(unread, key=lambda path: path.name):
        try:
            with path.open("rb") as file:
                body = file.read(LARGEST_MAIL_BYTES + 1)
        except FileNotFoundError:
            continue  # a mail program took it meanwhile
        yield UnreadMail(body, lambda bad, path=path: _settle(folder, path, bad))  # type: ignore[misc]


def _waits(path: Path) -> bool:
    return path.is_file() and not path.name.startswith(".") and SEEN not in _flags(path)


def _flags(path: Path) -> str:
    return path.name.partition(":2,")[2]


def _settle(folder: Path, path: Path, bad: bool) -> None:
    flags = set(_flags(path)) | {SEEN} | ({FLAGGED} if bad else set())
    name = path.name.partition(":2,")[0]
    path.rename(folder / "cur" / f"{name}:2,{''.join(sorted(flags))}")
