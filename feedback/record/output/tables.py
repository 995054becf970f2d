"""Tables for spreadsheets (CSV, RFC 4180): nothing in them is a formula, whatever a citizen wrote."""

import csv
import re
import unicodedata
from collections.abc import Iterable
from typing import IO

LEADING = re.compile("[\\s\"'“”‘’«»\u00ad\u200b-\u200f\u2060\ufeff]*")
"""What programs pass over before they look for a formula."""

FORMULA_STARTS = ("=", "+", "-", "@", "\u2212")
CELL_STARTS = ("\t", "\r", "\n")  # what some programs take for the start of another cell


SPLITS_CELLS = re.compile(rf"([;\t\r\n]{LEADING.pattern}+)(?=(.?))")
"""What begins a cell for a program that splits lines at other signs than ours: to it our quotes are signs of the text.

A line's end and a tab do for every such program, a semicolon where a comma parts decimals. It goes on while what
programs pass over goes on (possessively, or bait would keep it busy), and tells the sign after that.
"""


def inert(text: str) -> str:
    """Marks a cell as text by an apostrophe where a spreadsheet may take it for a formula (OWASP, "CSV Injection")."""
    is_formula = _starts_formula(LEADING.sub("", text, count=1)[:1])
    return f"'{text}" if is_formula or text.startswith(CELL_STARTS) else text


def _starts_formula(sign: str) -> bool:
    """Full-width and other forms of the signs count as the signs, as some programs read them so."""
    return unicodedata.normalize("NFKC", sign).startswith(FORMULA_STARTS)


def as_written(cell: str) -> str:
    """Takes the apostrophes away by which a cell of ours, or of another who is careful, was marked as text."""
    whole = SPLITS_CELLS.sub(_without_mark, cell)
    return whole[1:] if whole.startswith("'") and inert(whole[1:]) == whole else whole


def _with_mark(split: re.Match[str]) -> str:
    return f"{split[1]}'" if _starts_formula(split[2]) else split[1]


def _without_mark(split: re.Match[str]) -> str:
    return split[1].removesuffix("'") if _starts_formula(split[2]) else split[1]


MARK = "\ufeff"
"""What a table for people begins with, or Excel takes its UTF-8 for another code page."""


class TableWriter:
    """Writes rows into a file that is open as text without translation of line ends (`newline=""`).

    With `marked` it begins with the mark by which Excel knows UTF-8: for tables that people open.
    """

    def __init__(self, file: IO[str], delimiter: str = ",", *, marked: bool = False) -> None:
        if marked:
            file.write(MARK)
        self._writer = csv.writer(file, delimiter=delimiter)

    def row(self, cells: Iterable[object]) -> None:
        """Writes a row; an empty cell for None, numbers as they are, all else as inert text."""
        self._writer.writerow(["" if cell is None else _written(cell) for cell in cells])


def _written(cell: object) -> object:
    return cell if isinstance(cell, int | float) else SPLITS_CELLS.sub(_with_mark, inert(str(cell)))
