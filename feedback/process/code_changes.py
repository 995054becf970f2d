"""Tells when code changed, so that developers see what they wrote at work."""

import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

SUFFIXES = frozenset((".py", ".html", ".css", ".js", ".toml", ".txt"))
POLL_SECONDS = 0.5


def code_changes(folders: Sequence[Path]) -> Iterator[list[Path]]:
    """Yields the files below these folders that were added, changed or deleted, for ever, as soon as there are any."""
    before = _modified(folders)
    while True:
        time.sleep(POLL_SECONDS)
        now = _modified(folders)
        if now != before:
            yield sorted(path for path in now.keys() | before.keys() if now.get(path) != before.get(path))
        before = now


def _modified(folders: Sequence[Path]) -> Mapping[Path, int]:
    """When each file was last modified, in nanoseconds."""
    found = {}
    for folder in folders:
        for path in folder.rglob("*"):
            if path.suffix in SUFFIXES:
                try:
                    found[path] = path.stat().st_mtime_ns
                except FileNotFoundError:  # deleted meanwhile
                    continue
    return found
