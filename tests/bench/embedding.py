"""How fast texts become vectors, and how near they are to those of sentence-transformers on PyTorch."""

import csv
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.embed.checkpoint import bundled
from nlp.embed.embedder import Embedder
from tests.bench import Report, Row, corpus

TEXTS, PARTS = 3_000, 6

Encode = Callable[[Sequence[str]], NDArray[np.float32]]


def run(report: Report) -> None:
    with corpus("nhs_comments.csv").open(newline="", encoding="utf-8") as file:
        texts = [row["text"] for row in islice(csv.DictReader(file), TEXTS)]
    auto, full = Embedder(), Embedder(precision="f32")
    ways: dict[str, Encode] = {f"Embedder {auto.precision}": auto.encode, "Embedder f32": full.encode}
    peer = "sentence-transformers"
    if library := report.peer("sentence_transformers"):
        ways = {peer: _sentence_transformers(library)} | ways
    measured = side_by_side(ways, texts)
    base = measured.get(peer, measured["Embedder f32"])
    report.table(f"{len(texts):,} NHS comments", [_row(way, it, base) for way, it in measured.items()])


@dataclass(slots=True)
class Measured:
    seconds: float = 0
    processor_seconds: float = 0
    vectors: list[NDArray[np.float32]] = field(default_factory=list)


def side_by_side(ways: Mapping[str, Encode], texts: Sequence[str]) -> Mapping[str, Measured]:
    """Every way takes its turn at each part of the texts, so that whatever else the machine does slows all alike."""
    measured = {way: Measured() for way in ways}
    for encode in ways.values():
        encode(texts[:50])  # to warm up
    for part in (texts[at::PARTS] for at in range(PARTS)):
        for way, encode in ways.items():
            wall, processor = time.perf_counter(), time.process_time()
            measured[way].vectors.append(encode(part))
            measured[way].seconds += time.perf_counter() - wall
            measured[way].processor_seconds += time.process_time() - processor
    return measured


def _row(way: str, it: Measured, base: Measured) -> Row:
    vectors, reference = np.vstack(it.vectors), np.vstack(base.vectors)
    cosines = (vectors * reference).sum(axis=1)
    return {
        "way": way,
        "texts/s": len(vectors) / it.seconds,
        "times": base.seconds / it.seconds,
        "texts/CPU s": len(vectors) / it.processor_seconds,
        "cosine min": float(cosines.min()),
        "cosine mean": float(cosines.mean()),
    }


def _sentence_transformers(library: Any) -> Encode:
    model = library.SentenceTransformer(str(bundled()), device="cpu")
    return lambda texts: model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
