"""How many statements keep their issue through refits: after 10 % more feedback, and ten times on the same."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.embed.embedder import Embedder
from nlp.embed.vectors import centroids
from nlp.group import refit_matching, topics
from tests.bench import Report, Row, corpus

CORPORA = ("banking77.csv", "insurance.csv", "nhs_comments.csv")
MOST = 10_000
GROWTH = 0.1
REFITS = 10

Floats = NDArray[np.float32]
Labels = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Corpus:
    vectors: Floats
    texts: list[str]

    def first(self, size: int) -> "Corpus":
        return Corpus(self.vectors[:size], self.texts[:size])


def run(report: Report) -> None:
    embedder = Embedder()
    report.table("statements that keep their issue", [_row(name, _said(embedder, name)) for name in CORPORA])


def _said(embedder: Embedder, name: str) -> Corpus:
    """In an order of chance: what is new is like what was there."""
    with corpus(name).open(newline="", encoding="utf-8") as file:
        texts = [row["text"] for row in csv.DictReader(file)]
    chosen = np.random.default_rng(0).permutation(len(texts))[:MOST].tolist()
    texts = [texts[row] for row in chosen]
    return Corpus(embedder.encode(texts), texts)


def _row(name: str, said: Corpus) -> Row:
    before = int(len(said.texts) / (1 + GROWTH))
    old = topics.group(said.vectors[:before], said.texts[:before])
    start = np.concatenate([old, np.full(len(said.texts) - before, -1, np.int32)])
    new = topics.group(said.vectors, said.texts, start=start)
    again, changed = new, 0
    for _ in range(REFITS):
        last, again = again, topics.group(said.vectors, said.texts, start=again)
        changed += int((last != again).sum())
    cold = topics.group(said.vectors, said.texts)
    return {
        "corpus": name,
        "statements": len(said.texts),
        "issues": int(new.max()) + 1,
        "kept after 10 % more": kept(said, old, new),
        "a fit afresh keeps": kept(said, old, cold),
        "moved in ten refits": changed,
    }


def kept(said: Corpus, old: Labels, new: Labels) -> float:
    """The share of the statements of an issue that are in the same one (by id) after a refit."""
    matching = refit_matching.match(_known(said.first(len(old)), old), _found(said, new))
    ids = np.array([-1 if it is None else it for it in matching.ids] + [-1])
    inside = np.flatnonzero(old >= 0)
    return float((ids[new[inside]] == old[inside]).mean())


def _known(said: Corpus, labels: Labels) -> Sequence[refit_matching.KnownGroup[int]]:
    centres = centroids(said.vectors, labels)
    return [refit_matching.KnownGroup(it, _members(labels, it), centre) for it, centre in enumerate(centres)]


def _found(said: Corpus, labels: Labels) -> Sequence[refit_matching.FoundGroup]:
    centres = centroids(said.vectors, labels)
    return [refit_matching.FoundGroup(_members(labels, it), centre) for it, centre in enumerate(centres)]


def _members(labels: Labels, topic: int) -> frozenset[int]:
    return frozenset(np.flatnonzero(labels == topic).tolist())
