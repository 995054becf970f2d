"""How near complaints in other languages come to their English twins: found, joined, and grouped with them."""

import tomllib
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from insights.grouping import joining
from nlp.embed.multilingual import MultilingualEmbedder
from nlp.embed.vectors import Encode, Floats, Labels, centroids
from nlp.group import topics
from tests.bench import Report, Row
from workers.runtime.model_loader import Remembered

FILES = ("twins", "welsh_twins")
FRAMES = (
    "{}",
    "{} again",
    "{} and nobody tells us why",
    "Please sort this out: {}",
    "I am writing because {}",
    "It is not good enough, {}",
)
"""In which each English complaint is said, so that there are issues to join."""

OF_A_KIND = 4
"""So many complaints behind each other are of one kind."""


def run(report: Report) -> None:
    embedder = MultilingualEmbedder(threads=1)
    report.table("twins", [row for name in FILES for row in _rows(embedder, name)])


def _rows(embedder: MultilingualEmbedder, name: str) -> Iterator[Row]:
    said = tomllib.loads((Path(__file__).parent / "said" / f"{name}.toml").read_text(encoding="utf-8"))
    english = said.pop("en")
    frames = [
        frame.format(it if frame.startswith("{") else it[:1].lower() + it[1:]) for it in english for frame in FRAMES
    ]
    view = embedder.second_view()
    view = view and Remembered(view)
    alone, issues = embedder.encode(english), Issues(embedder, view, frames)
    right = _theirs(issues.labels)
    others = [Issues(embedder, view, _without(frames, kind)) for kind in range(len(english) // OF_A_KIND)]
    for language, texts in said.items():
        vectors, mapped = embedder.encode(texts, [language] * len(texts)), np.ones(len(texts), bool)
        similar = vectors @ alone.T
        joined = issues.join(vectors, texts)
        wrong = [its.join(vectors, texts)[kind * OF_A_KIND :][:OF_A_KIND] for kind, its in enumerate(others)]
        both = np.concatenate([np.zeros(len(frames), bool), mapped])
        labels = topics.group(np.concatenate([issues.vectors, vectors]), [*frames, *texts], mapped=both)
        yield {
            "said": name,
            "language": language,
            "twin first": float((similar.argmax(axis=1) == np.arange(len(texts))).mean()),
            "similarity to it": float(similar.diagonal().mean()),
            "joins its issue": float((joined == right).mean()),
            "joins any": float((joined >= 0).mean()),
            "joins one though its kind has none": float((np.concatenate(wrong) >= 0).mean()),
            "grouped with it": float((labels[len(frames) :] == _theirs(labels[: len(frames)])).mean()),
        }


class Issues:
    """The issues of what is said in English, which others join as in the product."""

    def __init__(self, embedder: MultilingualEmbedder, second_view: Encode | None, texts: list[str]) -> None:
        self._view = second_view
        self.vectors = embedder.encode(texts)
        found = topics.fit(self.vectors, texts)
        self.labels, self._middles = found.labels, centroids(self.vectors, found.labels)
        self._quotes = [[texts[row] for row in topic.quotes] for topic in found.topics]

    def join(self, vectors: Floats, texts: list[str]) -> NDArray[np.int64]:
        likeness = partial(joining.by_quotes, self._view)
        return joining.join(vectors, texts, self._middles, self._quotes, likeness)[0]


def _without(frames: list[str], kind: int) -> list[str]:
    size = OF_A_KIND * len(FRAMES)
    return frames[: kind * size] + frames[(kind + 1) * size :]


def _theirs(labels: Labels) -> Labels:
    """Where most wordings of each complaint are, (n,); -2 where all are in none."""
    own = labels.reshape(-1, len(FRAMES))
    return np.array([np.bincount(its[its >= 0]).argmax() if (its >= 0).any() else -2 for its in own], np.int32)
