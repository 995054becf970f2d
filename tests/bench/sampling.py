"""How well a refit of a part of a service agrees with one of all: what a service of millions gets.

Each corpus in three orders: by chance, as its kinds of texts come and go, and by date where it has dates. A third is
fitted, and what was not joins by the product's own rule. Three parts are compared: the latest, one drawn by chance, and
half and half; and the latest of each time as the service grows, where older statements keep their issue, which is what
the product does. Beside them stands a fit of all by another seed: nobody can agree better than that.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

from nlp.embed.embedder import Embedder
from nlp.embed.vectors import Floats, Labels, by_group, centroids
from nlp.group import refit_matching, topics
from tests.bench import Report, Row, corpus

CORPORA = {"banking77.csv": "label", "nhs_comments.csv": "subcategory", "nhs_dated_2010_2013.csv": "date"}
"""Each with the column that says what kind a text is of, or when it was said."""
MOST = 10_000
SHARE, STEPS = 3, 6
"""A third is fitted; a service grows by sixths."""
SPREAD = 0.2
"""How long each kind of text is heard of, of the whole time: the deviation."""


@dataclass(frozen=True, slots=True)
class Said:
    """Texts in an order, with their vectors."""

    vectors: Floats
    texts: list[str]

    def at(self, rows: NDArray[np.int64]) -> "Said":
        return Said(self.vectors[rows], [self.texts[row] for row in rows.tolist()])


def run(report: Report) -> None:
    embedder, rows = Embedder(), list[Row]()
    for name, column in CORPORA.items():
        with corpus(name).open(newline="", encoding="utf-8") as file:
            read = list(csv.DictReader(file))
        chosen = np.random.default_rng(2).permutation(len(read))[:MOST]
        read = [read[row] for row in chosen.tolist()]
        texts = [row["text"] for row in read]
        said = Said(embedder.encode(texts), texts)
        for order, rows_in_order in _orders([row[column] for row in read], column):
            rows += _compared(f"{name}, {order}", said.at(rows_in_order))
    report.table("fits of a third against the fit of all", rows)


def _orders(told: Sequence[str], column: str) -> Iterator[tuple[str, NDArray[np.int64]]]:
    rng = np.random.default_rng(0)
    if column == "date":
        yield "by date", np.argsort(np.array(told), kind="stable")
        return
    yield "by chance", rng.permutation(len(told))
    kinds, kind = np.unique(np.array(told), return_inverse=True)
    yield "as kinds come and go", np.argsort(rng.random(len(kinds))[kind] + SPREAD * rng.standard_normal(len(kind)))


def _compared(name: str, said: Said) -> list[Row]:
    whole = _fitted(said)
    number = len(said.texts)
    part, rng = number // SHARE, np.random.default_rng(1)
    latest, drawn = np.arange(number - part, number), np.sort(rng.permutation(number)[:part])
    half = latest[part - part // 2 :]
    older = rng.permutation(number - len(half))[: part - len(half)]
    ways: Mapping[str, Labels] = {
        "another seed": _fitted(said, seed=1),
        "the latest": _of_part(said, latest),
        "the latest, as it grows": _as_it_grows(said, part),
        "by chance": _of_part(said, drawn),
        "half and half": _of_part(said, np.sort(np.concatenate([older, half]))),
    }
    early = slice(0, number - part)
    return [
        {
            "corpus": name,
            "fitted": way,
            "issues": len(np.unique(found[found >= 0])),
            "in none": float((found < 0).mean()),
            "AMI": adjusted_mutual_info_score(whole, found),
            "ARI": adjusted_rand_score(whole, found),
            "in the same issue": _same(said, whole, found, slice(None)),
            "of the older": _same(said, whole, found, early),
            "of the latest": _same(said, whole, found, slice(number - part, None)),
        }
        for way, found in ways.items()
    ]


def _fitted(said: Said, start: Labels | None = None, seed: int = 0) -> Labels:
    return _numbered(topics.group(said.vectors, said.texts, start=start, seed=seed))


def _of_part(said: Said, rows: NDArray[np.int64]) -> Labels:
    """Some are fitted, the others join what was found."""
    fitted, found = said.at(rows), np.full(len(said.texts), -1, np.int32)
    found[rows] = _fitted(fitted)
    rest = np.setdiff1d(np.arange(len(said.texts)), rows)
    found[rest] = _joined(said.vectors[rest], fitted.vectors, found[rows])
    return found


def _joined(new: Floats, vectors: Floats, labels: Labels) -> Labels:
    """By the product's rule; `labels` of those that were fitted, from 0 on without gaps."""
    centres = centroids(vectors, labels)
    radii = [topics.radius(vectors[rows] @ centre) for rows, centre in zip(by_group(labels), centres, strict=True)]
    return topics.join(new, centres, np.array(radii, np.float32))[0].astype(np.int32)


def _as_it_grows(said: Said, part: int) -> Labels:
    """A refit of the latest each time a sixth has come: known issues go on, older statements stay where they are."""
    found, following = np.full(len(said.texts), -1, np.int32), 0
    for step in range(1, STEPS + 1):
        upto = step * len(said.texts) // STEPS
        rows = np.arange(max(0, upto - part), upto)
        start, fitted = _numbered(found[rows]), said.at(rows)
        labels = _fitted(fitted, start if start.max() >= 0 else None)
        matching = refit_matching.match(_known(fitted, found[rows]), _groups(fitted, labels))
        names = [it if it is not None else following + place for place, it in enumerate(matching.ids)]
        following = max([following, *names]) + 1
        found[rows] = np.array([*names, -1])[labels]
    return found


def _known(said: Said, labels: Labels) -> list[refit_matching.KnownGroup[int]]:
    ids = np.unique(labels[labels >= 0])
    groups = _groups(said, _numbered(labels))
    return [refit_matching.KnownGroup(int(it), of.members, of.centroid) for it, of in zip(ids, groups, strict=True)]


def _numbered(labels: Labels) -> Labels:
    """The same groups, from 0 on without gaps; -1 stays."""
    ids = np.unique(labels[labels >= 0])
    return np.where(labels < 0, -1, np.searchsorted(ids, labels)).astype(np.int32)


def _groups(said: Said, labels: Labels) -> list[refit_matching.FoundGroup]:
    if labels.max(initial=-1) < 0:
        return []
    centres = centroids(said.vectors, labels)
    return [
        refit_matching.FoundGroup(frozenset(rows.tolist()), centre)
        for rows, centre in zip(by_group(labels), centres, strict=True)
    ]


def _same(said: Said, whole: Labels, found: Labels, which: slice) -> float:
    """The share of those in an issue that are in the one that goes on from theirs, as a refit would match them."""
    known = _known(said, found)
    matching = refit_matching.match(known, _groups(said, whole))
    ids = np.array([-2 if it is None else it for it in matching.ids] + [-1])
    inside = np.flatnonzero(whole[which] >= 0)
    return float((ids[whole[which][inside]] == found[which][inside]).mean())
