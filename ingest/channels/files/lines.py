"""The lines of a text, counted, so that each row knows where it begins; and the rows that are made of them."""

from collections import deque
from dataclasses import dataclass
from typing import IO, Final

_LONGEST: Final = 1_000_000
"""Characters of one line; what is longer is cut, and then fails as a row."""


MOST_COLUMNS: Final = 2_000
"""Of a table. Millions would keep busy whoever looks for the header among them, and every row is filled up to them."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row as it was read.

    `line` is where it begins, from 1. `fault` says what is wrong with it, without its words.
    """

    line: int
    cells: list[str]
    fault: str | None = None


class Lines:
    """Lines that are counted, and can be put back."""

    def __init__(self, text: IO[str]) -> None:
        self.number = 0
        self._text = text
        self._back: deque[str] = deque()

    def next(self) -> str | None:
        """Takes the next line with its end; None at the end of the text."""
        line = self._back.popleft() if self._back else self._read()
        self.number += bool(line)
        return line or None

    def put_back(self, lines: list[str]) -> None:
        """Makes these, which were taken last, the next ones again."""
        self._back.extendleft(reversed(lines))
        self.number -= len(lines)

    def after_blank_ones(self) -> str:
        """Looks at the next line that says something, without taking it; empty where there is none."""
        line = self.next()
        while line is not None and not line.strip():
            line = self.next()
        if line is None:
            return ""
        self.put_back([line])
        return line

    def _read(self) -> str:
        line = rest = self._text.readline(_LONGEST)
        while len(rest) == _LONGEST and not rest.endswith(("\n", "\r")):
            rest = self._text.readline(_LONGEST)
        return line
