"""Files that we write: whole or not at all, and for their owner alone, as they hold what citizens wrote, or secrets."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

OTHERS = 0o077
"""The permissions that nobody but the owner gets, as a mask for `os.umask`."""


@contextmanager
def whole_file(path: Path) -> Iterator[IO[str]]:
    """Opens a new file as text in UTF-8, with line ends as written; it takes its name once the block has ended well.

    Its mode is 0600, whatever that of a file which it replaces. A pipe or a device is written to as it is.
    """
    path = path.resolve()
    if path.exists() and not path.is_file():
        with path.open("w", encoding="utf-8", newline="") as file:
            yield file
        return
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(number, "w", encoding="utf-8", newline="") as file:
            yield file
        Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)


def write_whole(path: Path, text: str) -> None:
    """Writes a text as a `whole_file`."""
    with whole_file(path) as file:
        file.write(text)
