"""How near complaints in other languages come to their English twins: found, joined, and grouped with them."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from nlp.embed.multilingual import MultilingualEmbedder
from nlp.embed.vectors import Labels, centroids
from nlp.group import topics
from tests.bench import Report, Row

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


def run(report: Report) -> None:
    embedder = MultilingualEmbedder(threads=1)
    report.table("twins", [row for name in FILES for row in _rows(embedder, name)])


def _rows(embedder: MultilingualEmbedder, name: str) -> Iterator[Row]:
    said = tomllib.loads((Path(__file__).parent / "said" / f"{name}.toml").read_text(encoding="utf-8"))
    english = said.pop("en")
    frames = [
        frame.format(it if frame.startswith("{") else it[:1].lower() + it[1:]) for it in english for frame in FRAMES
    ]
    alone, framed = embedder.encode(english), embedder.encode(frames)
    found = topics.fit(framed, frames)
    middles, radii = centroids(framed, found.labels), np.array([it.radius for it in found.topics], np.float32)
    right = _theirs(found.labels)
    for language, texts in said.items():
        vectors, mapped = embedder.encode(texts, [language] * len(texts)), np.ones(len(texts), bool)
        similar = vectors @ alone.T
        joined, _ = topics.join(vectors, middles, radii, mapped)
        both = np.concatenate([np.zeros(len(frames), bool), mapped])
        labels = topics.group(np.concatenate([framed, vectors]), [*frames, *texts], mapped=both)
        yield {
            "said": name,
            "language": language,
            "twin first": float((similar.argmax(axis=1) == np.arange(len(texts))).mean()),
            "similarity to it": float(similar.diagonal().mean()),
            "joins its issue": float((joined == right).mean()),
            "joins any": float((joined >= 0).mean()),
            "grouped with it": float((labels[len(frames) :] == _theirs(labels[: len(frames)])).mean()),
        }


def _theirs(labels: Labels) -> Labels:
    """Where most wordings of each complaint are, (n,); -2 where all are in none."""
    own = labels.reshape(-1, len(FRAMES))
    return np.array([np.bincount(its[its >= 0]).argmax() if (its >= 0).any() else -2 for its in own], np.int32)
