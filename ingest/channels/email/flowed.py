"""Flowed text (RFC 3676): lines that were broken for the screen are put together again."""

import re
from typing import Final

_QUOTES: Final = re.compile(r">*")
_SIGNATURE: Final = "-- "


def unflowed(text: str, without_space: bool) -> str:
    """Joins each line that ends in a space with the next of its depth; `without_space` is what `delsp=yes` asks for."""
    lines: list[str] = []
    depth_before, flows = "", False
    for line in text.split("\n"):
        depth = _QUOTES.match(line)[0]  # type: ignore[index]  # it matches whatever there is
        words = line[len(depth) :].removeprefix(" ")
        if flows and depth == depth_before and words != _SIGNATURE:
            lines[-1] = (lines[-1][:-1] if without_space else lines[-1]) + words
        else:
            lines.append(f"{depth} {words}" if depth else words)
        depth_before, flows = depth, words.endswith(" ") and words != _SIGNATURE
    return "\n".join(lines)
