"""How fast statements become topics, beside BERTopic's defaults on the same vectors, and how that grows.

Beyond the corpus, statements are made up: one of the corpus moved a random part of the way towards one of its
neighbours, so that the cloud becomes denser and keeps its shape. Their words are those of the one moved.

All processor time is counted, so HDBSCAN keeps to this process; a first fit, in which numba compiles, stands by itself.
"""

import csv
import resource
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.embed.embedder import Embedder
from nlp.group import topics
from nlp.group.knn import nearest
from tests.bench import Report, Row, corpus

BESIDE = (10_000, 50_000)
GROWING = (10_000, 50_000, 100_000, 300_000)
FIRST = 5_000
"""UMAP takes ways of its own, and compiles them, beyond 4,096."""

Floats = NDArray[np.float32]
Fit = Callable[[Floats, Sequence[str]], int]


@dataclass(frozen=True, slots=True)
class Cost:
    seconds: float
    processor_seconds: float
    topics: int


def run(report: Report) -> None:
    with corpus("banking77.csv").open(newline="", encoding="utf-8") as file:
        texts = [row["text"] for row in csv.DictReader(file)]
    vectors = Embedder().encode(texts)
    report.table("growth of the grouping", [_growth(*grown(vectors, texts, size)) for size in GROWING])
    if (umap := report.peer("umap")) and (hdbscan := report.peer("hdbscan")):
        ways: dict[str, Fit] = {
            "BERTopic's defaults": _as_bertopic(umap, hdbscan),
            "topics.fit, with titles": lambda them, said: len(topics.fit(them, said).topics),
            "the grouping alone": _group,
        }
        for size in (FIRST, *BESIDE):
            name = "a first fit in a process" if size == FIRST else "beside BERTopic's defaults"
            report.table(f"{name}: {size:,} statements", _beside(ways, *grown(vectors, texts, size)))


def grown(vectors: Floats, texts: Sequence[str], size: int) -> tuple[Floats, list[str]]:
    """`size` statements: those of the corpus, and more between them."""
    rng = np.random.default_rng(0)
    more = max(0, size - len(vectors))
    near, _ = nearest(vectors, 15)
    chosen = rng.integers(len(vectors), size=more)
    towards = near[chosen, rng.integers(near.shape[1], size=more)]
    share = rng.random((more, 1), np.float32)
    mixed = vectors[chosen] * (1 - share / 2) + vectors[towards] * share / 2
    mixed /= np.linalg.norm(mixed, axis=1, keepdims=True)
    words = [f"{texts[row]} ({number})" for number, row in enumerate(chosen.tolist())]
    return np.concatenate([vectors[:size], mixed]).astype(np.float32), [*texts[:size], *words]


def _beside(ways: Mapping[str, Fit], vectors: Floats, texts: Sequence[str]) -> list[Row]:
    found = {way: cost(fit, vectors, texts) for way, fit in ways.items()}
    base = found["BERTopic's defaults"]
    return [
        {
            "way": way,
            "texts": len(texts),
            "seconds": it.seconds,
            "times": base.seconds / it.seconds,
            "CPU seconds": it.processor_seconds,
            "CPU times": base.processor_seconds / it.processor_seconds,
            "topics": it.topics,
        }
        for way, it in found.items()
    ]


def _growth(vectors: Floats, texts: Sequence[str]) -> Row:
    it = cost(_group, vectors, texts)
    return {
        "texts": len(texts),
        "CPU seconds": it.processor_seconds,
        "CPU seconds per 10,000": it.processor_seconds / len(texts) * 10_000,
        "peak GB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
        "topics": it.topics,
    }


def cost(fit: Fit, vectors: Floats, texts: Sequence[str]) -> Cost:
    wall, processor = time.perf_counter(), time.process_time()
    number = fit(vectors, texts)
    return Cost(time.perf_counter() - wall, time.process_time() - processor, number)


def _group(vectors: Floats, texts: Sequence[str]) -> int:
    return int(topics.group(vectors, texts).max()) + 1


def _as_bertopic(umap: Any, hdbscan: Any) -> Fit:
    """BERTopic as it comes: its steps with its parameters, keywords from its c-TF-IDF."""
    from bertopic import BERTopic

    def fit(vectors: Floats, texts: Sequence[str]) -> int:
        model = BERTopic(
            umap_model=umap.UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", low_memory=False),
            hdbscan_model=hdbscan.HDBSCAN(
                min_cluster_size=10, metric="euclidean", prediction_data=True, core_dist_n_jobs=1
            ),
        )
        found, _ = model.fit_transform(list(texts), vectors)
        return int(max(found)) + 1

    return fit
