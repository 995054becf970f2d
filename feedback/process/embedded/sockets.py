"""Where clients find a server's Unix socket, whose whole path may not be longer than the kernel allows."""

import hashlib
import os
import tempfile
from pathlib import Path

from feedback.record.errors import Unavailable

LONGEST = 103  # bytes; macOS allows one fewer than 104, Linux one fewer than 108


def reachable(folder: Path, socket: str) -> Path:
    """Return the folder, or where its path is too long for `socket` in it, a short link to it in a private folder."""
    folder = folder.absolute()
    if _fits(folder, socket):
        return folder
    name = f"feedback-{os.geteuid()}-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]}"
    candidates = (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/tmp")  # noqa: S108  (made private below)
    for parent in (Path(path) for path in candidates if path):
        if parent.is_dir() and _fits(parent / name / "to", socket):
            return _link(parent / name, folder)
    raise Unavailable(f"The path {folder} is too long for a socket; set FEEDBACK_DATA to a shorter one.")


def _fits(folder: Path, socket: str) -> bool:
    return len(os.fsencode(folder / socket)) <= LONGEST


def _link(private: Path, folder: Path) -> Path:
    private.mkdir(mode=0o700, exist_ok=True)
    found = private.lstat()
    if private.is_symlink() or found.st_uid != os.geteuid() or found.st_mode & 0o077:
        raise Unavailable(f"{private} is not ours alone; remove it, or set FEEDBACK_DATA to a shorter path.")
    link = private / "to"  # its name tells what it points to, so one that is there is right
    if not link.is_symlink():
        link.symlink_to(folder)
    return link
