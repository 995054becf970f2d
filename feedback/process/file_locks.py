"""Locks that end with whoever holds them, however they end: `flock` on files in a server's folder."""

import fcntl
import os
from pathlib import Path
from typing import IO


def lock_file(path: Path) -> IO[bytes]:
    """Open, not locked; a child that inherits the descriptor holds the lock too."""
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_CREAT, 0o600), "rb")


def is_mine(file: IO[bytes]) -> bool:
    """Take the lock for oneself, unless anybody else has it or shares it."""
    return _take(file, fcntl.LOCK_EX)


def take(file: IO[bytes]) -> None:
    """Wait for the lock, and have it for oneself."""
    fcntl.flock(file, fcntl.LOCK_EX)


def is_shared(file: IO[bytes]) -> bool:
    """Take a share in the lock, unless anybody has it for themselves."""
    return _take(file, fcntl.LOCK_SH)


def share(file: IO[bytes]) -> None:
    """Wait for a share in the lock."""
    fcntl.flock(file, fcntl.LOCK_SH)


def release(file: IO[bytes]) -> None:
    """Give up whatever one has of it."""
    fcntl.flock(file, fcntl.LOCK_UN)


def _take(file: IO[bytes], how: int) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
