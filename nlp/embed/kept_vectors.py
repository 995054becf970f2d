"""Vectors of texts that never change, embedded once for everybody and brought with the product, in half precision."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from nlp.embed.vectors import Encode, Floats


def vectors(path: Path, model: str, encode: Encode, texts: Sequence[str]) -> Floats:
    """Read the vectors of these texts by this model, (n, d), from the file; embed them where it holds those of others.

    An operator may have another release of a model, whose vectors do not compare with those that we bring.
    """
    with np.load(path) as kept:
        is_ours = str(kept["digest"]) == _digest(model, texts)
        found: Floats = kept["vectors"].astype(np.float32) if is_ours else encode(texts)
    return found


def write(path: Path, model: str, encode: Encode, texts: Sequence[str]) -> None:
    """Embed the texts, and keep their vectors in the file."""
    np.savez(path, digest=_digest(model, texts), vectors=encode(texts).astype(np.float16))


def _digest(model: str, texts: Sequence[str]) -> str:
    return hashlib.sha256("\0".join([model, *texts]).encode()).hexdigest()
