"""One spreadsheet of comments, no set-up: the walk's clean and group over a file, and a report to read.

Writes `feedback.csv` (the rows that came, with `issue_id`, `issue_title` and `redacted_text`) and `report.html`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from feedback.process.progress import Progress
from feedback.record.errors import Malformed
from feedback.record.output.files import write_whole
from nlp.clean.cleaner import Cleaned, CleanStatement
from nlp.embed import context
from nlp.embed.checkpoint import UnusableModel
from nlp.embed.multilingual import MultilingualEmbedder
from nlp.embed.strata import Stratum, is_mapped, stratum_of
from nlp.embed.vectors import Floats
from nlp.group import codebook as frames
from nlp.group import hierarchy, praise, topics
from nlp.group.loose import parting
from workers.file_tools import parallel_clean, report, spreadsheet

ADDED_COLUMNS = ("issue_id", "issue_title", "issue_tone", "redacted_text")
MIN_PRAISE_SHARE = 0.05
"""Where less is praise, most of it only reads like praise; it is grouped with the rest."""
MIN_LANGUAGE_SHARE = 0.005
"""A language of fewer statements is mostly English misread ("Non - judgmental, efficient."), and grouped with it."""
_TEXTS_AT_ONCE = 4_096

Breadth = Literal["detail", "issue", "theme"]
"""How broad the groups of a file are."""


@dataclass(frozen=True, slots=True)
class AnalysedStatements:
    """n statements of r rows. `row_of`: (n,); `vectors`: (n, d); `wholes`: (r, d), of the whole texts.

    `mapped`: (n,) whose vectors come from another encoder by a map.
    """

    texts: list[str]
    strata: list[Stratum]
    languages: list[str]
    mapped: NDArray[np.bool_]
    row_of: NDArray[np.int64]
    vectors: NDArray[np.float32]
    wholes: NDArray[np.float32]


def analyse(
    source: Path,
    target: Path,
    *,
    text_column: str | Sequence[str] = "text",
    frame: Path | None = None,
    breadth: Breadth = "issue",
    model: Path | None = None,
    multilingual: Path | None = None,
    progress: Progress = lambda step, done, total: None,
) -> report.Analysis:
    """Read `source`, any file that can be imported; write `feedback.csv` and `report.html` into the folder `target`.

    `text_column`: the column of the texts, or several. `frame`: a table of the analyst's own themes: a name, then
    descriptions or examples in further columns or further rows of the same name. `breadth`: whether groups are
    issues, the broad themes that these are parts of, or the parts of those that no statement tells. `model`: the folder
    of another embedding model. Raises Malformed when a file cannot be read or lacks the column, or the folder holds no
    model.
    """
    columns = [text_column] if isinstance(text_column, str) else list(text_column)
    table = spreadsheet.read(source, columns)
    texts = table.texts(columns)
    themes = _themes(frame) if frame else {}
    target.mkdir(mode=0o700, parents=True, exist_ok=True)  # before minutes of work that could not be written there
    embedder = _embedder(model, multilingual)
    cleaned = parallel_clean.clean(texts, lambda done, total: progress("clean", done, total))
    said = _said(embedder, cleaned, progress)
    progress("group", 0, 1)
    analysis = _analysis(source.name, embedder, cleaned, said, themes, breadth)
    progress("group", 1, 1)
    spreadsheet.write(
        target / "feedback.csv", table, ADDED_COLUMNS, [_cells(analysis, row) for row in range(len(cleaned))]
    )
    write_whole(target / "report.html", report.render(analysis))
    return analysis


def _themes(path: Path) -> dict[str, list[str]]:
    themes: dict[str, list[str]] = {}
    for name, *words in ([cell.strip() for cell in row] for row in spreadsheet.read(path).rows):
        if name:
            themes.setdefault(name, [name]).extend(word for word in words if word)
    if not themes:
        raise Malformed(f"{path.name} names no theme")
    return themes


def _embedder(folder: Path | None, other: Path | None) -> MultilingualEmbedder:
    try:
        return MultilingualEmbedder(folder, other)
    except UnusableModel as failure:
        raise Malformed(str(failure)) from failure


def _said(embedder: MultilingualEmbedder, cleaned: Sequence[Cleaned], progress: Progress) -> AnalysedStatements:
    """Every statement but filler, and the whole texts; a text of one statement is that statement."""
    said = [(row, it) for row, one in enumerate(cleaned) for it in one.statements if not it.filler]
    row_of = np.array([row for row, _ in said], np.int64)
    several = np.flatnonzero(np.bincount(row_of, minlength=len(cleaned)) > 1)
    texts = [it.text for _, it in said]
    spoken = [it.language for _, it in said]
    whole = [cleaned[row] for row in several.tolist()]
    everything = [*zip(texts, spoken, strict=True), *((one.text, one.language) for one in whole)]
    embedded = _embed(embedder, everything, progress)
    wholes = np.zeros((len(cleaned), embedder.dimensions), np.float32)
    wholes[row_of] = embedded[: len(texts)]
    wholes[several] = embedded[len(texts) :]
    vectors = embedded[: len(texts)]
    strata = _strata([it for _, it in said], vectors, embedder.embedded_by)
    mapped = np.array([is_mapped(embedder.embedded_by(language)) for language in spoken], bool)
    return AnalysedStatements(texts, strata, spoken, mapped, row_of, vectors, wholes)


def _strata(said: Sequence[CleanStatement], vectors: Floats, embedded_by: Callable[[str], str]) -> list[Stratum]:
    languages, few = Counter(it.language for it in said), MIN_LANGUAGE_SHARE * len(said)
    praised = sum(it.kind == "praise" for it in said) >= MIN_PRAISE_SHARE * len(said)
    spoken = [it.language if languages[it.language] >= few else "en" for it in said]
    strata = [stratum_of(language, it.kind, embedded_by(language)) for it, language in zip(said, spoken, strict=True)]
    if not praised:
        return [stratum._replace(praise=False) for stratum in strata]
    return praise.parted(strata, vectors, spoken, [it.kind for it in said], [it.severity for it in said])


def _embed(embedder: MultilingualEmbedder, texts: Sequence[tuple[str, str]], progress: Progress) -> NDArray[np.float32]:
    """The vectors of texts in their languages, (n, d); what many said in the same words is embedded once."""
    place = {text: at for at, text in enumerate(dict.fromkeys(texts))}
    distinct, parts = list(place), [np.zeros((0, embedder.dimensions), np.float32)]
    for begin in range(0, len(distinct), _TEXTS_AT_ONCE):
        said, spoken = zip(*distinct[begin : begin + _TEXTS_AT_ONCE], strict=True)
        parts.append(embedder.encode(said, spoken))
        progress("embed", begin + len(parts[-1]), len(distinct))
    return np.concatenate(parts)[[place[text] for text in texts]]


def _analysis(
    name: str,
    embedder: MultilingualEmbedder,
    cleaned: list[Cleaned],
    said: AnalysedStatements,
    themes: dict[str, list[str]],
    breadth: Breadth,
) -> report.Analysis:
    vectors = context.in_context(said.vectors, said.wholes, said.row_of)
    framed = frames.place(said.vectors, [embedder.encode(words) for words in themes.values()])
    labels = _labels(vectors, said, framed, breadth)
    praised = [stratum.praise for stratum in said.strata]
    found = topics.describe(
        vectors, said.texts, labels, encode=embedder.encode, praised=praised, languages=said.languages
    )
    found = _named(found, said, framed, list(themes))
    main = context.main(said.vectors, said.wholes, said.row_of, found.labels)
    rows = np.where(main >= 0, np.append(found.labels, -1)[main], -1)
    return report.Analysis(name, cleaned, said.texts, said.row_of, vectors, found, rows)


def _labels(
    vectors: NDArray[np.float32], said: AnalysedStatements, framed: NDArray[np.int32], breadth: Breadth
) -> NDArray[np.int32]:
    """The frame first; what does not fit is grouped, each stratum by itself."""
    labels = framed.copy()
    for stratum in sorted(set(said.strata)):
        rest = np.array([it for it, its in enumerate(said.strata) if its == stratum and framed[it] < 0], np.int64)
        texts = [said.texts[it] for it in rest]
        mine = topics.group(
            vectors[rest],
            texts,
            mapped=said.mapped[rest],
            pieces=said.row_of[rest],
            alone=said.vectors[rest],
            whole=breadth == "detail",
        )
        if breadth == "theme":
            mine = hierarchy.broadened(vectors[rest], mine)
        elif breadth == "detail":
            mine = parting.part(vectors[rest], mine)
        labels[rest] = np.where(mine >= 0, mine + labels.max(initial=-1) + 1, -1)
    return labels


def _named(
    found: topics.Topics, said: AnalysedStatements, framed: NDArray[np.int32], names: Sequence[str]
) -> topics.Topics:
    """Topics of the frame bear the analyst's names, and are what the analyst asked for, praise or filler or not."""

    def named(topic: topics.Topic) -> topics.Topic:
        first = topic.members[0]
        if framed[first] >= 0:
            return replace(topic, title=names[framed[first]], tone="issue")
        return replace(topic, tone="praise") if said.strata[first].praise else topic

    return replace(found, topics=tuple(map(named, found.topics)))


def _cells(analysis: report.Analysis, row: int) -> tuple[str, str, str, str]:
    number, text = int(analysis.rows[row]), analysis.cleaned[row].text
    if number < 0:
        return "", "", "", text
    topic = analysis.found.topics[number]
    return str(number + 1), topic.title, topic.tone, text
