"""One spreadsheet of comments, no set-up: the walk's clean and group over a file, and a report to read.

Writes `feedback.csv` (the rows that came, with `issue_id`, `issue_title` and `redacted_text`) and `report.html`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from feedback.record.errors import Malformed
from nlp import context, topics
from nlp import frame as frames
from nlp.checkpoint import UnusableModel
from nlp.cleaning import Cleaned
from nlp.embed import Embedder
from workers import many, report, sheet

ADDED = ("issue_id", "issue_title", "redacted_text")
EMBEDDED_WELL = {"en", "unknown"}
"""What the model was trained on; every other language is grouped among its own kind."""
_BATCH = 4_096

Floats = NDArray[np.float32]
Labels = NDArray[np.int32]


class Progress(Protocol):
    """Told how far a step is: `done` of `total` pieces."""

    def __call__(self, step: str, done: int, total: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Said:
    """n statements of r rows. `row_of`: (n,); `vectors`: (n, d); `wholes`: (r, d), of the whole texts."""

    texts: list[str]
    kinds: list[str]
    row_of: NDArray[np.int64]
    vectors: Floats
    wholes: Floats


def analyse(
    source: Path,
    target: Path,
    *,
    text_column: str = "text",
    frame: Path | None = None,
    model: Path | None = None,
    progress: Progress = lambda step, done, total: None,
) -> report.Analysis:
    """Read the CSV `source`, write `feedback.csv` and `report.html` into the folder `target`.

    `frame`: a CSV of the analyst's own themes: a name, then descriptions or examples in further columns or further rows
    of the same name. `model`: the folder of another embedding model. Raises Malformed when a file is no CSV or lacks
    the column, or the folder holds no model.
    """
    table = sheet.read(source)
    texts = table.texts(text_column)
    themes = _themes(frame) if frame else {}
    embedder = _embedder(model)
    cleaned = many.clean(texts, lambda done, total: progress("clean", done, total))
    said = _said(embedder, cleaned, progress)
    progress("group", 0, 1)
    analysis = _analysis(source.name, embedder, cleaned, said, themes)
    progress("group", 1, 1)
    target.mkdir(parents=True, exist_ok=True)
    sheet.write(target / "feedback.csv", table, ADDED, [_cells(analysis, row) for row in range(len(cleaned))])
    (target / "report.html").write_text(report.render(analysis), encoding="utf-8")
    return analysis


def _themes(path: Path) -> dict[str, list[str]]:
    themes: dict[str, list[str]] = {}
    for name, *words in ([cell.strip() for cell in row] for row in sheet.read(path).rows):
        if name:
            themes.setdefault(name, [name]).extend(word for word in words if word)
    if not themes:
        raise Malformed(f"{path.name} names no theme")
    return themes


def _embedder(folder: Path | None) -> Embedder:
    try:
        return Embedder(folder)
    except UnusableModel as failure:
        raise Malformed(str(failure)) from failure


def _said(embedder: Embedder, cleaned: Sequence[Cleaned], progress: Progress) -> Said:
    """Every statement but filler, and the whole texts; a text of one statement is that statement."""
    said = [(row, it) for row, one in enumerate(cleaned) for it in one.statements if not it.filler]
    row_of = np.array([row for row, _ in said], np.int64)
    several = np.flatnonzero(np.bincount(row_of, minlength=len(cleaned)) > 1)
    texts = [it.text for _, it in said]
    embedded = _embed(embedder, [*texts, *(cleaned[row].text for row in several.tolist())], progress)
    wholes = np.zeros((len(cleaned), embedder.dimensions), np.float32)
    wholes[row_of] = embedded[: len(texts)]
    wholes[several] = embedded[len(texts) :]
    kinds = ["en" if it.language in EMBEDDED_WELL else it.language for _, it in said]
    return Said(texts, kinds, row_of, embedded[: len(texts)], wholes)


def _embed(embedder: Embedder, texts: Sequence[str], progress: Progress) -> Floats:
    parts = [np.zeros((0, embedder.dimensions), np.float32)]
    for begin in range(0, len(texts), _BATCH):
        parts.append(embedder.encode(texts[begin : begin + _BATCH]))
        progress("embed", begin + len(parts[-1]), len(texts))
    return np.concatenate(parts)


def _analysis(
    name: str, embedder: Embedder, cleaned: list[Cleaned], said: Said, themes: dict[str, list[str]]
) -> report.Analysis:
    vectors = context.in_context(said.vectors, said.wholes, said.row_of)
    framed = frames.place(said.vectors, [embedder.encode(words) for words in themes.values()])
    labels = _labels(vectors, said, framed)
    found = topics.describe(vectors, said.texts, labels, encode=embedder.encode)
    found = _named(found, framed, list(themes))
    kept = np.array([not topic.filler for topic in found.topics] + [False])
    main = context.main(said.vectors, said.wholes, said.row_of, np.where(kept[found.labels], found.labels, -1))
    rows = np.where(main >= 0, np.append(found.labels, -1)[main], -1)
    return report.Analysis(name, cleaned, said.texts, said.row_of, vectors, found, np.where(kept[rows], rows, -1))


def _labels(vectors: Floats, said: Said, framed: Labels) -> Labels:
    """The frame first; what does not fit is grouped, each group of languages by itself."""
    labels = framed.copy()
    for kind in sorted(set(said.kinds)):
        rest = np.array([it for it, its in enumerate(said.kinds) if its == kind and framed[it] < 0], np.int64)
        mine = topics.group(vectors[rest], [said.texts[it] for it in rest])
        labels[rest] = np.where(mine >= 0, mine + labels.max(initial=-1) + 1, -1)
    return labels


def _named(found: topics.Topics, framed: Labels, names: Sequence[str]) -> topics.Topics:
    """Topics of the frame bear the analyst's names, and are what the analyst asked for, filler or not."""
    own = [int(framed[topic.members[0]]) for topic in found.topics]
    return replace(
        found,
        topics=tuple(
            topic if place < 0 else replace(topic, title=names[place], filler=False)
            for topic, place in zip(found.topics, own, strict=True)
        ),
    )


def _cells(analysis: report.Analysis, row: int) -> tuple[str, str, str]:
    topic = int(analysis.rows[row])
    if topic < 0:
        return "", "", analysis.cleaned[row].text
    return str(topic + 1), analysis.found.topics[topic].title, analysis.cleaned[row].text
