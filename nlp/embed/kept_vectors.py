"""Vectors of texts that never change, embedded once for everybody and brought with the product, in half precision."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import structlog
from numpy.typing import NDArray

from nlp.embed.vectors import Encode, Floats

log = structlog.get_logger()


def vectors(path: Path, model: str, encode: Encode, texts: Sequence[str]) -> Floats:
    """Read the vectors of these texts by this model, (n, d), from the file; embed them where it holds those of others.

    An operator may have another release of a model, whose vectors do not compare with those that we bring.
    """
    kept = read(path)
    is_ours = str(kept.get("digest")) == _digest(model, texts)
    found = kept.get("vectors") if is_ours else None
    if found is not None and is_sound(found, len(texts)):
        return found.astype(np.float32)
    if is_ours:
        log.warning("what is kept is no vectors of these texts, and is made anew", file=path.name)
    return encode(texts)


def read(path: Path) -> Mapping[str, NDArray[Any]]:
    """Read what a file keeps, by name: nothing where it is missing or spoilt, since all of it can be made anew."""
    try:
        with np.load(path) as kept:
            return dict(kept)
    except Exception as error:  # what a damaged file raises is of many kinds
        log.warning("what is kept cannot be read, and is made anew", file=path.name, error=type(error).__name__)
        return {}


def is_sound(found: NDArray[Any], rows: int) -> bool:
    """Tell whether so many rows were kept, all of them numbers, and not nothing but zeros."""
    return len(found) == rows and bool(np.isfinite(found).all()) and bool(found.any())


def write(path: Path, model: str, encode: Encode, texts: Sequence[str]) -> None:
    """Embed the texts, and keep their vectors in the file."""
    np.savez(path, digest=_digest(model, texts), vectors=encode(texts).astype(np.float16))


def _digest(model: str, texts: Sequence[str]) -> str:
    return hashlib.sha256("\0".join([model, *texts]).encode()).hexdigest()
