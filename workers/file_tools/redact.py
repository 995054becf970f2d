"""The command `feedback redact`: JSON lines with `id` and `text` in; `id`, `text` and `spans` out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from feedback.record.output.files import whole_file
from nlp.clean.cleaner import Cleaner

TEXTS_AT_ONCE = 256


class TextLine(msgspec.Struct):
    """A line of the input."""

    id: Any
    text: str


def redact_file(source: Path, target: Path, progress: Callable[[int], None]) -> int:
    """Redact a file line by line and return how many lines that were; `progress` is told how many are done.

    Raises `msgspec.DecodeError` for a line that is none. The target is complete or absent.
    """
    cleaner, done = Cleaner(), 0
    with whole_file(target) as out:
        for lines in _batches(source):
            found = cleaner.redact([line.text for line in lines])
            for line, (text, spans) in zip(lines, found, strict=True):
                out.write(msgspec.json.encode({"id": line.id, "text": text, "spans": spans}).decode() + "\n")
            done += len(lines)
            progress(done)
    return done


def _batches(source: Path) -> Iterator[list[TextLine]]:
    read = msgspec.json.Decoder(TextLine)
    with source.open("rb") as file:
        lines = (read.decode(line) for line in file if line.strip())
        while batch := list(islice(lines, TEXTS_AT_ONCE)):
            yield batch
