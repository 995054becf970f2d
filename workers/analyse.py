"""One spreadsheet of comments, no set-up: the walk's clean and group over a file, and a report to read.

Writes `feedback.csv` (the rows that came, with `issue_id`, `issue_title` and `redacted_text`) and `report.html`.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from feedback.record.errors import Malformed
from nlp import context, topics
from nlp.cleaning import Cleaned, Cleaner
from nlp.embed import Embedder
from workers import report

ADDED = ("issue_id", "issue_title", "redacted_text")
_BATCH = 512


class Progress(Protocol):
    """Told how far a step is: `done` of `total` pieces."""

    def __call__(self, step: str, done: int, total: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Sheet:
    """A spreadsheet as it came; rows may be shorter or longer than the header."""

    columns: list[str]
    rows: list[list[str]]
    delimiter: str

    def texts(self, column: str) -> list[str]:
        if column not in self.columns:
            raise Malformed(f"no column {column!r}; there are {', '.join(map(repr, self.columns)) or 'none'}")
        place = self.columns.index(column)
        return [row[place] if place < len(row) else "" for row in self.rows]


@dataclass(frozen=True, slots=True)
class Analysis:
    """What was found. `rows`: for each row the topic of its main statement, -1 for none."""

    cleaned: list[Cleaned]
    statements: list[str]
    row_of: NDArray[np.int64]
    vectors: NDArray[np.float32]
    found: topics.Topics
    rows: NDArray[np.int64]


def analyse(
    source: Path,
    target: Path,
    *,
    text_column: str = "text",
    frame: Path | None = None,
    progress: Progress = lambda step, done, total: None,
) -> Analysis:
    """Read the CSV `source`, write `feedback.csv` and `report.html` into the folder `target`.

    Raises Malformed when the file is no CSV or lacks the column.
    """
    sheet = read(source)
    cleaned = _clean(sheet.texts(text_column), progress)
    analysis = _group(cleaned, progress)
    target.mkdir(parents=True, exist_ok=True)
    _write(target / "feedback.csv", sheet, analysis)
    (target / "report.html").write_text(report.render(source.name, analysis), encoding="utf-8")
    return analysis


def read(path: Path) -> Sheet:
    """The rows of a CSV, whichever of comma, semicolon and tab its header is divided by."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as handle:
            header = handle.readline()
            delimiter = max(",;\t", key=header.count)
            handle.seek(0)
            rows = list(csv.reader(handle, delimiter=delimiter))
    except (UnicodeDecodeError, csv.Error) as failure:
        raise Malformed(f"{path.name} cannot be read as CSV in UTF-8") from failure
    if not rows:
        raise Malformed(f"{path.name} is empty")
    return Sheet(rows[0], [row for row in rows[1:] if row], delimiter)


def _clean(texts: Sequence[str], progress: Progress) -> list[Cleaned]:
    cleaner, cleaned = Cleaner(), []
    for begin in range(0, len(texts), _BATCH):
        cleaned += cleaner.clean(texts[begin : begin + _BATCH])
        progress("clean", len(cleaned), len(texts))
    return cleaned


def _group(cleaned: Sequence[Cleaned], progress: Progress) -> Analysis:
    said = [(row, it.text) for row, one in enumerate(cleaned) for it in one.statements if not it.filler]
    statements = [text for _, text in said]
    row_of = np.array([row for row, _ in said], np.int64)
    embedder = Embedder()
    vectors, wholes = _vectors(embedder, cleaned, statements, row_of, progress)
    progress("group", 0, 1)
    found = topics.fit(context.in_context(vectors, wholes, row_of), statements, encode=embedder.encode)
    progress("group", 1, 1)
    main = context.main(vectors, wholes, row_of, found.labels)
    rows = np.where(main >= 0, np.append(found.labels, np.int32(-1))[main], -1)
    return Analysis(list(cleaned), statements, row_of, vectors, found, rows)


def _vectors(
    embedder: Embedder,
    cleaned: Sequence[Cleaned],
    statements: Sequence[str],
    row_of: NDArray[np.int64],
    progress: Progress,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Of the statements, and of the whole texts; a text of one statement is that statement."""
    several = np.flatnonzero(np.bincount(row_of, minlength=len(cleaned)) > 1)
    embedded = _embed(embedder, [*statements, *(cleaned[row].text for row in several.tolist())], progress)
    vectors = embedded[: len(statements)]
    wholes = np.zeros((len(cleaned), embedder.dimensions), np.float32)
    wholes[row_of] = vectors
    wholes[several] = embedded[len(statements) :]
    return vectors, wholes


def _embed(embedder: Embedder, statements: Sequence[str], progress: Progress) -> NDArray[np.float32]:
    parts = [np.zeros((0, embedder.dimensions), np.float32)]
    for begin in range(0, len(statements), 8 * _BATCH):
        parts.append(embedder.encode(statements[begin : begin + 8 * _BATCH]))
        progress("embed", begin + len(parts[-1]), len(statements))
    return np.concatenate(parts)


def _write(path: Path, sheet: Sheet, analysis: Analysis) -> None:
    kept = [place for place, column in enumerate(sheet.columns) if column not in ADDED]
    with path.open("w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle, delimiter=sheet.delimiter)
        writer.writerow([*(sheet.columns[place] for place in kept), *ADDED])
        for row, topic, one in zip(sheet.rows, analysis.rows, analysis.cleaned, strict=True):
            issue = ("", "") if topic < 0 else (str(topic + 1), analysis.found.topics[topic].title)
            writer.writerow([*(row[place] if place < len(row) else "" for place in kept), *issue, one.text])
