"""How many issues have another title, end or are new after a refit of the product, when a tenth more was said."""

import csv
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from random import Random

import numpy as np

from feedback.demo import voices
from insights.grouping import regroup
from insights.statement_arrays import IssueArrays, StatementArrays
from nlp.clean.statement_kinds import kind
from nlp.embed.embedder import Embedder
from nlp.embed.strata import stratum_of
from nlp.group import topics
from tests.bench import Report, Row, corpus

MOST = 4_000
GROWTH = 0.1
ORDERS = 2
CORPORA = ("banking77.csv", "insurance.csv", "nhs_comments.csv")

Texts = list[str]


@dataclass(frozen=True, slots=True)
class NamedIssues:
    """Issues as the store would have them after a refit, and the titles that they bear."""

    arrays: IssueArrays
    titles: Mapping[uuid.UUID, str]


NO_ISSUES = NamedIssues(IssueArrays([], np.zeros((0, 0), np.float32), np.zeros(0, np.float32), [], []), {})


def run(report: Report) -> None:
    embedder, sources = Embedder(), {**{name: _of_corpus(name) for name in CORPORA}, "blue badges of the demo": _demo}
    report.table(
        "titles after a refit with a tenth more",
        [_row(embedder, name, said(order), order) for name, said in sources.items() for order in range(ORDERS)],
    )


def _of_corpus(name: str) -> Callable[[int], Texts]:
    def said(order: int) -> Texts:
        with corpus(name).open(newline="", encoding="utf-8") as file:
            texts = [row["text"] for row in csv.DictReader(file)]
        return [texts[row] for row in np.random.default_rng(order).permutation(len(texts))[:MOST]]

    return said


def _demo(order: int) -> Texts:
    rng = Random(order)
    return [said.text for said in (voices.anything("blue-badge", "web", rng) for _ in range(MOST)) if not said.language]


def _row(embedder: Embedder, name: str, texts: Texts, order: int) -> Row:
    size = int(len(texts) / (1 + GROWTH))
    said = _statements(embedder, texts)
    before, assigned = _refit(embedder, _first(said, size), NO_ISSUES)
    joined = [_joined(said, row, before.arrays) for row in range(size, len(texts))]
    after, _ = _refit(embedder, replace(said, issues=[*assigned, *joined]), before)
    known, stay = before.titles, before.titles.keys() & after.titles.keys()
    changed = sum(known[it] != after.titles[it] for it in stay)
    return {
        "corpus": name,
        "order": order,
        "statements": len(texts),
        "issues": len(known),
        "another title": changed,
        "ended": len(known) - len(stay),
        "new": len(after.titles) - len(stay),
        "share of another title": changed / len(known),
        "share that changed or ended": (changed + len(known) - len(stay)) / len(known),
    }


def _statements(embedder: Embedder, texts: Texts) -> StatementArrays:
    rows = len(texts)
    return StatementArrays(
        ids=np.arange(rows, dtype=np.int64),
        vectors=embedder.encode(texts),
        texts=texts,
        issues=[None] * rows,
        strata=[stratum_of("en", kind(text)) for text in texts],
        languages=["en"] * rows,
        mapped=np.zeros(rows, bool),
    )


def _first(said: StatementArrays, size: int) -> StatementArrays:
    return StatementArrays(
        said.ids[:size],
        said.vectors[:size],
        said.texts[:size],
        said.issues[:size],
        said.strata[:size],
        said.languages[:size],
        said.mapped[:size],
    )


def _refit(embedder: Embedder, said: StatementArrays, known: NamedIssues) -> tuple[NamedIssues, list[uuid.UUID | None]]:
    """As `refit_store` stores it: a title stays unless the meaning of its issue has moved."""
    trained = regroup.train(said, list(known.titles.values()), encode=embedder.encode)
    done = regroup.settle(said, known.arrays, trained)
    middles = dict(zip(known.arrays.ids, known.arrays.centroids, strict=True))
    titles = {
        it.id: it.topic.title if it.is_new or regroup.has_moved(it.topic, middles[it.id]) else known.titles[it.id]
        for it in done.issues
    }
    arrays = IssueArrays(
        [it.id for it in done.issues],
        np.array([it.topic.centroid for it in done.issues], np.float32),
        np.array([it.topic.radius for it in done.issues], np.float32),
        [it.stratum for it in done.issues],
        ["here"] * len(done.issues),
    )
    return NamedIssues(arrays, titles), done.assigned


def _joined(said: StatementArrays, row: int, issues: IssueArrays) -> uuid.UUID | None:
    """The issue that a new statement lies within, as soon as it is cleaned."""
    mine = [place for place, its in enumerate(issues.strata) if its == said.strata[row]]
    [place], _ = topics.join(said.vectors[row : row + 1], issues.centroids[mine], issues.radii[mine])
    return issues.ids[mine[place]] if mine and place >= 0 else None
