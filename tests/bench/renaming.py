"""How many issues have another title, end or are new after a refit of the product, when a tenth more was said."""

import csv
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from random import Random

import numpy as np

from feedback.demo import voices
from insights.grouping import regroup
from insights.grouping.assignment import assign
from insights.statement_arrays import IssueArrays, StatementArrays
from nlp.clean.statement_kinds import kind
from nlp.embed.embedder import Embedder
from nlp.embed.strata import stratum_of
from tests.bench import Report, Row, corpus

MOST = 4_000
GROWTH = 0.1
ORDERS = 2
CORPORA = ("banking77.csv", "insurance.csv", "nhs_comments.csv")
DATED = "nhs_dated_2010_2013.csv"
DEMO = ("bins-and-recycling", "blue-badge", "council-tax", "licence-renewal")

Texts = list[str]


@dataclass(frozen=True, slots=True)
class NamedIssues:
    """Issues as the store would have them after a refit, and the titles that they bear."""

    arrays: IssueArrays
    titles: Mapping[uuid.UUID, str]


NO_ISSUES = NamedIssues(IssueArrays([], np.zeros((0, 0), np.float32), np.zeros(0, np.float32), [], []), {})


def run(report: Report) -> None:
    embedder = Embedder()
    said: dict[str, Callable[[int], Texts]] = {
        **{name: _shuffled(name) for name in CORPORA},
        f"{DATED}, in the order of time": _dated,
        **{f"the demo's {name}": _made_up(name) for name in DEMO},
    }
    report.table(
        "titles after a refit with a tenth more",
        [_row(embedder, name, texts(order), order) for name, texts in said.items() for order in range(ORDERS)],
    )


def _shuffled(name: str) -> Callable[[int], Texts]:
    """What is new is like what was there."""

    def said(order: int) -> Texts:
        with corpus(name).open(newline="", encoding="utf-8") as file:
            texts = [row["text"] for row in csv.DictReader(file)]
        return [texts[row] for row in np.random.default_rng(order).permutation(len(texts))[:MOST]]

    return said


def _dated(order: int) -> Texts:
    """What is new came later."""
    with corpus(DATED).open(newline="", encoding="utf-8") as file:
        rows = sorted((row["date"], row["text"]) for row in csv.DictReader(file) if row["kind"] == "improve")
    return [text for _, text in rows[order * MOST :][:MOST]]


def _made_up(name: str) -> Callable[[int], Texts]:
    def said(order: int) -> Texts:
        rng = Random(order)
        found = (voices.anything(name, "web", rng) for _ in range(MOST))
        return [it.text for it in found if not it.language]

    return said


def _row(embedder: Embedder, name: str, texts: Texts, order: int) -> Row:
    size = int(len(texts) / (1 + GROWTH))
    said = _statements(embedder, texts)
    first = StatementArrays(**{field.name: getattr(said, field.name)[:size] for field in fields(StatementArrays)})
    before, assigned = _refit(embedder, first, NO_ISSUES)
    places, _ = assign(said.vectors[size:], texts[size:], said.strata[size:], said.mapped[size:], before.arrays)
    joined = [before.arrays.ids[place] if place >= 0 else None for place in places]
    after, _ = _refit(embedder, replace(said, issues=[*assigned, *joined]), before)
    stay = before.titles.keys() & after.titles.keys()
    renamed, ended = sum(before.titles[it] != after.titles[it] for it in stay), len(before.titles) - len(stay)
    return {
        "corpus": name,
        "order": order,
        "statements": len(texts),
        "issues": len(before.titles),
        "renamed": renamed,
        "ended": ended,
        "new": len(after.titles) - len(stay),
        "renamed or ended, share": (renamed + ended) / len(before.titles),
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
        pieces=np.arange(rows, dtype=np.int64),
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
